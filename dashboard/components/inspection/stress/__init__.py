"""The parts of the Stress page."""
