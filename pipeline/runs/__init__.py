"""Training runs as processes: the queue, the worker, what is read from their files."""
