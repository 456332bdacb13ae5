"""A file of any number of pages -> what was read from each. For those who read one file after the other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.errors import InputError
from models.recognizer import Recognizer
from pipeline.imaging.documents import Content, Page, find_pages, page_pixels
from pipeline.reading.constraints import Constraint
from pipeline.reading.page_reading import FailedReading, PageReading
from pipeline.reading.reader import read_page

PageResult = tuple[Page, PageReading | FailedReading]


def read_file(
    source: Content,
    path: str,
    recognizer: Recognizer,
    constraints: Sequence[Constraint] = (),
    most_pages: int | None = None,
) -> list[PageResult]:
    """Reads all pages of a file, in their order; of what can't be read, the reason.

    Args:
        source: the file, or its bytes.
        path: what it is called.
        recognizer: the model that has a say in which digit is which.
        constraints: rules for every line.
        most_pages: beyond which the file is refused; by default only the bounds of its format hold.

    Raises:
        InputError: there are more pages.
    """
    pages = find_pages(source, path)
    if most_pages is not None and len(pages) > most_pages:
        raise InputError(path, f"expected at most {most_pages} pages in one file, got {len(pages)}.")
    return [(page, read_or_tell(source, page, recognizer, constraints)) for page in pages]


def read_or_tell(
    source: Content, page: Page, recognizer: Recognizer, constraints: Sequence[Constraint] = ()
) -> PageReading | FailedReading:
    """Reads one page, without keeping the digits' images, or tells why it can't be read."""
    try:
        reading = read_page(page_pixels(source, page), recognizer, constraints)
    except InputError as error:
        return FailedReading(error.reason)
    except Exception as error:
        return FailedReading(f"an unexpected {type(error).__name__} ended the reading.")
    # the images stay behind: those of a thousand pages would fill the memory
    nothing = np.zeros((0, 0), np.float32)
    characters = tuple(replace(character, image=nothing) for character in reading.characters)
    return replace(reading, characters=characters)


def check_any_read(results: Sequence[PageResult]) -> None:
    """Raises an `InputError` with the first page's reason where not one page could be read."""
    failed = [(page, result) for page, result in results if isinstance(result, FailedReading)]
    if failed and len(failed) == len(results):
        page, result = failed[0]
        raise InputError(page.name, result.reason)
