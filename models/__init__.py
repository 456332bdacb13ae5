"""What a model is, and how one answers: configuration, records, run directories, the recognizer."""
