"""Figures as people read them, in the terminal and on pages alike: shares, durations, accuracies."""

from models.records import ModelResults


def duration(seconds: float) -> str:
    """Seconds as people say them: 48 s, 3 min 20 s, 1 h 05 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def percent(share: float, digits: int = 2) -> str:
    """A share as a percentage: 0.9966 -> 99.66 %."""
    return f"{100 * share:.{digits}f} %"


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
