"""What comparisons say, in the sentences that pages and the command line show."""

from models.formatting import percent
from pipeline.evaluation.trust.flattery import Choice
from pipeline.evaluation.trust.seeds import FEW, GroupPair, SeedGroup
from pipeline.evaluation.trust.significance import Kind, Pair, least_surplus

NOISE = "This difference can't be told from noise"


def points(difference: float, sign: bool = True) -> str:
    """A difference of shares in percentage points: 0.0092 -> +0.92."""
    return f"{100 * difference:{'+' if sign else ''}.2f}"


def points_interval(interval: tuple[float, float]) -> str:
    """Its interval: +0.72 to +1.15."""
    low, high = interval
    return f"{points(low)} to {points(high)}"


def p_value(p: float) -> str:
    """A p-value for a table: 0.25, 0.0022, < 0.0001."""
    if p < 0.0001:
        return "< 0.0001"
    return f"{p:.2f}" if p >= 0.1 else f"{p:.4f}"


def chance(p: float) -> str:
    """A p-value in a sentence: p = 0.25, p < 0.0001."""
    return f"p {p_value(p)}" if p < 0.0001 else f"p = {p_value(p)}"


def verdict_of(pair: Pair, first: str, second: str) -> str:
    """Which of two models is better, or that none is, in a sentence."""
    if not pair.discordant:
        return f"{first} and {second} are right and wrong on the same images."
    if pair.verdict == "noise":
        return f"{NOISE}."
    return f"{first if pair.verdict == 'first' else second} is better."


def reasons_for(pair: Pair, first: str, second: str) -> str:
    """What the verdict rests on, in a sentence or two; the model that is ahead comes first."""
    if not pair.discordant:
        return ""
    ahead, behind, more, fewer = first, second, pair.only_first, pair.only_second
    if fewer > more:
        ahead, behind, more, fewer = second, first, fewer, more
    return (
        f"Only {ahead} is right on {_images(more)}, only {behind} on {fewer:,}. "
        f"Chance alone gives two equally good models a difference at least this large in {_how_often(pair.p)}."
    )


def least_told(pair: Pair) -> str:
    """How large a difference these images can tell, in a sentence."""
    least = least_surplus(pair.discordant)
    if least is None:
        return (
            f"They differ in being right on {_images(pair.discordant)}, too few to tell them apart: "
            "it takes at least 6, all in favor of one."
        )
    return (
        f"With {_images(pair.discordant)} on which just one of them is right, a lead of {least:,} or more "
        f"({points(least / pair.count, sign=False)} points) is told from noise."
    )


def flattery_of_models(choice: Choice, count: int, name: str) -> str:
    """How much choosing the best of several models by these images flatters it, in a sentence."""
    if choice.optimism < 0.00005:
        return f"Choosing {name} as the best by these images flatters its score by less than 0.01 points."
    return (
        f"Choosing the best of these {count} by these images flatters it by about "
        f"{points(choice.optimism, sign=False)} points: on other images like these, expect "
        f"{percent(choice.expected)} of the one so chosen, not the {percent(choice.score)} of {name}."
    )


def flattery_of_epochs(optimism: float, epochs: int) -> str:
    """How much choosing the best epoch by test score would have flattered, in a sentence."""
    most = f"up to {points(optimism, sign=False)} points" if optimism >= 0.00005 else "less than 0.01 points"
    return (
        "No epoch was chosen by these images. Had the best of the "
        f"{epochs} epochs been picked by test score, that score would flatter by {most}."
    )


def kinds_in_words(first: str, second: str) -> dict[Kind, str]:
    """What each way to differ is called."""
    return {
        "only_first": f"Only {first} right",
        "only_second": f"Only {second} right",
        "both_wrong": "Both wrong, differently",
    }


def groups_compared(pair: GroupPair, first: SeedGroup, second: SeedGroup) -> str:
    """Which of two configurations is better on average over seeds, in a sentence or two."""
    if pair.verdict == "noise":
        verdict = NOISE
    else:
        verdict = f"{first.name if pair.verdict == 'first' else second.name} is better on average"
    few = min(len(first.models), len(second.models)) < FEW
    told = f"({chance(pair.adjusted_p)}, Welch's t test)"
    return f"{verdict} {told}.{' Careful: two seeds say little of their luck; train more.' if few else ''}"


def _images(count: int) -> str:
    return f"{count:,} image{'' if count == 1 else 's'}"


def _how_often(p: float) -> str:
    if p >= 0.01:
        return f"{100 * p:.0f} of 100 cases"
    return "fewer than 1 of 10,000 cases" if p < 0.0001 else f"{10_000 * p:.0f} of 10,000 cases"
