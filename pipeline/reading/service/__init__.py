"""Reading for others than people: over HTTP (`digitlab serve`), and what arrives in a folder (`digitlab watch`)."""
