"""What makes one person's handwriting: schooling, slant, haste, and habits that all characters share."""

from collections.abc import Mapping

import numpy as np

Weights = Mapping[str, float]

_USUAL: dict[str, Weights] = {
    "0": {"closed": 4, "open": 2, "overlap": 3, "narrow": 2, "wide": 1, "inner loop": 1, "slashed": 0.25},
    "1": {
        "stroke": 3, "short flag": 2, "medium flag": 2, "long flag": 1, "flag from below": 0.5, "foot": 0.7,
        "flag and foot": 0.7,
    },
    "2": {"loop": 3, "sharp": 4, "zed": 1, "wavy": 1.5, "round": 2},
    "3": {"round": 6, "flat": 1, "angular": 1, "loop": 2},
    "4": {
        "open": 5, "closed": 3, "closed at once": 1, "short stem": 1.5, "cup": 2, "cup at once": 1.5, "angular": 0.5,
    },
    "5": {"two strokes": 4, "corner": 3, "curve": 2, "long bar": 1.5},
    "6": {"plain": 5, "curl": 2, "large loop": 2, "small loop": 1.5, "open": 1, "straight": 1.5},
    "7": {"plain": 6, "crossed": 4, "serif": 1.5, "serif crossed": 1.5, "wavy": 1, "wavy crossed": 1},
    "8": {"at once": 6, "circles": 2, "open": 2, "slanted": 2, "from the middle": 1},
    "9": {"straight": 4, "curved": 4, "at once": 1.5, "open": 1.5, "small loop": 1.5, "swung": 1},
    ".": {"dot": 5, "tick": 2, "ring": 0.4},
    ",": {"short": 3, "long": 2, "straight": 2, "hook": 1},
    "+": {"two strokes": 10, "at once": 0.6},
    "x": {"cross": 5, "curved": 0.8, "small": 2},
    "*": {"dot": 4, "asterisk": 2, "star": 0.7},
    "=": {"two bars": 12, "at once": 0.4},
    ":": {"dots": 5, "ticks": 1},
}  # fmt: skip

_SCHOOLS: dict[str, tuple[float, dict[str, Weights]]] = {
    "American": (3, {
        "1": {"stroke": 9, "short flag": 1, "flag and foot": 1.2, "medium flag": 0.3},
        "7": {"plain": 9, "crossed": 0.7, "serif": 1, "wavy": 0.5},
        "4": {"open": 6, "closed": 3, "closed at once": 1, "cup": 1, "cup at once": 1.5},
        "9": {"straight": 6, "curved": 2, "at once": 1.5, "open": 1, "small loop": 1},
    }),
    "British and Indian": (3, {
        "1": {"stroke": 8, "short flag": 2, "medium flag": 0.6, "flag and foot": 0.5, "foot": 0.3},
        "7": {"plain": 8, "crossed": 1.5, "serif": 1.5, "wavy": 1},
        "2": {"loop": 5, "sharp": 3, "wavy": 1, "round": 2, "zed": 0.3},
        "9": {"straight": 4, "curved": 4, "at once": 2, "open": 1, "small loop": 1.5},
    }),
    "continental": (2, {
        "1": {
            "short flag": 1.5, "medium flag": 5, "long flag": 3, "flag from below": 2, "stroke": 0.7,
            "flag and foot": 0.5,
        },
        "7": {"crossed": 7, "plain": 1.5, "serif crossed": 1, "wavy crossed": 1},
    }),
    "French": (2, {
        "1": {"medium flag": 4, "long flag": 6, "flag from below": 3, "short flag": 1, "stroke": 0.3},
        "7": {"crossed": 7, "serif crossed": 1.5, "wavy crossed": 1.5, "plain": 0.7},
        "4": {"open": 5, "short stem": 5, "cup": 2, "closed": 0.7},
        "9": {"curved": 7, "swung": 2, "straight": 2, "open": 1.5, "small loop": 1},
    }),
    "German": (2, {
        "1": {"medium flag": 4, "long flag": 5, "flag from below": 3, "short flag": 1, "stroke": 0.2},
        "7": {"crossed": 7, "wavy crossed": 1.5, "serif crossed": 0.7, "plain": 1.5},
        "4": {"open": 6, "short stem": 3, "closed": 1, "cup": 1},
        "9": {"curved": 6, "swung": 2, "straight": 2, "open": 1, "small loop": 1, "at once": 1},
    }),
    "Italian": (2, {
        "1": {
            "medium flag": 4, "long flag": 2.5, "flag from below": 4, "short flag": 2, "flag and foot": 1, "stroke": 1,
        },
        "7": {"crossed": 6, "serif crossed": 1, "wavy crossed": 1, "plain": 2},
        "4": {"open": 5, "cup": 4, "cup at once": 2, "closed": 1.5, "short stem": 1, "angular": 2},
        "9": {"straight": 3, "curved": 4, "swung": 4, "open": 1.5, "small loop": 2},
    }),
    "Latin American": (2, {
        "1": {"medium flag": 3, "short flag": 3, "flag and foot": 3, "long flag": 1, "stroke": 1.5},
        "7": {"crossed": 5, "serif crossed": 3, "plain": 1.5, "wavy crossed": 1},
    }),
    "Eastern European": (2, {
        "1": {"medium flag": 4, "long flag": 3, "flag from below": 1.5, "short flag": 1.5, "stroke": 0.7},
        "7": {"crossed": 3, "wavy crossed": 4, "serif crossed": 1.5, "wavy": 1, "plain": 1},
        "3": {"round": 5, "flat": 3, "angular": 0.7, "loop": 1.5},
    }),
    "Turkish": (1, {
        "1": {"medium flag": 4, "short flag": 3, "long flag": 1.5, "stroke": 1.5, "flag and foot": 0.5},
        "7": {"crossed": 6, "plain": 2, "serif crossed": 1.5},
        "5": {"two strokes": 5, "corner": 2, "long bar": 2, "curve": 1},
    }),
    "Chinese": (2, {
        "1": {"stroke": 9, "short flag": 1.5, "medium flag": 0.5},
        "7": {"plain": 8, "serif": 2.5, "crossed": 0.3},
        "4": {"closed": 5, "open": 3, "cup": 2, "cup at once": 1.5, "closed at once": 1},
        "2": {"sharp": 4, "wavy": 2, "zed": 1.5, "loop": 1.5, "round": 2},
    }),
    "Arabic countries": (1, {
        "1": {"stroke": 5, "short flag": 2.5, "medium flag": 2.5, "flag and foot": 0.5},
        "7": {"plain": 4, "crossed": 4, "serif": 1, "serif crossed": 1},
        "9": {"straight": 4, "curved": 4, "at once": 2, "small loop": 2},
    }),
}  # fmt: skip
"""How common each school is, and where its characters differ from what is usual."""


