"""Fits, on made pages, what counts as a character, which one it is and how sure that is; prints the weights.

The first are those of `CharacterParameters`, fitted to whether there is a character; then those of `LookParameters`,
fitted to the same once lines were looked at, and to which character it is; then those of `Votes`, fitted to
whether what was read was right. Change each before the next is fitted.

    python benchmarks/reading_confidence.py [--pages N] [--seed S]

The pages are in the styles that training knows, with seeds it did not use; how the fit does is told on pages of
held-out styles: of characters of which it is at least so sure, how many are right.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from made_pages import PAGES, entry_scene, line_layout
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

from models.recognizer import Recognizer
from models.store import find_model
from pipeline.imaging.picture import Picture
from pipeline.pages import phrases
from pipeline.pages.characters import CHARACTERS
from pipeline.pages.generator import Character, Photograph, Scene, photograph
from pipeline.pages.targets import HINTED, WHOLE
from pipeline.reading.decoding import Detections, candidates
from pipeline.reading.detection import find_characters
from pipeline.reading.line_network import line_network
from pipeline.reading.page_network import page_network
from pipeline.reading.page_reading import DOUBTFUL
from pipeline.reading.second_look import TwoLooks, both_looks
from pipeline.reading.seen_page import SeenPage

_NEAR = 0.35
"""Distance of two middles up to which they are the same character's, in heights of it."""

_LIKENESS = 0.075
"""How much of `_NEAR` a unit of the logarithms of a thing's likeness to a character is worth."""

ENTRIES = phrases.amount, phrases.date, phrases.signed, phrases.number, phrases.calculation


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
    _fit_second_look(pages)
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
    """Pages of lines, pages of anything, with words and print, and single entries, in turn."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        if number % 3 == 1:
            size = float(np.exp(rng.uniform(np.log(24), np.log(90))))
            yield photograph(
                rng, entry_scene(rng, size, ENTRIES[number // 3 % len(ENTRIES)], held_out=held_out)
            )
            continue
        phrase = list(PAGES.values())[number // 3 % len(PAGES)]
        height, width = (int(side) for side in rng.integers(300, 1000, 2))
        size = float(np.exp(rng.uniform(np.log(24), np.log(min(90, height / 4)))))
        layout = None if number % 3 == 2 else line_layout(phrase)
        turn = float(rng.normal(0, 3))
        yield photograph(rng, Scene(height, width, size, layout, turn=turn, held_out=held_out))


def _seen(pages: Iterable[Photograph]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Evidence (n, 2) of everything that may be a character, and whether it is one, by hand or in print."""
    rows, rights = [], []
    for picture in pages:
        gray = _gray(picture)
        sighting = find_characters(gray, page_network())
        upright = cv2.warpAffine(
            gray, sighting.matrix, sighting.maps.ink.shape[::-1], borderMode=cv2.BORDER_REPLICATE
        )
        seen = candidates(page_network().look(np.asarray(upright, np.uint8)))
        rows.append(seen.evidence)
        rights.append(_has_character(picture, seen, sighting.matrix))
    return np.concatenate(rows), np.concatenate(rights)


def _fit_second_look(pages: Iterable[Photograph]) -> None:
    """Prints the weights of `LookParameters`."""
    evidence, page, line, truth = _looked_at(pages)
    model = LogisticRegression(C=100).fit(evidence, truth >= 0)
    there = ", ".join(f"{weight:.2f}" for weight in model.coef_[0])
    print(f"what counts as one after the second look: there=({there}), bias={model.intercept_[0]:.2f}")
    is_one = truth >= 0
    wanted = truth[is_one]
    logs = np.log(np.stack([page, line], axis=2)[is_one] + 1e-6)

    def loss(exponents: NDArray[np.float64]) -> float:
        logits = logs @ exponents
        return float(np.mean(logsumexp(logits, axis=1) - logits[np.arange(len(wanted)), wanted]))

    exponents = minimize(loss, [0.5, 0.5]).x
    print(f"which one it is: page={exponents[0]:.2f}, line={exponents[1]:.2f}")
    for name, weights in (("page's network", (1, 0)), ("lines' network", (0, 1)), ("both", exponents)):
        print(
            f"  by the {name} {np.sum((logs @ weights).argmax(axis=1) != wanted)} of {len(wanted)} are wrong"
        )


class _Judged(NamedTuple):
    """Of everything that may be a character of a line, what both networks say and which one it is.

    Attributes:
        evidence: (n, 4), as in `TwoLooks`.
        page: (n, 24), its kinds by the page's network.
        line: (n, 24), its kinds by the lines' network.
        truth: (n,), its place in `CHARACTERS`, -1 of none.
    """

    evidence: NDArray[np.float64]
    page: NDArray[np.float32]
    line: NDArray[np.float32]
    truth: NDArray[np.intp]


def _looked_at(pages: Iterable[Photograph]) -> _Judged:
    """What the lines of pages show; what is hardly visible, or print, is left out."""
    rows: list[_Judged] = []
    for picture in pages:
        sighting = find_characters(_gray(picture), page_network())
        both = both_looks(sighting, line_network())
        truth = _truth_of(picture, both, sighting.matrix)
        chosen = both.looked & (both.found.printed < 0.5) & (truth >= -1)
        rows.append(
            _Judged(
                both.evidence[chosen], both.found.probabilities[chosen], both.kinds[chosen], truth[chosen]
            )
        )
    return _Judged(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def _truth_of(picture: Photograph, both: TwoLooks, matrix: NDArray[np.float64]) -> NDArray[np.intp]:
    """Of everything that may be a character its place in `CHARACTERS`; -1 of none, -2 of what nobody can tell.

    Each character of the picture is one thing's: that which is nearest and likest to it.
    """
    found = both.found
    truth = np.full(len(found), -1, np.intp)
    there = [character for character in picture.characters if character.visible > HINTED]
    if not there or not len(found):
        return truth
    middles, sizes = _upright(there, matrix)
    kinds = np.array([CHARACTERS.index(character.placed.character) for character in there])
    off = np.linalg.norm(found.middles[:, None] - middles, axis=2) / (
        _NEAR * np.maximum(sizes, np.median(sizes))
    )
    like = np.log(found.probabilities[:, kinds] + 1e-4) + np.log(both.kinds[:, kinds] + 1e-4)
    cost = np.where(off < 1, off - _LIKENESS * like, np.inf)
    while np.isfinite(cost).any():
        thing, one = np.unravel_index(cost.argmin(), cost.shape)
        plain = there[one].visible > WHOLE and not there[one].placed.printed
        truth[thing] = kinds[one] if plain else -2
        cost[thing] = np.inf
        cost[:, one] = np.inf
    return truth


def _upright(
    characters: Sequence[Character], matrix: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middles (n, 2) and sizes (n,) of characters in the picture that this matrix leads to."""
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    middles = np.array([(c.x, c.y) for c in characters]) @ matrix[:, :2].T + matrix[:, 2]
    return middles, scale * np.array([max(c.width, c.height) for c in characters])


def _gray(picture: Photograph) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _has_character(picture: Photograph, seen: Detections, matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of everything that may be a character, the surest first, whether it is one that none before it is."""
    there = [character for character in picture.characters if character.visible > 0.5]
    has = np.zeros(len(seen), bool)
    if not there:
        return has
    middles, sizes = _upright(there, matrix)
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
