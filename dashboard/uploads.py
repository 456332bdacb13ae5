"""A picture file that somebody uploaded, or a photo from the camera, as it goes from widget to reader."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Upload:
    """An uploaded picture; `id` is the same for the same content."""

    id: str
    name: str
    data: bytes


def make_upload(name: str, data: bytes) -> Upload:
    """A file's content with its name."""
    return Upload(sha256(data).hexdigest()[:24], name, data)
