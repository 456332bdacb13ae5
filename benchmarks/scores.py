"""A collection of labelled pictures and the answers to them -> scores, and what changed since other answers.

Only digits count: all else is taken out of an answer, spaces and line breaks too. Digit accuracy is
1 - (edit distance / true length), summed over pictures; of pictures of one digit, the share of right ones.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.metrics import wilson_interval

TUNING, CONFIRMING = "tuning", "confirming"
SINGLE, PLAIN, CALCULATION, WORDS, HARD = "single", "plain", "calculations", "words or print", "HARD"
_RESAMPLES = 4000


@dataclass(frozen=True)
class Entry:
    """One row of the manifest.

    Attributes:
        path: in the folder; under single/ it shows one digit.
        label: what is written, with a backslash and an n between lines, and spaces between groups.
        source: who published it.
        notes: what it shows.
        half: whether its source is one to tune on, or only to confirm.
    """

    path: str
    label: str
    source: str
    notes: str
    half: str

    @property
    def single(self) -> bool:
        """Whether the picture shows one digit."""
        return self.path.startswith("single/")

    @property
    def truth(self) -> str:
        """The label's digits, without spaces and line breaks."""
        return digits_of(self.label)

    @property
    def group(self) -> str:
        """What it is scored with. A page with words is no calculation, even where it has operators too."""
        if self.notes.startswith(HARD):
            return HARD
        if self.single:
            return SINGLE
        if re.search(r"\b(words|printed)\b", self.notes):
            return WORDS
        return CALCULATION if re.search(r"\b(operators|decimal)\b", self.notes) else PLAIN

    def errors(self, text: str) -> int:
        """How many digits of an answer are wrong; at most one where one digit is shown."""
        distance = edit_distance(digits_of(text), self.truth)
        return min(distance, 1) if self.single else distance


def read_manifest(folder: Path) -> list[Entry]:
    """All rows of the folder's manifest.csv. Without a confirm.txt there, all are to tune on."""
    confirm = folder / "confirm.txt"
    confirming = set(confirm.read_text(encoding="utf-8").split("\n")) if confirm.is_file() else set()
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [
            Entry(
                row["path"],
                row["label"],
                row["source"],
                row["notes"],
                CONFIRMING if row["source"] in confirming else TUNING,
            )
            for row in csv.DictReader(file)
        ]


def digits_of(text: str) -> str:
    """A text with everything but 0 to 9 taken out."""
    return re.sub("[^0-9]", "", text)


def edit_distance(one: str, other: str) -> int:
    """Fewest insertions, deletions and replacements between two strings (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def grouped(entries: Sequence[Entry]) -> Iterator[tuple[str, str, list[Entry]]]:
    """(half, group, its entries), each that has some; and all pictures of several digits that aren't HARD."""
    multi = (PLAIN, CALCULATION, WORDS)
    kinds = [
        (SINGLE, (SINGLE,)),
        *((kind, (kind,)) for kind in multi),
        ("these three", multi),
        (HARD, (HARD,)),
    ]
    for half in (TUNING, CONFIRMING):
        for name, groups in kinds:
            chosen = [entry for entry in entries if entry.half == half and entry.group in groups]
            if chosen:
                yield half, name, chosen


@dataclass(frozen=True)
class Score:
    """Shares with their 95 % intervals: Wilson's of the pictures, else from drawing sources anew.

    Attributes:
        pictures: how many.
        sources: how many.
        right: pictures wholly right.
        exact_range: interval of their share.
        by_source: the same share, mean over sources, and its interval.
        digits: digit accuracy, and its interval.
        digits_by_source: the same, mean over sources, and its interval.
    """

    pictures: int
    sources: int
    right: int
    exact_range: tuple[float, float]
    by_source: tuple[float, tuple[float, float]]
    digits: tuple[float, tuple[float, float]]
    digits_by_source: tuple[float, tuple[float, float]]

    @property
    def row(self) -> str:
        """Cells of a Markdown table, as `HEADER` names them."""
        (mean, mean_range), (digits, digits_range) = self.by_source, self.digits
        return (
            f"{self.right} of {self.pictures} | {self.right / self.pictures:.1%} ({_range(self.exact_range)}) | "
            f"{self.sources} | {mean:.1%} ({_range(mean_range)}) | {digits:.1%} ({_range(digits_range)}) | "
            f"{self.digits_by_source[0]:.1%} ({_range(self.digits_by_source[1])})"
        )


HEADER = "right | exact (95 %) | sources | mean over sources | digits | digits, mean over sources"


def score(entries: Sequence[Entry], answers: dict[str, str]) -> Score:
    """What the answers (a text for each path) are worth; at least one entry."""
    rows: dict[str, list[tuple[int, int, int, int]]] = defaultdict(list)
    for entry in entries:
        errors = entry.errors(answers[entry.path])
        rows[entry.source].append((errors == 0, 1, errors, len(entry.truth)))
    sums = np.array([np.sum(values, axis=0) for values in rows.values()], float)
    right, _, wrong, length = sums.sum(0)
    return Score(
        len(entries),
        len(rows),
        int(right),
        wilson_interval(int(right), len(entries)),
        (float(np.mean(sums[:, 0] / sums[:, 1])), _drawn(sums, lambda s: (s[..., 0] / s[..., 1]).mean(-1))),
        (1 - wrong / length, _drawn(sums, lambda s: 1 - s[..., 2].sum(-1) / s[..., 3].sum(-1))),
        (
            float(np.mean(1 - sums[:, 2] / sums[:, 3])),
            _drawn(sums, lambda s: (1 - s[..., 2] / s[..., 3]).mean(-1)),
        ),
    )


def print_changes(
    entries: Sequence[Entry], before: dict[str, str], after: dict[str, str], *, name_all: bool
) -> None:
    """Prints what the answers lost and won, by half and group; of the confirming half only how many."""
    for half, group, chosen in grouped(entries):
        if group == "these three":
            continue
        known = [entry for entry in chosen if entry.path in before and entry.path in after]
        pairs = [
            (entry, entry.errors(before[entry.path]), entry.errors(after[entry.path])) for entry in known
        ]
        lost = [entry for entry, old, new in pairs if new and not old]
        won = [entry for entry, old, new in pairs if old and not new]
        digits = sum(new - old for _, old, new in pairs)
        print(
            f"  {half}, {group}, {len(known)} in both: {len(lost)} right -> wrong, {len(won)} wrong -> right, "
            f"wrong digits {digits:+d}"
        )
        if half == TUNING or name_all:
            for sign, changed in (("-", lost), ("+", won)):
                for entry in changed:
                    print(
                        f"    {sign} {entry.path}: {entry.label}: {_told(entry, before)} -> {_told(entry, after)}"
                    )


def _told(entry: Entry, answers: dict[str, str]) -> str:
    return answers[entry.path].replace("\n", "\\n") or "nothing"


def _range(bounds: tuple[float, float]) -> str:
    return "-" if np.isnan(bounds[0]) else f"{bounds[0]:.0%} to {bounds[1]:.0%}".replace("%", "")


def _drawn(
    sums: NDArray[np.float64], value: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> tuple[float, float]:
    """Middle 95 % of the values when as many sources are drawn with replacement; (nan, nan) of one source."""
    if len(sums) < 2:
        return float("nan"), float("nan")
    chosen = np.random.default_rng(0).integers(len(sums), size=(_RESAMPLES, len(sums)))
    low, high = np.quantile(value(sums[chosen]), (0.025, 0.975))
    return float(low), float(high)
