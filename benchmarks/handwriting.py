"""Scores `predict` and `read` on a folder of real handwriting.

The folder holds pictures and a manifest.csv with the columns path, label, source, notes. Pictures under
single/ show one digit, all others any number: there, spaces and line breaks of the label are ignored, and
digit accuracy is 1 - (edit distance / true length), summed over all pictures. Notes that begin with HARD
are scored apart.

    python benchmarks/handwriting.py FOLDER [--model NAME_OR_PATH] [--sheet errors.png]
"""

import argparse
import csv
import resource
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from models.errors import DigitLabError
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.imaging.picture import Picture, read_picture
from pipeline.reading.reader import PageDigit, PageReading, read_page
from pipeline.reading.single_digit import recognize_digit

TILE = 300
COLUMNS = 4


@dataclass(frozen=True)
class Entry:
    """One row of the manifest."""

    path: str
    label: str
    source: str
    notes: str

    @property
    def single(self) -> bool:
        """Whether the picture shows one digit."""
        return self.path.startswith("single/")

    @property
    def hard(self) -> bool:
        """Whether it is scored apart."""
        return self.notes.startswith("HARD")

    @property
    def truth(self) -> str:
        """The label's digits, without spaces and line breaks."""
        return "".join(character for character in self.label.replace("\\n", "") if character.isdigit())


@dataclass(frozen=True)
class Answer:
    """What was read: the digits, how many of the truth's are wrong, and a tile for the contact sheet."""

    entry: Entry
    text: str
    errors: int
    seconds: float
    tile: Image.Image | None


def main() -> None:
    """Reads every picture, prints the scores and writes the contact sheet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--model", help="a model's name, a run or a .tflite file; the shipped default without it"
    )
    parser.add_argument("--sheet", type=Path, help="where the errors' contact sheet goes, a PNG")
    options = parser.parse_args()
    model = options.model
    file = Path(model) if model and model.endswith(".tflite") else find_model(model).directory.litert_file
    recognizer = Recognizer(file)
    answers = [_answer(options.folder, entry, recognizer) for entry in _manifest(options.folder)]
    for hard in (False, True):
        for single in (True, False):
            chosen = [a for a in answers if a.entry.single == single and a.entry.hard == hard]
            if chosen:
                _report(chosen, ("single" if single else "multi") + (" HARD" if hard else ""))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory {peak:.0f} MB, {sum(answer.seconds for answer in answers):.1f} s in all")
    wrong = [answer for answer in answers if answer.errors]
    for answer in wrong:
        print(f"{answer.entry.path}: {answer.entry.label} read as {answer.text or 'nothing'}")
    if options.sheet:
        _write_sheet(wrong, options.sheet)


def _manifest(folder: Path) -> list[Entry]:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [Entry(row["path"], row["label"], row["source"], row["notes"]) for row in csv.DictReader(file)]


def _answer(folder: Path, entry: Entry, recognizer: Recognizer) -> Answer:
    started = time.perf_counter()
    try:
        picture = read_picture(folder / entry.path)
        if entry.single:
            reading = recognize_digit(picture, recognizer)
            normalized, answer = reading.normalized, reading.prediction
            digits = [PageDigit(answer.digit, answer.confidence, normalized.box, 0, normalized.image)]
        else:
            digits = list(read_page(picture, recognizer).digits)
    except DigitLabError as error:
        print(error, file=sys.stderr)
        return Answer(entry, "", len(entry.truth), time.perf_counter() - started, None)
    seconds = time.perf_counter() - started
    text = PageReading(tuple(digits)).text.replace("\n", "\\n")
    errors = edit_distance(text.replace("\\n", ""), entry.truth)
    tile = _tile(picture, digits, f"{entry.label} > {text}") if errors else None
    return Answer(entry, text, errors, seconds, tile)


def edit_distance(one: str, other: str) -> int:
    """Fewest insertions, deletions and replacements between two strings (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def _report(answers: list[Answer], title: str) -> None:
    exact = np.array([answer.errors == 0 for answer in answers])
    length = sum(len(answer.entry.truth) for answer in answers)
    digits = 1 - sum(answer.errors for answer in answers) / length
    by_source: dict[str, list[bool]] = defaultdict(list)
    for answer in answers:
        by_source[answer.entry.source].append(answer.errors == 0)
    mean = np.mean([np.mean(values) for values in by_source.values()])
    print(f"\n{title}: {exact.sum()} of {len(exact)} pictures right ({exact.mean():.1%}), ", end="")
    print(f"mean over {len(by_source)} sources {mean:.1%}, digit accuracy {digits:.1%}, ", end="")
    print(f"{np.median([answer.seconds for answer in answers]) * 1000:.0f} ms a picture")
    for source, values in sorted(by_source.items()):
        if not all(values):
            print(f"  {source}: {sum(values)} of {len(values)}")


def _tile(picture: Picture, digits: list[PageDigit], caption: str) -> Image.Image:
    """The picture with boxes over its ink with the images that the recognizer saw."""
    image = Image.fromarray(picture.pixels)
    scale = TILE / max(image.size)
    image = image.resize([max(1, round(side * scale)) for side in image.size])
    pen = ImageDraw.Draw(image)
    for box in digits:
        x, y, width, height = (side * scale for side in box.box)
        pen.rectangle([x, y, x + width, y + height], outline=(220, 0, 0))
        pen.text((x, max(0, y - 11)), str(box.digit), fill=(0, 60, 255))
    ink = Image.fromarray((picture.ink * 255).astype(np.uint8)).resize(image.size)
    tile = Image.new("RGB", (TILE, image.height + ink.height + 44), (70, 70, 70))
    tile.paste(image, (0, 14))
    tile.paste(ink, (0, 14 + image.height))
    seen: list[NDArray[np.float32]] = [box.image for box in digits][: TILE // 29]
    for i, digit in enumerate(seen):
        tile.paste(Image.fromarray((digit * 255).astype(np.uint8)), (i * 29, 15 + 2 * image.height))
    ImageDraw.Draw(tile).text((2, 1), caption[:50], fill=(255, 255, 120))
    return tile


def _write_sheet(wrong: list[Answer], path: Path) -> None:
    tiles = [answer.tile for answer in wrong if answer.tile is not None]
    if not tiles:
        print("no errors, no contact sheet")
        return
    rows = [tiles[i : i + COLUMNS] for i in range(0, len(tiles), COLUMNS)]
    heights = [max(tile.height for tile in row) for row in rows]
    sheet = Image.new("RGB", (COLUMNS * (TILE + 6), sum(heights) + 6 * len(rows)), (20, 20, 20))
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for i, tile in enumerate(row):
            sheet.paste(tile, (i * (TILE + 6), top))
        top += height + 6
    sheet.save(path)
    print(f"{len(tiles)} errors drawn in {path}")


if __name__ == "__main__":
    main()
