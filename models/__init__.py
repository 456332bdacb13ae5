"""What can be learned and what has been: architectures, and the store of trained models."""
