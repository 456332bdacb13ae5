"""The `digitlab` command, a module for each group of its words."""

from pipeline.cli.app import main

__all__ = ["main"]
