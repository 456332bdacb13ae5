"""Reusable pieces of pages, one a file."""
