"""Probabilities and labels -> metrics, and the test digits behind them."""
