"""Which of several models is better, and how much of a difference is luck."""
