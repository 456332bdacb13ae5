"""Synthetic handwriting as pen trajectories: digits and symbols as people all over the world write them.

Geometry only; how the ink looks is drawn elsewhere. A writer's form of a character is laid out once. Every
instance of it bends that form a little, by smooth waves along each stroke and a small slant and stretch.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.pages.digit_shapes import DIGIT_SHAPES
from pipeline.pages.hand import Hand
from pipeline.pages.splines import Curve, Path, curve_through
from pipeline.pages.symbol_shapes import SYMBOL_SHAPES

CHARACTERS = "0123456789.,-/:+x*=()—"
"""What a writer can write; x is a multiplication cross, * an asterisk or a raised dot, — a fraction bar."""

Stroke = NDArray[np.float32]

_WAVES = 5
"""Slow waves along a stroke that tell one instance from the next."""
_TREMBLES = np.linspace(0.12, 0.32, 8)
"""Lengths of the fast waves beside them in digit heights, for hands that shake."""
_TALL = 0.8
"""Strokes of symbols smaller than this stray less from each other, in proportion."""


@dataclass(frozen=True)
class _Form:
    """A writer's form of a character.

    Attributes:
        points: (n, 2), of all strokes one after the other.
        waves: (n, k): what noise of unit size does to each point, one column for each wave of each stroke.
        ends: where a stroke ends and the next begins.
    """

    points: NDArray[np.float64]
    waves: NDArray[np.float64]
    ends: tuple[int, ...]


class Writer:
    """One person's hand: a form of every character and a style, kept from instance to instance.

    Attributes:
        hand: the style.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.hand = Hand(rng)
        self._habits = {character: self._habit(character) for character in CHARACTERS}
        self._forms: dict[tuple[str, bool], _Form] = {}

    def _habit(self, character: str) -> tuple[str, str, float]:
        """A writer's usual variant of a character, a second one, and how often it is used."""
        hand = self.hand
        return hand.choose(character), hand.choose(character), 0.2 * hand.haste if hand.chance(0.4) else 0.0

    def variant(self, character: str) -> str:
        """The name of this writer's usual form of a character, one of `hand.variants_of` it."""
        return self._habits[character][0]

    def strokes(self, character: str) -> list[Stroke]:
        """One instance of a character, different each time.

        Args:
            character: one of `CHARACTERS`.

        Returns:
            the pen-down strokes in the order of writing, each float32 (n, 2): x to the right from about 0, y down,
            a digit's top at about 0 and the baseline at 1.
        """
        rng = self.hand.rng
        usual, second, share = self._habits[character]
        key = character, bool(rng.random() < share)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = self._lay_out(character, second if key[1] else usual)
        chance = rng.standard_normal((form.waves.shape[1] + 2, 2))
        sway = self.hand.sway
        wide, high, shear, turn = chance[-2:].ravel() * (1.7 * sway, 1.2 * sway, 1.2 * sway, 0.7 * sway)
        across = np.array([[1 + wide, turn], [-shear - turn, 1 + high]])
        points = (form.points - (0, 1)) @ across + form.waves @ chance[:-2]
        points += (-points[:, 0].min(), 1)
        return np.split(points.astype(np.float32), form.ends)

    def _lay_out(self, character: str, variant: str) -> _Form:
        """This writer's form of a character."""
        hand, digit = self.hand, character in DIGIT_SHAPES
        paths = (DIGIT_SHAPES if digit else SYMBOL_SHAPES)[character](hand, variant)
        curves = [
            curve_through(self._with_ends(path, character), hand.rounding if digit else 0.0) for path in paths
        ]
        points = np.concatenate(curves)
        extent = max(float(np.hypot(*np.ptp(points, axis=0))), 0.02)
        waves = self._waves(curves, min(1.0, extent / _TALL))
        points += waves @ (hand.rng.standard_normal((waves.shape[1], 2)) * hand.within(0.3, 1.3))
        if character != "—":
            points[:, 0] *= hand.aspect * np.exp(hand.rng.normal(0, 0.06))
        points[:, 0] += np.tan(np.deg2rad(hand.slant + hand.rng.normal(0, 2.5))) * (1 - points[:, 1])
        low, tall = points[:, 1].min(), np.ptp(points[:, 1])
        if digit:
            points[:, 1] = (points[:, 1] - low) / tall
            points = (points - (0, 1)) * np.exp(hand.rng.normal(0, 0.045)) + (0, 1)
        points[:, 0] -= points[:, 0].min()
        return _Form(points, waves, tuple(np.cumsum([len(curve) for curve in curves])[:-1].tolist()))

    def _with_ends(self, path: Path, character: str) -> Path:
        """A path as a hasty pen draws it: a small hook where it lands, the end carried a little further."""
        hand = self.hand
        if character not in DIGIT_SHAPES:
            return path
        # a hook on a 1 would be a flag
        if character != "1" and hand.chance(0.3 * hand.haste):
            turn, reach = hand.within(0.5, 1.5) * np.pi, hand.within(0.02, 0.07)
            hook = (path[0][0] + reach * float(np.cos(turn)), path[0][1] + 0.8 * reach * float(np.sin(turn)))
            path = [hook, *path]
        if not hand.chance(0.6 * hand.haste):
            return path
        (x0, y0), (x1, y1) = path[-2][:2], path[-1][:2]
        share = hand.within(0.03, 0.1) / max(float(np.hypot(x1 - x0, y1 - y0)), 1e-3)
        bend = hand.within(-0.5, 0.5)
        dx, dy = (x1 - x0) * share, (y1 - y0) * share
        return [*path, (x1 + dx - bend * dy, y1 + dy + bend * dx)]

    def _waves(self, curves: list[Curve], scale: float) -> NDArray[np.float64]:
        """What each unit of noise does to each point: cosines along a stroke, long ones larger than short ones."""
        hand = self.hand
        parts = []
        for curve in curves:
            length = float(np.hypot(*np.diff(curve, axis=0).T).sum())
            slow = np.arange(_WAVES)
            sizes = (
                0.65 * hand.sway / (1 + (slow * 0.5 / max(length, 0.02)) ** 2)
            )  # a cosine is 2 length / slow long
            sizes[0] *= scale
            orders = slow.astype(np.float64)
            if hand.tremor:
                orders = np.concatenate([orders, 2 * length / _TREMBLES])
                sizes = np.concatenate([sizes, np.full(len(_TREMBLES), hand.tremor / 2)])
            along = np.pi * np.linspace(0, 1, len(curve))[:, None]
            parts.append(np.cos(along * orders) * sizes)
        waves = np.zeros((sum(map(len, parts)), sum(part.shape[1] for part in parts)))
        row = column = 0
        for part in parts:
            waves[row : row + len(part), column : column + part.shape[1]] = part
            row, column = row + len(part), column + part.shape[1]
        return waves
