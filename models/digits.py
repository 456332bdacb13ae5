"""What every network is asked: a picture of this size, one of these digits."""

SIDE = 28
"""Rows and columns of a network's input, as in MNIST."""

DIGITS = 10
"""How many digits there are, 0 to 9; the class behind them, where a network has one, is "not a digit"."""
