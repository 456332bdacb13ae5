"""A page of handwriting -> its digits as text, what people correct in it, and its export."""
