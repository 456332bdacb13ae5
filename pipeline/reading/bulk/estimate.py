"""How many digits are wrong, by the confidences of those that were read.

A digit of confidence c is wrong with probability 1 - c, where confidences are what they claim to be. The share of wrong
ones among all is a ratio of two sums over files, which are read in random order, so those read so far are a sample of
all: its variance between files is that of a ratio estimator under cluster sampling (Cochran, Sampling Techniques, 3rd
edition, section 9A.1, without the correction for a finite population), to which is added the variance of which digits
are wrong. Digits that were missed, and confidences that promise too much, it can't know of.
"""

import math
from dataclasses import dataclass

from pipeline.reading.bulk.file_task import Entry

_NORMAL = 1.959964
"""97.5 % quantile of the normal distribution."""


@dataclass(frozen=True)
class Estimate:
    """The expected share of wrong digits, and its 95 % interval, all in [0, 1]."""

    share: float
    low: float
    high: float


@dataclass
class Tally:
    """Counts and sums over files, in no more room than one file's.

    Attributes:
        files: how many.
        pages: of them.
        failed: pages that could not be read.
        bytes: of the files.
        digits: that were read.
        wrong: how many of them are expected to be wrong.
        cpu_seconds: that processors worked on them, all together.
    """

    files: int = 0
    pages: int = 0
    failed: int = 0
    bytes: int = 0
    digits: int = 0
    wrong: float = 0.0
    cpu_seconds: float = 0.0
    _variance: float = 0.0
    _wrong_squared: float = 0.0
    _digits_squared: float = 0.0
    _product: float = 0.0

    def add(self, entry: Entry) -> None:
        """Counts a file."""
        self.files += 1
        self.pages += entry.pages
        self.failed += len(entry.errors)
        self.bytes += entry.bytes
        self.digits += entry.digits
        self.wrong += entry.expected_wrong
        self.cpu_seconds += entry.cpu_seconds
        self._variance += entry.variance
        self._wrong_squared += entry.expected_wrong**2
        self._digits_squared += entry.digits**2
        self._product += entry.digits * entry.expected_wrong

    def estimate(self) -> Estimate | None:
        """The share of wrong digits; None before two files and a digit are read."""
        if self.files < 2 or not self.digits:
            return None
        share = self.wrong / self.digits
        # the sum of (wrong - share * digits)^2 over files
        residuals = self._wrong_squared - 2 * share * self._product + share**2 * self._digits_squared
        between = max(0.0, residuals) * self.files / (self.files - 1)
        margin = _NORMAL * math.sqrt(between + self._variance) / self.digits
        return Estimate(share, max(0.0, share - margin), min(1.0, share + margin))
