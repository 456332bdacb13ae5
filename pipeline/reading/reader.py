"""Pages of digits as text: one picture, or a folder of any size on all cores.

Puts together imaging, segmentation and recognition; knows nothing of terminals or pages.
"""

import heapq
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.native_output import silenced_stderr
from models.recognizer import Recognizer
from pipeline.imaging.geometry import Box
from pipeline.imaging.picture import Picture, read_picture
from pipeline.reading.constraints import Constraint, choose
from pipeline.reading.edge_filter import without_edges
from pipeline.reading.segmentation import DigitBox, segment
from pipeline.reading.text_filter import without_words

DOUBTFUL = 0.9
"""A digit that is less sure than this deserves a look."""

_PLAIN = 0.98
"""A digit that is surer than this needs no second look."""

_READINGS = 2000
_TRIED_DIGITS = 4


@dataclass(frozen=True)
class PageDigit:
    """One digit that was read.

    Attributes:
        digit: 0 to 9.
        confidence: its probability, 0 to 1; times the chance that it is a digit at all.
        box: in pixels of the picture.
        line: number of its line, from 0.
        image: float32 (28, 28) in [0, 1], what the model saw.
    """

    digit: int
    confidence: float
    box: Box
    line: int
    image: NDArray[np.float32] = field(repr=False)

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at it."""
        return self.confidence < DOUBTFUL


@dataclass(frozen=True)
class PageReading:
    """What was read from one picture.

    Attributes:
        digits: in reading order.
        broken: numbers of the lines for which no plausible reading satisfies the constraints.
        left_out: around what was taken for words, scribbles, marks or a sheet's edge, and not read.
    """

    digits: tuple[PageDigit, ...]
    broken: tuple[int, ...] = ()
    left_out: tuple[Box, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The text of each line."""
        texts: dict[int, str] = {}
        for digit in self.digits:
            texts[digit.line] = texts.get(digit.line, "") + str(digit.digit)
        return [texts[line] for line in sorted(texts)]

    @property
    def text(self) -> str:
        """All lines, a line break between them."""
        return "\n".join(self.lines)


def read_page(
    source: str | Path | bytes | NDArray[np.uint8] | Picture,
    recognizer: Recognizer,
    constraints: Sequence[Constraint] = (),
) -> PageReading:
    """Reads all the digits of a picture.

    Args:
        source: as in `pipeline.imaging.picture.read_picture`, or what that gave.
        recognizer: the model that answers.
        constraints: what is known of every line; the likeliest reading that satisfies all of them is taken.

    Raises:
        InputError: the picture can't be read or holds no digit; one sentence.
    """
    picture = source if isinstance(source, Picture) else read_picture(source)
    lines, edges = without_edges(segment(picture, recognizer.scores), picture)
    numbers, words = without_words(_steadied(lines, recognizer))
    digits: list[PageDigit] = []
    broken = []
    for number, boxes in enumerate(numbers):
        if constraints:
            chosen = _satisfying(boxes, constraints)
            if chosen is None:
                broken.append(number)
            else:
                boxes = chosen[0]
                digits += [_page_digit(box, number, d) for box, d in zip(boxes, chosen[1], strict=True)]
                continue
        digits += [_page_digit(box, number, box.digit) for box in boxes]
    if not digits:
        subject = source if isinstance(source, str | Path) else ""
        raise InputError(subject, "expected handwritten digits, but none was found in the picture.")
    return PageReading(tuple(digits), tuple(broken), (*words, *edges))


def _steadied(lines: Sequence[Sequence[DigitBox]], recognizer: Recognizer) -> list[list[DigitBox]]:
    """The same lines; digits that are not plain were looked at again, from several views."""
    unsure = [box for line in lines for box in line if box.digit_score * box.confidence < _PLAIN]
    if not unsure:
        return [list(line) for line in lines]
    again = recognizer.predict(np.stack([box.image for box in unsure]), steady=True)
    answers = {
        id(box): replace(
            box,
            probabilities=np.array(answer.probabilities, np.float32),
            digit_score=1.0 if answer.digit_score is None else answer.digit_score,
        )
        for box, answer in zip(unsure, again, strict=True)
    }
    return [[answers.get(id(box), box) for box in line] for line in lines]


def _page_digit(box: DigitBox, line: int, digit: int) -> PageDigit:
    sure = float(box.probabilities[digit]) * box.digit_score
    return PageDigit(digit, sure, box.box, line, box.image)


def _satisfying(
    boxes: Sequence[DigitBox], constraints: Sequence[Constraint]
) -> tuple[list[DigitBox], list[int]] | None:
    readings = {text: way for _, text, way in likeliest_readings(boxes)}
    text = choose(readings, constraints)
    return None if text is None else (list(readings[text]), [int(d) for d in text])