def variants_of(character: str) -> tuple[str, ...]:
    """The names of a character's forms; one empty name where it has a single one."""
    return tuple(_USUAL.get(character, ("",)))


class Hand:
    """The style that all characters of one writer share, and the writer's own source of chance.

    Attributes:
        rng: where chance comes from.
        school: where the forms were learned.
        haste: 0 for drawn with care to 1 for scribbled.
        slant: degrees to the right.
        aspect: width against the usual.
        loops: size of loops against the usual.
        flags: length of flags, bars and tails against the usual.
        closure: below 0 where loops stay open, above 0 where they overlap; about -1 to 1.
        rise: how far level bars rise to the right, as a slope.
        tremor: shaking of the pen, in digit heights.
        sway: how much one instance of a character differs from the next, in digit heights.
        rounding: reach over which corners are worn off, in digit heights.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        shares = np.array([share for share, _ in _SCHOOLS.values()], np.float64)
        self.school = list(_SCHOOLS)[int(rng.choice(len(shares), p=shares / shares.sum()))]
        self.haste = float(rng.beta(1.5, 2.2))
        usual = rng.normal(8, 7) if self.chance(0.85) else rng.uniform(-10, 35)
        self.slant = float(np.clip(usual, -10, 35))
        self.aspect = float(np.clip(np.exp(rng.normal(0, 0.17)), 0.65, 1.5))
        self.loops = float(np.exp(rng.normal(0, 0.12)))
        self.flags = float(np.exp(rng.normal(0, 0.15)))
        self.closure = float(rng.normal(0.1 - 0.3 * self.haste, 0.2 + 0.4 * self.haste))
        self.rise = float(rng.normal(0.04, 0.05))
        self.tremor = float(min(0.0025 * rng.exponential(), 0.006)) if self.chance(0.25) else 0.0
        self.sway = float(0.012 + 0.036 * self.haste * rng.uniform(0.6, 1.4))
        self.rounding = float(0.01 + 0.06 * self.haste * rng.uniform(0.5, 1.4))

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return bool(self.rng.random() < probability)

    def within(self, low: float, high: float) -> float:
        """A number between the two."""
        return float(self.rng.uniform(low, high))

    def choose(self, character: str) -> str:
        """One of `variants_of` the character, as likely as in this hand's school."""
        weights = _SCHOOLS[self.school][1].get(character) or _USUAL.get(character)
        if not weights:
            return ""
        shares = np.cumsum(list(weights.values()))
        return list(weights)[int(np.searchsorted(shares, self.rng.random() * shares[-1]))]
