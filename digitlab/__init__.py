"""Digit Lab for Python programs: recognize a digit, read a page, list the models.

    import digitlab

    digitlab.predict("seven.png").digit
    digitlab.read("invoice.pdf")[0].lines

Importing it loads nothing else; the first call of each model loads that. All functions may be called from any thread.
Errors that are meant for people are `DigitLabError`: one sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import DigitLabError

if TYPE_CHECKING:
    from models.recognizer import Recognizer
    from models.store import StoredModel
    from pipeline.imaging.documents import Page as FoundPage
    from pipeline.imaging.geometry import Box
    from pipeline.reading.page_reading import FailedReading, PageReading

__all__ = ["Answer", "Character", "DigitLabError", "Model", "Page", "models", "predict", "read"]

Picture = str | PathLike[str] | bytes
"""A file's path, or all its bytes."""


@dataclass(frozen=True)
class Answer:
    """What a model says of a picture of one digit.

    Attributes:
        digit: the likeliest, 0 to 9.
        confidence: its probability.
        probabilities: of the ten digits, summing to 1.
        digit_score: how sure the model is that this is a digit at all, 0 to 1; None where it can't tell.
        refused: whether the model takes the picture for something else than a digit.
    """

    digit: int
    confidence: float
    probabilities: tuple[float, ...]
    digit_score: float | None
    refused: bool


@dataclass(frozen=True)
class Character:
    """A digit or sign on a page.

    Attributes:
        text: "0" to "9", or a sign.
        confidence: probability that it is there and is this one, 0 to 1.
        box: left, top, width and height, in pixels of the page.
        line: number of its line, from 1.
    """

    text: str
    confidence: float
    box: tuple[int, int, int, int]
    line: int


@dataclass(frozen=True)
class Page:
    """What was read from one page.

    Attributes:
        number: of the page in its document, from 1; None where there is only one.
        lines: the text of each line, a tab between the cells of a table.
        numbers: the values in each line; dates and times are none.
        characters: in reading order.
        disagreeing: numbers, from 1, of the lines of which no plausible reading satisfies what was expected.
        error: why the page can't be read, one sentence; "" where it was read.
    """

    number: int | None
    lines: tuple[str, ...] = ()
    numbers: tuple[tuple[float | int, ...], ...] = ()
    characters: tuple[Character, ...] = ()
    disagreeing: tuple[int, ...] = ()
    error: str = ""

    @property
    def text(self) -> str:
        """All lines, a line break between them."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Model:
    """A model that can answer.

    Attributes:
        id: what `predict` and `read` take as `model`, and no other model has.
        name: what people call it.
        shipped: whether it came with Digit Lab.
        architecture: the kind of its network.
        test_accuracy: on the test images of its data set, 0 to 1; None where it is not known.
    """

    id: str
    name: str
    shipped: bool
    architecture: str
    test_accuracy: float | None


def predict(picture: Picture, model: str | None = None) -> Answer:
    """Recognizes the one digit in a picture, as `digitlab predict` does.

    Args:
        picture: path or bytes of a picture, up to 20 MB and 50 megapixels; of several pages, the first.
        model: name, id or run directory; the default model if None.

    Raises:
        DigitLabError: there is no such model, or the picture can't be read.
    """
    from pipeline.reading.single_digit import recognize_digit

    answer = recognize_digit(_content(picture), _recognizer(model)).prediction
    score = None if answer.digit_score is None else float(answer.digit_score)
    return Answer(answer.digit, answer.confidence, answer.probabilities, score, bool(answer.refused))


def read(picture: Picture, model: str | None = None, expect: Sequence[str] = ()) -> list[Page]:
    """Reads every digit and sign of a picture or document, as `digitlab read` does.

    Args:
        picture: path or bytes of a picture, PDF or zip archive.
        model: name, id or run directory; the default model if None.
        expect: rules that every line satisfies, such as "length=8", as `digitlab read --expect` takes them.

    Returns:
        The pages, in their order.

    Raises:
        DigitLabError: there is no such model or rule, or not one page can be read.
    """
    from pipeline.reading.constraints import parse_constraint
    from pipeline.reading.file_reading import check_any_read, read_file

    rules = [parse_constraint(rule) for rule in expect]
    content = _content(picture)
    name = str(content) if isinstance(content, Path) else "picture"
    results = read_file(content, name, _recognizer(model), rules)
    check_any_read(results)
    return [_page(page, result) for page, result in results]


def models() -> list[Model]:
    """All models: those that came with Digit Lab, and those of `DIGITLAB_HOME`."""
    from models.store import list_models

    return [_model(found) for found in list_models()]


def _content(picture: Picture) -> Path | bytes:
    return picture if isinstance(picture, bytes) else Path(picture)


def _recognizer(reference: str | None) -> Recognizer:
    """The model meant; its file is loaded again only where it has changed."""
    from models.store import find_model

    found = find_model(reference)
    return _loaded(found.directory.litert_file, found.version)


@lru_cache(maxsize=4)
def _loaded(litert_file: Path, _version: str) -> Recognizer:
    from models.recognizer import Recognizer

    return Recognizer(litert_file)


def _page(page: FoundPage, result: PageReading | FailedReading) -> Page:
    from pipeline.reading.numbers import numbers_of
    from pipeline.reading.page_reading import FailedReading

    if isinstance(result, FailedReading):
        return Page(page.number, error=f"{page.name}: {result.reason}")
    characters = tuple(
        Character(one.text, one.confidence, _box(one.box), one.line + 1) for one in result.characters
    )
    numbers = tuple(tuple(line) for line in numbers_of(result.lines))
    return Page(page.number, tuple(result.lines), numbers, characters, result.disagreeing)


def _box(box: Box) -> tuple[int, int, int, int]:
    return box.x, box.y, box.width, box.height


def _model(found: StoredModel) -> Model:
    record = found.record
    accuracy = record.results.test_accuracy if record.results else None
    return Model(found.reference, found.name, found.shipped, record.config.architecture, accuracy)
