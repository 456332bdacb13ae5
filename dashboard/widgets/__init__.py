"""Building blocks that any page may use; none knows a page."""
