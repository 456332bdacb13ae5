"""The parts of the Recognize page."""
