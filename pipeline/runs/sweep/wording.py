"""What a sweep says, in the sentences that the page and the command line show."""

from typing import Any

from models.formatting import percent
from models.train_config import TrainConfig, field_title
from pipeline.evaluation.trust.best import Lead
from pipeline.evaluation.trust.seeds import FEW
from pipeline.evaluation.trust.wording import chance, points
from pipeline.runs.sweep.configurations import pauses
from pipeline.runs.sweep.importance import LEAST_CONFIGURATIONS, Importance
from pipeline.runs.sweep.results import Candidate, Standing

_NAMED_AT_MOST = 3


def name_of(setting: str) -> str:
    """What a hyperparameter or size is called: "Learning rate", "filters_1"."""
    return field_title(setting) if setting in TrainConfig.model_fields else setting


def value_in_words(value: Any) -> str:
    """A hyperparameter's value: 0.003, cnn-fast, on; - where the architecture doesn't have it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def describe(candidate: Candidate) -> str:
    """A configuration by what the sweep varies: "cnn-fast, learning rate 0.003"."""
    parts = [
        str(value) if name == "architecture" else f"{name_of(name).lower()} {value_in_words(value)}"
        for name, value in candidate.settings.items()
        if value is not None
    ]
    return ", ".join(parts) or candidate.config.architecture


def how_far(standing: Standing) -> str:
    """How much is done: "17 of 24 trials", and the round where there are several."""
    told = f"{standing.settled} of {len(standing.rounds[-1].trials)} trials"
    count = len(standing.rounds) if standing.last_round else len(pauses(standing.sweep.record.spec))
    return f"Round {len(standing.rounds)} of {count}: {told}" if count > 1 else told


def accuracy_of(candidate: Candidate) -> str:
    """Its mean validation accuracy with the interval over seeds: "97.31 % (96.90 to 97.72)"; "" where unknown."""
    if candidate.mean is None:
        return ""
    told = percent(candidate.mean)
    return f"{told} ({interval_of(candidate)})" if candidate.over_seeds else told


def trouble_of(candidate: Candidate) -> str:
    """What keeps it from a score or is about to change it: failed, stopped, running; "" for none of these."""
    states = [trial.state for trial in candidate.trials]
    return next((state for state in ("failed", "stopped", "running") if state in states), "")


def interval_of(candidate: Candidate) -> str:
    """The 95 % interval of its mean over seeds, in percent: "96.90 to 97.72"; "" with a single seed."""
    if not candidate.over_seeds:
        return ""
    low, high = candidate.over_seeds.interval  # Student's t distribution knows no bounds of shares
    return f"{100 * max(0.0, low):.2f} to {100 * min(1.0, high):.2f}"


def best_in_words(standing: Standing) -> str:
    """Which configuration is best so far, and by how much; "" where none has ended."""
    best = standing.best
    if best is None:
        return ""
    seeds = len(best.trials)
    told = f"{percent(best.mean or 0.0)} of the validation images, the mean of {seeds} seeds"
    if best.over_seeds is None:
        told = f"{percent(best.mean or 0.0)} of the validation images with one seed"
    else:
        told += f" (95 % interval {interval_of(best)})"
    so_far = " so far" if standing.state != "finished" else ""
    return f"Best{so_far} is {describe(best)}: it reads {told}."


def test_in_words(best: Candidate) -> str:
    """What the best is worth on images that had no part in the choice; "" where that isn't known."""
    if best.test_accuracy is None:
        return ""
    return (
        f"On the test images, which had no part in the choice, its models read {percent(best.test_accuracy)} on "
        "average. Its validation accuracy flatters it a little, since it was picked by that."
    )


def noise_in_words(standing: Standing) -> list[str]:
    """How many of the others the best can't be told from, in a sentence or a few; [] where nothing is compared."""
    best, others = standing.best, standing.ended[1:]
    if best is None or not others:
        return []
    if not standing.leads:
        return [
            "With one seed nobody can say how much of a difference is luck; `seeds: [0, 1, 2]` in the spec would."
        ]
    alike = [other for other in others if standing.leads[other.place].noise]
    worse = len(others) - len(alike)
    sentences = []
    if alike:
        names = "; ".join(describe(other) for other in alike[:_NAMED_AT_MOST])
        more = f"; and {len(alike) - _NAMED_AT_MOST} more" if len(alike) > _NAMED_AT_MOST else ""
        sentences.append(
            f"Its lead over {_of(len(alike), len(others))} can't be told from noise: {names}{more}."
        )
        sentences += filter(None, [_quickest(best, alike)])
    if worse:
        sentences.append(f"It is better than {_of(worse, len(others))}, and that is more than noise.")
    if alike and len(best.trials) < FEW:
        sentences.append("More seeds would tell smaller differences from noise.")
    return sentences


def _of(count: int, others: int) -> str:
    if others == 1:
        return "the other one"
    return f"all {others} others" if count == others else f"{count} of the {others} others"


def _quickest(best: Candidate, alike: list[Candidate]) -> str:
    """Of those as good as anyone can tell, the one that trains in the shortest time, where that isn't the best."""
    known = [(other.seconds, other) for other in alike if other.seconds is not None]
    if not known or best.seconds is None:
        return ""
    seconds, quickest = min(known, key=lambda entry: entry[0])
    if seconds > 0.8 * best.seconds:
        return ""
    share = 100 * seconds / best.seconds
    return f"Of these, {describe(quickest)} trains in the shortest time, {share:.0f} % of that of the best."


def lead_in_words(lead: Lead) -> str:
    """One comparison: "0.42 points, noise (p = 0.31)"."""
    verdict = "noise" if lead.noise else "more than noise"
    return f"{points(lead.difference, sign=False)} points, {verdict} ({chance(lead.p)})"


def importance_in_words(importance: Importance | None, configurations: int) -> str:
    """What the importance of hyperparameters rests on, in a sentence or two."""
    if importance is None:
        if configurations < LEAST_CONFIGURATIONS:
            return (
                f"Importance takes at least {LEAST_CONFIGURATIONS} configurations that were trained to the same point "
                f"with every seed; here are {configurations}."
            )
        return "All configurations are equally good, so nothing is important."
    if importance.explained <= 0:
        return (
            f"From these {importance.configurations} configurations nobody can predict how good another one is, "
            "so nothing can be said of importance; try more of them, or more seeds."
        )
    few = " With so few, take it as a hint." if importance.configurations < 30 else ""
    return (
        f"A forest of decision trees that was fitted to nine tenths of the {importance.configurations} configurations "
        f"predicts {100 * importance.explained:.0f} % of the differences between the others. The bars say in what "
        f"share of the differences each hyperparameter has a part, by permutation importance.{few}"
    )
