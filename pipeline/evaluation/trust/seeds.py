"""Models of one configuration that differ in their seed -> how much luck there is in a training."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from models.errors import ConfigError
from models.records import RunRecord
from models.store import StoredModel
from models.train_config import TrainConfig, default_config, field_title
from pipeline.evaluation.trust.significance import LEVEL, Verdict, holm

FEW = 3
"""Fewer seeds than this say little of their spread."""


@dataclass(frozen=True)
class SeedGroup:
    """Models of one configuration.

    Attributes:
        name: the configuration in words: the architecture, and what differs from its recipe.
        models: two or more, one a seed, by seed.
    """

    name: str
    models: tuple[StoredModel, ...]

    @property
    def seeds(self) -> list[int]:
        """The seed of each model."""
        return [model.record.config.seed for model in self.models]


@dataclass(frozen=True)
class Spread:
    """Accuracies of several seeds, as shares.

    Attributes:
        count: seeds.
        mean: of the accuracies.
        deviation: their standard deviation, with count - 1 below the sum.
        low, high: the lowest and the highest.
        interval: the 95 % interval of the mean, by Student's t distribution.
    """

    count: int
    mean: float
    deviation: float
    low: float
    high: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class MeanDifference:
    """The mean accuracy of one group less that of another, with Welch's 95 % interval and two-sided p-value.

    Where no seed differs from another of its group, nothing is known of their luck: any difference, p = 1.
    """

    difference: float
    interval: tuple[float, float]
    p: float


@dataclass(frozen=True)
class GroupPair:
    """Two groups of seeds.

    Attributes:
        first: the place of the one among the groups.
        second: the place of the other.
        told: how they differ.
        adjusted_p: the p-value with Holm's correction for all pairs that were compared.
    """

    first: int
    second: int
    told: MeanDifference
    adjusted_p: float

    @property
    def verdict(self) -> Verdict:
        """Which one is better on average, or that the difference may be noise."""
        if self.adjusted_p >= LEVEL:
            return "noise"
        return "first" if self.told.difference > 0 else "second"


def find_seed_groups(models: Sequence[StoredModel]) -> list[SeedGroup]:
    """Finished models that differ in their seed alone, most seeds first.

    They share all other hyperparameters, the data set, and the weights they began with. Of models with the same seed,
    which have the same history, the first counts. Ensembles are left out: each has several seeds already.
    """
    found: dict[str, dict[int, StoredModel]] = {}
    for model in models:
        record = model.record
        if record.status == "finished" and record.members == 1:
            settings = record.config.model_copy(update={"seed": 0}).model_dump_json()
            key = f"{record.dataset.sha256} {record.start_from} {settings}"
            found.setdefault(key, {}).setdefault(record.config.seed, model)
    groups = [
        SeedGroup(_describe(next(iter(seeds.values())).record), tuple(seeds[seed] for seed in sorted(seeds)))
        for seeds in found.values()
        if len(seeds) > 1
    ]
    return sorted(groups, key=lambda group: -len(group.models))


def _describe(record: RunRecord) -> str:
    config = record.config
    try:
        recipe = default_config(config.architecture)
    except ConfigError:  # an architecture of another version
        recipe = config
    sizes = [
        f"{name} {size}"
        for name, size in config.parameters.items()
        if size != recipe.parameters.get(name, size)
    ]
    settings = [
        f"{field_title(name).lower()} {_in_words(getattr(config, name))}"
        for name in TrainConfig.model_fields
        if name not in ("architecture", "parameters", "seed")
        and getattr(config, name) != getattr(recipe, name)
    ]
    origin = [f"from {record.start_from}"] if record.start_from else []
    data = [f"on {record.dataset.name}"] if record.dataset.path else []
    return ", ".join([config.architecture, *sizes, *settings, *origin, *data])


def _in_words(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def spread(accuracies: Sequence[float]) -> Spread:
    """How the accuracies of two or more seeds lie."""
    values = np.asarray(accuracies, np.float64)
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    reach = _t_quantile(len(values) - 1) * deviation / math.sqrt(len(values))
    return Spread(
        len(values), mean, deviation, float(values.min()), float(values.max()), (mean - reach, mean + reach)
    )


def compare_groups(first: Sequence[float], second: Sequence[float]) -> MeanDifference:
    """Welch's t test and interval for two groups of two or more accuracies each.

    As `scipy.stats.ttest_ind(first, second, equal_var=False)`, whose room takes seconds to import.
    """
    from scipy.special import stdtr

    one, other = spread(first), spread(second)
    difference = one.mean - other.mean
    parts = [group.deviation**2 / group.count for group in (one, other)]
    error = math.sqrt(sum(parts))
    if not error:
        return MeanDifference(difference, (-1.0, 1.0), 1.0)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (group.count - 1) for part, group in zip(parts, (one, other), strict=True)
    )
    reach = _t_quantile(freedom) * error
    p = 2 * float(stdtr(freedom, -abs(difference) / error))
    return MeanDifference(difference, (difference - reach, difference + reach), p)


def compare_all_groups(accuracies: Sequence[Sequence[float]]) -> list[GroupPair]:
    """Compares each two of the groups, given the accuracies of each group's seeds."""
    places = list(combinations(range(len(accuracies)), 2))
    told = [compare_groups(accuracies[first], accuracies[second]) for first, second in places]
    adjusted = holm([difference.p for difference in told])
    return [
        GroupPair(*place, *entry)
        for place, entry in zip(places, zip(told, adjusted, strict=True), strict=True)
    ]


def _t_quantile(freedom: float) -> float:
    """Within how many standard errors of the mean the middle 95 % lie."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 1 - 0.05 / 2))
