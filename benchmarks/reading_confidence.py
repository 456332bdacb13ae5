"""Fits how sure a character that was read is to whether it was right, on made pages; prints the weights of `Votes`.

    python benchmarks/reading_confidence.py [--pages N] [--seed S]

The pages are in the styles that training knows, with seeds it did not use; how the fit does is told on pages of
held-out styles: of characters of which it is at least so sure, how many are right.
"""

import argparse

import numpy as np
from made_pages import PAGES, line_layout
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.recognizer import Recognizer
from models.store import find_model
from pipeline.imaging.picture import Picture
from pipeline.pages.generator import Photograph, Scene, photograph
from pipeline.reading.page_reading import DOUBTFUL
from pipeline.reading.seen_page import SeenPage


def main() -> None:
    """Makes pages, reads them and prints the fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=80)
    parser.add_argument("--seed", type=int, default=71)
    options = parser.parse_args()
    recognizer = Recognizer(find_model(None).directory.litert_file)
    evidence, right = _gathered(options.pages, options.seed, recognizer, held_out=False)
    model = LogisticRegression(C=100).fit(evidence, right)
    (likeliest, there), (bias,) = model.coef_[0], model.intercept_
    print(f"likeliest={likeliest:.2f}, there={there:.2f}, bias={bias:.2f}  ({len(right)} characters)")
    evidence, right = _gathered(options.pages, options.seed + 1, recognizer, held_out=True)
    sure = model.predict_proba(evidence)[:, 1]
    print(f"held out: {len(right)} characters, {right.mean():.2%} right, mean confidence {sure.mean():.2%}")
    for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, DOUBTFUL), (DOUBTFUL, 0.98), (0.98, 1.01)):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            print(f"  {low:.2f} to {high:.2f}: {inside.sum()} characters, {right[inside].mean():.1%} right")


def _gathered(
    count: int, seed: int, recognizer: Recognizer, *, held_out: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Evidence (n, 2) of every character that was seen in a line, and whether it is what stands there."""
    rows, rights = [], []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        phrase = list(PAGES.values())[number % len(PAGES)]
        height, width = (int(side) for side in rng.integers(300, 1000, 2))
        size = float(np.exp(rng.uniform(np.log(24), np.log(min(90, height / 4)))))
        # one in three is any page, with words and print
        layout = None if number % 3 == 2 else line_layout(phrase)
        turn = float(rng.normal(0, 3))
        picture = photograph(rng, Scene(height, width, size, layout, turn=turn, held_out=held_out))
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
        and np.hypot(character.x - middle[0], character.y - middle[1]) < 0.35 * max(height, character.height)
    }


if __name__ == "__main__":
    main()
