"""Synthetic handwritten pages, to train and to measure the reading of pages."""
