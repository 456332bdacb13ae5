"""The likeliest texts of one line, over what each of its characters may be: a beam search.

Knows nothing of what a line may say; `pipeline.reading.constraints` does.
"""

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence

_READINGS = 2000
"""Width of the beam."""

_TRIED = 5
"""Choices tried for each character: the likeliest digits, and one that is none."""

_LEAST = 1e-9


def likeliest_readings(
    characters: Sequence[Mapping[str, float]], count: int = _READINGS
) -> Iterator[tuple[float, str, tuple[str, ...]]]:
    """The likeliest readings of one line.

    Args:
        characters: of each character what it may be with its probability, "" for nothing at all.
        count: at most so many.

    Yields:
        (log-probability, the digits of the reading, what each character is), likeliest first, no digits twice.
    """
    Partial = tuple[float, str, tuple[str, ...]]  # noqa: N806
    beam: dict[str, Partial] = {"": (0.0, "", ())}
    for choices in characters:
        likely = _likely(choices)
        longer: dict[str, Partial] = {}
        for score, digits, before in beam.values():
            for text, chance in likely:
                total = score + math.log(max(chance, _LEAST))
                joined = digits + text if text.isdecimal() else digits
                if total > longer.get(joined, (-math.inf,))[0]:
                    longer[joined] = (total, joined, (*before, text))
        best = heapq.nlargest(count, longer.values(), key=lambda partial: partial[0])
        beam = {partial[1]: partial for partial in best}
    yield from sorted(beam.values(), key=lambda partial: -partial[0])


def _likely(choices: Mapping[str, float]) -> list[tuple[str, float]]:
    """The choices that are tried; of signs and of nothing, which a rule can't tell apart, the likelier."""
    digits = [choice for choice in choices.items() if choice[0].isdecimal()]
    others = [choice for choice in choices.items() if not choice[0].isdecimal()]
    return [
        *heapq.nlargest(_TRIED - 1, digits, key=lambda choice: choice[1]),
        *heapq.nlargest(1, others, key=lambda choice: choice[1]),
    ]
