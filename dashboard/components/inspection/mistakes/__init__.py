"""The parts of the Mistakes page."""
