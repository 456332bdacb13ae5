"""Parts of the pages that look into a model: how good it is, where it fails and why."""
