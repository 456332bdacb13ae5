"""`python -m pipeline.cli` is `digitlab`."""

from pipeline.cli.app import main

main()
