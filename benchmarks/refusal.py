"""What a model refuses: letters, words, scribbles, crossed-out digits and paper, against true digits.

    uv run python benchmarks/refusal.py [--model NAME] [--digits FOLDER]

Letters and words are drawn with OpenCV's Hershey fonts, which no training has seen; letters that look like a
digit (B, I, O, S, Z, g, i, j, l, o, q, s, z) are left out. True digits are MNIST's test images, made ones in fonts of
handwriting that training never sees and, where a folder of real pictures with a manifest.csv is given, its single
ones and the sets of its hands/.
"""

import argparse
import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hand_sets import load_hands
from numpy.typing import NDArray

from models.digits import DIGITS
from models.errors import InputError
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.imaging.normalize import normalize
from pipeline.imaging.picture import read_picture
from pipeline.pages.digits import made_digits

Picture = NDArray[np.uint8]
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998)
LETTERS = "ACDEFGHJKLMNPQRTUVWXYabcdefhkmnprtuvwxy"
WORDS = ("the", "name", "sum", "paper", "Total", "hello", "and", "Date", "room", "Nr", "kg", "EUR")
FONTS = (
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX | cv2.FONT_ITALIC,
)


def sheet(width: int = 220, brightness: int = 240) -> Picture:
    """Blank paper."""
    return np.full((220, width), brightness, np.uint8)


def text(words: Iterable[str], size: float, random: np.random.Generator) -> list[Picture]:
    """Each word in each font, slightly tilted, with a pen of some width."""
    pictures = []
    for word in words:
        for font in FONTS:
            (width, height), _ = cv2.getTextSize(word, font, size, 6)
            paper = sheet(max(220, width + 60))
            left, base = (paper.shape[1] - width) // 2, (220 + height) // 2
            cv2.putText(
                paper, word, (left, base), font, size, (30,), int(random.integers(5, 12)), cv2.LINE_AA
            )
            turn = cv2.getRotationMatrix2D((paper.shape[1] / 2, 110), float(random.normal(0, 6)), 1)
            turned = cv2.warpAffine(paper, turn, paper.shape[::-1], borderValue=(240,))
            pictures.append(np.asarray(turned, np.uint8))
    return pictures


def scribble(random: np.random.Generator) -> Picture:
    """A smooth line that wanders about."""
    paper = sheet(brightness=235)
    count = int(random.integers(8, 22))
    points = np.cumsum(random.normal(0, 38, (count, 2)), axis=0)
    points -= points.min(axis=0)
    points = points / points.max(axis=0) * 180 + 20
    fine = np.linspace(0, count - 1, count * 8)
    line = np.stack([np.interp(fine, np.arange(count), points[:, axis]) for axis in (0, 1)], axis=1)
    smooth: Any = cv2.GaussianBlur(line.astype(np.float32), (1, 9), 3)
    path = [np.round(smooth).astype(np.int32)]
    cv2.polylines(paper, path, False, (40,), int(random.integers(3, 9)), cv2.LINE_AA)
    return paper


def crossed_out(random: np.random.Generator) -> Picture:
    """A test digit under several strokes."""
    images, _ = load_dataset().test
    paper = np.asarray(255 - cv2.resize(images[random.integers(len(images))], (220, 220)), np.uint8)
    for _ in range(int(random.integers(5, 9))):
        start, end = ([int(v) for v in random.integers(20, 200, 2)] for _ in range(2))
        cv2.line(paper, start, end, (20,), int(random.integers(6, 12)), cv2.LINE_AA)
    return paper


def textured_paper(random: np.random.Generator) -> Picture:
    """Blank paper with stains, folds of light and grain."""
    coarse = int(random.integers(4, 60))
    stains: Any = cv2.resize(
        random.normal(0, 1, (coarse, coarse)).astype(np.float32), (240, 240), interpolation=cv2.INTER_CUBIC
    )
    grain = random.normal(0, random.uniform(0, 6), (240, 240))
    return np.asarray(np.clip(225 + stains * random.uniform(1, 14) + grain, 0, 255), np.uint8)


def digit_scores(pictures: Iterable[Picture | Path], recognizer: Recognizer) -> NDArray[np.float64]:
    """How sure the model is of each that it is a digit, 0 to 1; 0 for what is refused as empty."""
    scores = []
    for picture in pictures:
        try:
            image = normalize(read_picture(picture)).image
        except InputError:
            scores.append(0.0)
        else:
            scores.append(1 - float(recognizer.steady_scores(image[None])[0, DIGITS]))
    return np.array(scores)


def main() -> None:
    """Prints the share that is refused, by threshold and kind."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="a model that learned to refuse; else the default")
    parser.add_argument("--digits", type=Path, help="a folder with manifest.csv and single/")
    arguments = parser.parse_args()
    recognizer = Recognizer(find_model(arguments.model).directory.litert_file)
    random = np.random.default_rng(7)

    def many(make: Callable[[np.random.Generator], Picture], count: int) -> list[Picture]:
        return [make(random) for _ in range(count)]

    mnist = recognizer.steady_scores(load_dataset().test[0].astype(np.float32) / np.float32(255))
    if mnist.shape[1] <= DIGITS:
        parser.error("this model has not learned to refuse; expected one trained with --not-a-digit")
    columns = {"MNIST digits": 1 - mnist[:, DIGITS].astype(np.float64)}
    if arguments.digits:
        with (arguments.digits / "manifest.csv").open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["path"].startswith("single/")]
        paths = [arguments.digits / row["path"] for row in rows if not row["notes"].startswith("HARD")]
        columns["real digits"] = digit_scores(paths, recognizer)
        for path in sorted((arguments.digits / "hands").glob("*.npz")):
            columns[path.stem] = digit_scores(load_hands(path)[0], recognizer)
    made, _ = made_digits(np.random.default_rng(7), 2000, held_out=True)
    columns["made digits"] = 1 - recognizer.steady_scores((made / 255).astype(np.float32))[:, DIGITS].astype(
        np.float64
    )
    digits = tuple(columns)
    nothing = {
        "letters": digit_scores(text(LETTERS, 4, random), recognizer),
        "words": digit_scores(text(WORDS, 2.5, random), recognizer),
        "scribbles": digit_scores(many(scribble, 150), recognizer),
        "crossed out": digit_scores(many(crossed_out, 100), recognizer),
        "paper": digit_scores(many(textured_paper, 100), recognizer),
    }
    columns |= {"all that is none": np.concatenate(list(nothing.values())), **nothing}
    print("refused, by the digit score below which a picture is refused")
    print("| score | " + " | ".join(f"{name} ({len(scores):,})" for name, scores in columns.items()) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for threshold in THRESHOLDS:
        shares = (f"{np.mean(scores < threshold):.2%}" for scores in columns.values())
        print(f"| {threshold:g} | " + " | ".join(shares) + " |")
    for name in digits:
        level = float(np.quantile(columns[name], 0.01))
        refused = np.mean(columns["all that is none"] < level)
        print(f"with 1 % of {name} lost (score {level:.4f}), {refused:.1%} of all that is none is refused")


if __name__ == "__main__":
    main()
