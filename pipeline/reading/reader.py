"""A page -> text. Puts together what was seen on the page and what is known of its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.recognizer import Recognizer
from pipeline.imaging.picture import Picture, read_picture
from pipeline.reading.constraints import Constraint, choose
from pipeline.reading.line_readings import likeliest_readings
from pipeline.reading.page_reading import DOUBTFUL, PageCharacter, PageReading
from pipeline.reading.seen_page import SeenPage


def read_page(
    source: str | Path | bytes | NDArray[np.uint8] | Picture,
    recognizer: Recognizer,
    constraints: Sequence[Constraint] = (),
) -> PageReading:
    """Reads the numbers of a picture: digits, and the signs between them.

    Args:
        source: as in `pipeline.imaging.picture.read_picture`, or what that gave.
        recognizer: the model that has a say in which digit is which.
        constraints: rules for every line; among the readings that keep every sure character, the likeliest that
            satisfies all of them is taken.

    Raises:
        InputError: the picture can't be read or holds no digit; one sentence.
    """
    page = SeenPage(source if isinstance(source, Picture) else read_picture(source), recognizer)
    lines: list[list[PageCharacter]] = []
    disagreeing = []
    for number, line in enumerate(page.lines):
        if not line:
            continue
        texts = None
        if constraints:
            readings = {
                digits: texts
                for _, digits, texts in likeliest_readings([_open_choices(page.choices(n)) for n, _ in line])
            }
            fitting = choose(readings, constraints)
            texts = None if fitting is None else readings[fitting]
        characters = page.read(number, texts)
        if not characters:  # the rule needs a line without any
            continue
        lines.append([replace(character, line=len(lines)) for character in characters])
        if constraints and texts is None:
            disagreeing.append(len(lines))
    if not any(character.is_digit for line in lines for character in line):
        subject = source if isinstance(source, str | Path) else ""
        raise InputError(subject, "expected handwritten digits, but none was found in the picture.")
    left_out = tuple(page.box(numbers) for numbers in page.left_out)
    return PageReading(tuple(character for line in lines for character in line), tuple(disagreeing), left_out)


def _open_choices(choices: Mapping[str, float]) -> Mapping[str, float]:
    """What a rule may choose from for a character: a sure one stays as it is."""
    likeliest = max(choices, key=choices.__getitem__)
    return {likeliest: choices[likeliest]} if likeliest and choices[likeliest] >= DOUBTFUL else choices
