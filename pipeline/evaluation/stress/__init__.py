"""What a model is still worth when something happens to its images, and the report card of a model."""
