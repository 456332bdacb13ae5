"""Scores `read` on made photographs of pages in hands, fonts and lights that training never saw.

    python benchmarks/made_pages.py [--pages N] [--entries N] [--engines digitlab rapidocr tesseract]
        [--model NAME_OR_PATH] [--seed S] [--keep FOLDER]

Pages: lines of numbers, of single digits, of sums and of amounts, in pictures of 500 to 1,600 pixels; only their
digits count, as in `handwriting.py`. Entries: one amount, date or signed number a picture; all of its digits and
signs count.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from engines import ENGINES, available
from PIL import Image
from scores import digits_of, edit_distance

from models.recognizer import Recognizer
from models.store import find_model
from pipeline.evaluation.metrics import wilson_interval
from pipeline.pages import layouts, phrases
from pipeline.pages.generator import Photograph, Scene, photograph
from pipeline.pages.writing import Sheet

Phrase = Callable[[np.random.Generator], str]

PAGES: dict[str, Phrase] = {
    "numbers": phrases.number,
    "long numbers": lambda rng: phrases.number(rng, 4) + phrases.number(rng, 12),
    "single digits": lambda rng: str(rng.integers(10)),
    "calculations": phrases.calculation,
    "amounts and dates": phrases.entry,
}
_SIGNS = str.maketrans("", "", " \t\n")

_WHOLE = 0.9
"""Share of each character that must be seen: no finger lies on an entry, and none runs out of its picture."""


@dataclass(frozen=True)
class Made:
    """A picture's file, what it holds and what is written on it."""

    path: Path
    group: str
    truth: str


def made_pages(folder: Path, count: int, seed: int) -> Iterator[Made]:
    """Pages of held-out styles: lines with a margin around them."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        group, phrase = list(PAGES.items())[number % len(PAGES)]
        height, width = (int(side) for side in rng.integers(500, 1600, 2))
        size = float(np.exp(rng.uniform(np.log(26), np.log(min(110, height / 4)))))
        scene = Scene(
            height,
            width,
            size,
            line_layout(phrase),
            turn=float(rng.normal(0, 3)),
            scribbles=False,
            held_out=True,
        )
        picture = photograph(rng, scene)
        while not picture.lines:  # the first text was too long for the page
            picture = photograph(rng, scene)
        yield _kept(picture, folder, number, group)


def line_layout(phrase: Phrase) -> layouts.Layout:
    """A layout of lines that end where the next text would not fit."""

    def layout(sheet: Sheet, desk: layouts.Desk) -> None:
        rng, size = desk.rng, desk.height
        height, width = sheet.shape
        margin = 0.06 * max(height, width) + 0.6 * size
        apart, baseline = rng.uniform(0.8, 3) * size, margin + size
        while baseline + 0.4 * size < height - margin:
            line, x = sheet.new_line(), margin
            while True:
                text, state = phrase(rng), rng.bit_generator.state
                end = desk.write(Sheet.blank(height, width), text, x, baseline)
                if end > width - margin:
                    break
                rng.bit_generator.state = state
                x = desk.write(sheet, text, x, baseline, line) + apart
            baseline += size * rng.uniform(1.5, 2.4)

    return layout


def made_entries(folder: Path, count: int, seed: int) -> Iterator[Made]:
    """Pictures of one amount, date or signed number each."""
    for number in range(count):
        rng = np.random.default_rng([seed, 1, number])
        phrase = (phrases.amount, phrases.date, phrases.signed)[number % 3]
        size = float(np.exp(rng.uniform(np.log(24), np.log(90))))
        scene = entry_scene(rng, size, phrase, held_out=True)
        picture = photograph(rng, scene)
        while any(character.visible < _WHOLE for character in picture.characters):
            picture = photograph(rng, scene)
        yield _kept(picture, folder, number, phrase.__name__)


def entry_scene(rng: np.random.Generator, size: float, phrase: Phrase, *, held_out: bool) -> Scene:
    """A picture of one entry in digits of this height."""

    def one_line(sheet: Sheet, desk: layouts.Desk) -> None:
        desk.write(sheet, phrase(desk.rng), 0.8 * desk.height, 1.8 * desk.height)

    width, turn = int(size * rng.uniform(14, 18)), float(rng.normal(0, 2))
    return Scene(int(2.8 * size), width, size, one_line, turn=turn, scribbles=False, held_out=held_out)


def _kept(picture: Photograph, folder: Path, number: int, group: str) -> Made:
    path = folder / f"{group.replace(' ', '-')}-{number:04d}.png"
    Image.fromarray(picture.pixels).save(path)
    return Made(path, group, "\n".join(picture.lines))


def main() -> None:
    """Makes the pictures, has them read and prints the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--entries", type=int, default=150)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=["digitlab"])
    parser.add_argument("--model")
    parser.add_argument("--seed", type=int, default=35)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    recognizer = Recognizer(find_model(options.model).directory.litert_file)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        pages = list(made_pages(folder, options.pages, options.seed))
        entries = list(made_entries(folder, options.entries, options.seed))
        for engine in available(options.engines, recognizer):
            print(f"\n{engine.name}")
            _score_pages(pages, [engine.read(page.path, single=False) for page in pages])
            _score_entries(entries, [engine.read(entry.path, single=False) for entry in entries])


def _score_pages(pages: list[Made], texts: list[str]) -> None:
    groups = sorted({page.group for page in pages})
    for group in [*groups, "all"]:
        rows = [
            (edit_distance(digits_of(text), digits_of(page.truth)), len(digits_of(page.truth)))
            for page, text in zip(pages, texts, strict=True)
            if group in (page.group, "all")
        ]
        errors, digits = (sum(column) for column in zip(*rows, strict=True)) if rows else (0, 0)
        exact = sum(error == 0 for error, _ in rows)
        if digits:
            print(
                f"  {group}: {1 - errors / digits:.1%} of {digits} digits, {exact} of {len(rows)} pages exact"
            )


def _score_entries(entries: list[Made], texts: list[str]) -> None:
    for group in [*sorted({entry.group for entry in entries}), "all"]:
        rights = [
            text.translate(_SIGNS) == entry.truth.translate(_SIGNS)
            for entry, text in zip(entries, texts, strict=True)
            if group in (entry.group, "all")
        ]
        if rights:
            low, high = wilson_interval(sum(rights), len(rights))
            print(f"  {group}: {sum(rights)} of {len(rights)} wholly right ({low:.1%} to {high:.1%})")


if __name__ == "__main__":
    main()
