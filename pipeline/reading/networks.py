"""The two networks that pages are read with, beside the recognizer that somebody chose."""

import hashlib
from functools import cache

from models.files import sha256_of_file
from pipeline.reading import line_network, page_network


def load_networks() -> None:
    """Loads them before the first page comes."""
    page_network.page_network()
    line_network.line_network()


@cache
def networks_sha256() -> str:
    """One SHA-256 of both: where it differs, pages are read otherwise."""
    files = page_network.NETWORK_FILE, line_network.NETWORK_FILE
    return hashlib.sha256(" ".join(map(sha256_of_file, files)).encode()).hexdigest()