def likeliest_readings(
    boxes: Sequence[DigitBox], count: int = _READINGS
) -> list[tuple[float, str, tuple[DigitBox, ...]]]:
    """The likeliest readings of one line, over digits and over ways to cut touching ones.

    Args:
        boxes: of the line, left to right, with their alternatives.
        count: at most so many.

    Returns:
        (log-probability, text, the boxes that it reads), likeliest first, no text twice.
    """
    Partial = tuple[float, str, tuple[DigitBox, ...]]  # noqa: N806
    beams: list[dict[str, Partial]] = [{} for _ in range(len(boxes) + 1)]
    beams[0][""] = (0.0, "", ())
    for position, box in enumerate(boxes):
        beam = heapq.nlargest(count, beams[position].values(), key=lambda partial: partial[0])
        ways: list[tuple[tuple[DigitBox, ...], int]] = [((box,), position + 1)]
        ways += [(other, position + box.stretch) for other in box.alternatives]
        for way, end in ways:
            for chance, digits in _digit_choices(way):
                for score, text, before in beam:
                    partial = (score + chance, text + digits, (*before, *way))
                    if partial[0] > beams[end].get(partial[1], (-math.inf,))[0]:
                        beams[end][partial[1]] = partial
    return heapq.nlargest(count, beams[-1].values(), key=lambda partial: partial[0])


def _digit_choices(way: Sequence[DigitBox]) -> list[tuple[float, str]]:
    """The likeliest digits for some boxes together, with their log-probability."""
    choices = [(0.0, "")]
    for box in way:
        chances = np.log(np.maximum(box.probabilities * box.digit_score, 1e-9))
        best = np.argsort(-chances)[:_TRIED_DIGITS]
        choices = [(score + float(chances[d]), text + str(d)) for score, text in choices for d in best]
    return heapq.nlargest(16, choices)


PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"})


def find_pictures(paths: Iterable[Path]) -> Iterator[Path]:
    """The pictures meant: files as they are, and those of folders and the folders in them, by name."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file for file in path.rglob("*") if file.suffix.lower() in PICTURE_SUFFIXES and file.is_file()
            )
        else:
            yield path


_recognizer: Recognizer | None = None
_constraints: Sequence[Constraint] = ()


def _begin_process(litert_file: Path, names: Sequence[str]) -> None:
    """Loads the model once in each process of a pool."""
    import cv2

    from pipeline.reading.constraints import parse_constraint

    global _recognizer, _constraints
    cv2.setNumThreads(1)
    with silenced_stderr():
        _recognizer = Recognizer(litert_file, workers=1)
    _constraints = [parse_constraint(name) for name in names]


def _read_one(path: Path) -> PageReading | str:
    assert _recognizer is not None  # noqa: S101
    try:
        reading = read_page(path, _recognizer, _constraints)
    except InputError as error:
        return str(error)
    except Exception as error:
        return f"{path}: an unexpected {type(error).__name__} ended the reading."
    # the crops stay behind: a thousand pages of them would fill the memory
    nothing = np.zeros((0, 0), np.float32)
    return replace(reading, digits=tuple(replace(digit, image=nothing) for digit in reading.digits))


def read_files(
    paths: Iterable[Path], litert_file: Path, constraints: Sequence[str] = (), processes: int | None = None
) -> Iterator[tuple[Path, PageReading | str]]:
    """Reads any number of pictures on all cores, in bounded memory.

    Args:
        paths: pictures; taken from the iterator only as fast as they are read.
        litert_file: the model.
        constraints: by name, as `pipeline.reading.constraints.parse_constraint` takes them.
        processes: how many at once; as many as cores by default.

    Yields:
        (path, reading without crops) or (path, one sentence on why it can't be read), in the order of `paths`.
    """
    workers = processes or os.cpu_count() or 1
    with ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_begin_process, initargs=(litert_file, tuple(constraints))
    ) as pool:
        pending: list[tuple[Path, Future[Any]]] = []
        try:
            for path in paths:
                pending.append((path, pool.submit(_read_one, path)))
                if len(pending) >= 4 * workers:
                    wait([pending[0][1]], return_when=FIRST_COMPLETED)
                while pending and pending[0][1].done():
                    first, future = pending.pop(0)
                    yield first, future.result()
            for first, future in pending:
                yield first, future.result()
        except BrokenProcessPool:
            raise InputError(
                "", "A reading process was killed, perhaps because memory ran out."
            ) from None
        finally:
            for _, future in pending:
                future.cancel()
