"""The work itself: data, images, training, recognition and evaluation. Knows nothing of pages."""
