"""Sweeps: many trainings that differ in their hyperparameters, over several seeds, and what comes of them."""
