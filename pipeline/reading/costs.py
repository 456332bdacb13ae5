"""What it costs to read a stretch of ink in one way or another: the weights of the search in `segmentation`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SegmentationCosts:
    """Weights and thresholds, in the unit of a negative log-likelihood where nothing else is said.

    Heights, widths and gaps are in heights of the line, ink that is crossed is in stroke widths. Set by hand and
    checked with `benchmarks/handwriting.py`, by which `wide` and `too_wide` were chosen.

    Attributes:
        gap: a cut that crosses no more ink than this goes through a gap, and is free.
        cut: what any other cut costs.
        crossed: what it costs more for the ink that it crosses.
        widest: width above which parts are never tried as one digit.
        wide, too_wide: width from which a digit is unlikely, and what each line height above it costs.
        low, too_low: height below which a digit is unlikely, and what each line height below it costs.
        tall_part, joined_tall: height from which two parts with a gap between them are rarely one digit, and what each
            line height above it costs when they are joined.
        joined_gap: what each line height of the gap between joined parts costs.
        skip, skipped_ink: what it costs to leave a part unread, and for the ink of a median digit in it.
        skip_no_digit: what it costs at most, less the log-likelihood that it is no digit.
        unreadable: for a part that nothing could be made of.
        plausible: how much more than the best reading an alternative costs at most.
        sure: probability from which a candidate is plainly a digit.
        plain_width: width up to which such a candidate needs no cutting.
        least_likelihood: no candidate is less likely.
        least_read: share of a stretch's ink that its digits must have; else all of it is left unread.
    """

    gap: float = 0.15
    cut: float = 0.35
    crossed: float = 0.9
    widest: float = 1.35
    wide: float = 0.9
    too_wide: float = 3
    low: float = 0.6
    too_low: float = 6
    tall_part: float = 0.5
    joined_tall: float = 6
    joined_gap: float = 10
    skip: float = 2.5
    skipped_ink: float = 8
    skip_no_digit: float = 1.2
    unreadable: float = 9.0
    plausible: float = 5
    sure: float = 0.9
    plain_width: float = 0.9
    least_likelihood: float = 1e-4
    least_read: float = 0.25


COSTS = SegmentationCosts()
