"""Figures as people read them, in the terminal and on pages alike: shares, durations, accuracies."""

import re

from models.records import ModelResults

CLAIMED = "as claimed by the archive"
"""Stands beside scores that were imported and not measured here."""

# control characters, separators of lines, marks that turn the direction of writing around, what is no character
_UNPRINTABLE = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str, keep: str = "") -> str:
    r"""The text on one line, with each character that a terminal or table would obey or choke on as in `\x1b`.

    Args:
        text: a name from anywhere.
        keep: characters that stay nevertheless, such as line breaks.
    """
    return _UNPRINTABLE.sub(
        lambda found: found[0] if found[0] in keep else found[0].encode("unicode_escape").decode(), text
    )


def duration(seconds: float) -> str:
    """Seconds as people say them: 48 s, 3 min 20 s, 1 h 05 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def rough_duration(seconds: float) -> str:
    """An estimate in no more detail than it has: 40 s, 7 min, 1 h 20 min."""
    if seconds < 60:
        return f"{max(10, 10 * round(seconds / 10))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def counted(count: int, what: str) -> str:
    """1 page, 2,000 pages."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def percent(share: float, digits: int = 2) -> str:
    """A share as a percentage: 0.9966 -> 99.66 %."""
    return f"{100 * share:.{digits}f} %"


def percent_if_known(share: float | None) -> str:
    """As `percent`, and "-" where there is nothing to count."""
    return "-" if share is None else percent(share)


def show_confidence(share: float, digits: int = 0) -> str:
    """A probability as a percentage that never claims certainty: 0.97 -> 97 %, 0.9999 -> > 99 %."""
    most = 100 - 10.0**-digits
    return percent(share, digits) if 100 * share <= most else f"> {most:.{digits}f} %"


def format_accuracy(results: ModelResults | None) -> tuple[str, str]:
    """The test accuracy with its interval, and that by human votes; "" where unknown.

    For example ("98.74 % (98.50 to 98.94)", "98.81 %").
    """
    if results is None:
        return "", ""
    low, high = results.test_interval
    votes = results.human_accuracy
    accuracy = f"{percent(results.test_accuracy)} ({100 * low:.2f} to {100 * high:.2f})"
    return accuracy, "" if votes is None else percent(votes)
