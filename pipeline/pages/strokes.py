"""Synthetic handwriting as pen trajectories: digits and symbols as people all over the world write them.

Geometry only; how the ink looks is drawn elsewhere. A writer's form of a character is laid out once. Every
instance of it bends that form a little, by smooth waves along each stroke and a small slant and stretch.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.pages.digit_shapes import DIGIT_SHAPES
from pipeline.pages.hand import Hand
from pipeline.pages.splines import Path, curve_through
from pipeline.pages.symbol_shapes import SYMBOL_SHAPES

CHARACTERS = "0123456789.,-/:+x*=()—"
"""What a writer can write; x is a multiplication cross, * an asterisk or a raised dot, — a fraction bar."""

Stroke = NDArray[np.float32]

_WAVES = 5
"""Slow waves along a stroke that tell one instance from the next."""
_TREMBLES = 8
"""Fast waves beside them, for hands that shake."""
_TALL = 0.35
"""Symbols lower than this sway less, in proportion."""


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
        wide, high, shear, turn = chance[-2:].ravel() * (1.5 * sway, 0.8 * sway, 1.2 * sway, 0.7 * sway)
        across = np.array([[1 + wide, turn], [-shear - turn, 1 + high]])
        points = (form.points - (0, 1)) @ across + form.waves @ chance[:-2]
        points += (-points[:, 0].min(), 1)
        return np.split(points.astype(np.float32), form.ends)

    def _lay_out(self, character: str, variant: str) -> _Form:
        """This writer's form of a character."""
        hand, digit = self.hand, character in DIGIT_SHAPES
        paths = (DIGIT_SHAPES if digit else SYMBOL_SHAPES)[character](hand, variant)
        curves = [
            curve_through(self._with_end(path, digit), hand.rounding if digit else 0.0) for path in paths
        ]
        points = np.concatenate(curves)
        if character != "—":
            points[:, 0] *= hand.aspect
        points[:, 0] += np.tan(np.deg2rad(hand.slant)) * (1 - points[:, 1])
        low, tall = points[:, 1].min(), np.ptp(points[:, 1])
        if digit:
            points[:, 1] = (points[:, 1] - low) / tall
            points = (points - (0, 1)) * np.exp(hand.rng.normal(0, 0.035)) + (0, 1)
        points[:, 0] -= points[:, 0].min()
        extent = max(float(np.hypot(tall, np.ptp(points[:, 0]))), 0.02)
        waves = self._waves([len(curve) for curve in curves], min(1.0, extent / _TALL))
        return _Form(points, waves, tuple(np.cumsum([len(curve) for curve in curves])[:-1].tolist()))

    def _with_end(self, path: Path, digit: bool) -> Path:
        """A path whose end a hasty pen carries a little further."""
        hand = self.hand
        if not digit or not hand.chance(0.5 * hand.haste):
            return path
        (x0, y0), (x1, y1) = path[-2][:2], path[-1][:2]
        share = hand.within(0.03, 0.1) / max(float(np.hypot(x1 - x0, y1 - y0)), 1e-3)
        bend = hand.within(-0.5, 0.5)
        dx, dy = (x1 - x0) * share, (y1 - y0) * share
        return [*path, (x1 + dx - bend * dy, y1 + dy + bend * dx)]

    def _waves(self, counts: list[int], scale: float) -> NDArray[np.float64]:
        """What each unit of noise does to each point: cosines along a stroke, slow ones larger than fast ones."""
        hand = self.hand
        trembles = _TREMBLES if hand.tremor else 0
        orders = np.arange(_WAVES + trembles)
        orders[_WAVES:] = 9 + 2 * np.arange(trembles)
        sizes = np.concatenate(
            [hand.sway * np.array([0.6, 0.7, 0.6, 0.4, 0.25]), np.full(trembles, hand.tremor / 2)]
        )
        waves = np.zeros((sum(counts), len(orders) * len(counts)))
        row = 0
        for number, count in enumerate(counts):
            columns = slice(number * len(orders), (number + 1) * len(orders))
            along = np.pi * np.linspace(0, 1, count)[:, None]
            waves[row : row + count, columns] = np.cos(along * orders) * sizes * scale
            row += count
        return waves
