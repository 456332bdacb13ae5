"""Fits, on made pages, what counts as a character and how sure one that was read is; prints the weights for both.

The first are those of `CharacterParameters`, fitted to whether there is a character; the others those of `Votes`,
fitted to whether it was right: change the first before the second is fitted.

    python benchmarks/reading_confidence.py [--pages N] [--seed S]

The pages are in the styles that training knows, with seeds it did not use; how the fit does is told on pages of
held-out styles: of characters of which it is at least so sure, how many are right.
"""

import argparse
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from made_pages import PAGES, line_layout
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.recognizer import Recognizer
from models.store import find_model
from pipeline.imaging.picture import Picture
from pipeline.pages.generator import Photograph, Scene, photograph
from pipeline.reading.decoding import Detections, candidates
from pipeline.reading.detection import find_characters
from pipeline.reading.page_network import page_network
from pipeline.reading.page_reading import DOUBTFUL
from pipeline.reading.seen_page import SeenPage

_NEAR = 0.35
"""Distance of two middles up to which they are the same character's, in heights of it."""


def main() -> None:
    """Makes pages, reads them and prints the fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=80)
    parser.add_argument("--seed", type=int, default=71)
    options = parser.parse_args()
    recognizer = Recognizer(find_model(None).directory.litert_file)
    pages = list(_pages(options.pages, options.seed, held_out=False))
    model = LogisticRegression(C=100).fit(*_seen(pages))
    (middle, likeliest), (bias,) = model.coef_[0], model.intercept_
    print(f"what counts as a character: middle={middle:.2f}, likeliest={likeliest:.2f}, bias={bias:.2f}")
    evidence, right = _gathered(pages, recognizer)
    model = LogisticRegression(C=100).fit(evidence, right)
    (likeliest, there), (bias,) = model.coef_[0], model.intercept_
    print(f"how sure it is: likeliest={likeliest:.2f}, there={there:.2f}, bias={bias:.2f}")
    evidence, right = _gathered(_pages(options.pages, options.seed + 1, held_out=True), recognizer)
    sure = model.predict_proba(evidence)[:, 1]
    print(f"held out: {len(right)} characters, {right.mean():.2%} right, mean confidence {sure.mean():.2%}")
    for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, DOUBTFUL), (DOUBTFUL, 0.98), (0.98, 1.01)):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            print(f"  {low:.2f} to {high:.2f}: {inside.sum()} characters, {right[inside].mean():.1%} right")


def _pages(count: int, seed: int, *, held_out: bool) -> Iterator[Photograph]:
    """Pages of lines, and one in three of anything, with words and print."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        phrase = list(PAGES.values())[number % len(PAGES)]
        height, width = (int(side) for side in rng.integers(300, 1000, 2))
        size = float(np.exp(rng.uniform(np.log(24), np.log(min(90, height / 4)))))
        layout = None if number % 3 == 2 else line_layout(phrase)
        turn = float(rng.normal(0, 3))
        yield photograph(rng, Scene(height, width, size, layout, turn=turn, held_out=held_out))


def _seen(pages: Iterable[Photograph]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Evidence (n, 2) of everything that may be a character, and whether it is one, by hand or in print."""
    rows, rights = [], []
    for picture in pages:
        gray = np.asarray(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
        sighting = find_characters(gray, page_network())
        upright = cv2.warpAffine(
            gray, sighting.matrix, sighting.ink.shape[::-1], borderMode=cv2.BORDER_REPLICATE
        )
        seen = candidates(page_network().look(np.asarray(upright, np.uint8)))
        rows.append(seen.evidence)
        rights.append(_has_character(picture, seen, sighting.matrix))
    return np.concatenate(rows), np.concatenate(rights)


def _has_character(picture: Photograph, seen: Detections, matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of everything that may be a character, the surest first, whether it is one that none before it is."""
    there = [character for character in picture.characters if character.visible > 0.5]
    has = np.zeros(len(seen), bool)
    if not there:
        return has
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    middles = np.array([(c.x, c.y) for c in there]) @ matrix[:, :2].T + matrix[:, 2]
    sizes = scale * np.array([max(c.width, c.height) for c in there])
    reach = _NEAR * np.maximum(sizes, np.median(sizes))
    for number, middle in enumerate(seen.middles):
        far = np.linalg.norm(middles - middle, axis=1) / reach
        if far.min() < 1:
            has[number] = True
            reach[far.argmin()] = 1e-9
    return has


def _gathered(
    pages: Iterable[Photograph], recognizer: Recognizer
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Evidence (n, 2) of every character that was seen in a line, and whether it is what stands there."""
    rows, rights = [], []
    for picture in pages:
        page = SeenPage(Picture(picture.pixels), recognizer)
        for member in page.seen:
            rows.append(page.evidence(member))
            box = page.box([member])
            middle = np.array(box.edges).reshape(2, 2).mean(axis=0)
            rights.append(page.likeliest(member) in _texts_at(picture, middle, box.height))
    return np.array(rows), np.array(rights)


def _texts_at(picture: Photograph, middle: NDArray[np.float64], height: float) -> set[str]:
    """What is written at a place."""
    return {
        character.placed.character.replace("—", "/")
        for character in picture.characters
        if character.visible > 0.7
        and not character.placed.printed
        and np.hypot(character.x - middle[0], character.y - middle[1]) < _NEAR * max(height, character.height)
    }


if __name__ == "__main__":
    main()
