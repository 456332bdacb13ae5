"""Labeled digits: MNIST, data sets and digits of one's own, and what is made from them."""
