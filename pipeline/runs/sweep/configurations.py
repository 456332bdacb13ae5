"""A sweep's spec -> the configurations that it tries: all combinations, or some drawn at random.

All are made before the first is trained, so what is tried depends on the spec alone, not on how many are trained at a
time or where. For the same reason there is no sampler that learns from results, such as Optuna's TPE: its next choice
depends on which trial ends first. Random search is as good as a grid of many more trials where few hyperparameters
matter (Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from models.architectures import DEFAULT_ARCHITECTURE, architecture
from models.errors import ConfigError
from models.train_config import TrainConfig, make_config
from pipeline.runs.sweep.spec import MOST_TRIALS, SIZES, Span, SweepSpec

_ATTEMPTS = 50
"""Draws for each configuration that is wanted, where many are drawn twice."""


def make_configurations(spec: SweepSpec) -> list[TrainConfig]:
    """What the spec asks for, each configuration once and with the first seed.

    A size that an architecture doesn't have is left out of its configurations.

    Raises:
        ConfigError: a value that a hyperparameter can't have, too many trials, or nothing to compare by.
    """
    choices = {
        name: value if isinstance(value, list | Span) else [value] for name, value in spec.settings.items()
    }
    _check_architectures(choices)
    if spec.draw is None:
        lists = [values for values in choices.values() if isinstance(values, list)]
        _check_count(math.prod(map(len, lists)), spec)
        settings: Iterator[dict[str, Any]] = (dict(zip(choices, row, strict=True)) for row in product(*lists))
        count = MOST_TRIALS
    else:
        _check_count(spec.draw, spec)
        settings, count = _draw(choices, spec), spec.draw
    found: list[TrainConfig] = []
    for chosen in settings:
        config = _configure(chosen, spec.seeds[0])
        if config not in found:
            _check_comparable(config, spec)
            found.append(config)
        if len(found) == count:
            break
    return found


def _check_architectures(choices: Mapping[str, Any]) -> None:
    names = choices.get("architecture", [DEFAULT_ARCHITECTURE])
    if isinstance(names, Span):
        raise ConfigError("settings.architecture: expected names, got bounds.")
    known = {size.name for name in names for size in architecture(str(name)).parameters}
    for size in SIZES:
        if size in choices and size not in known:
            raise ConfigError(f"settings.{size}: none of the architectures has it: {', '.join(names)}.")


def _check_count(configurations: int, spec: SweepSpec) -> None:
    trials = configurations * len(spec.seeds)
    if trials > MOST_TRIALS:
        raise ConfigError(f"expected at most {MOST_TRIALS} trainings, but it asks for {trials:,}.")


def _draw(choices: Mapping[str, Any], spec: SweepSpec) -> Iterator[dict[str, Any]]:
    random = np.random.default_rng(spec.draw_seed)
    for _ in range(_ATTEMPTS * (spec.draw or 0)):
        yield {name: _draw_value(name, values, random) for name, values in choices.items()}


def _draw_value(name: str, values: list[Any] | Span, random: np.random.Generator) -> Any:
    if isinstance(values, list):
        return values[int(random.integers(len(values)))]
    low, high = values.low, values.high
    logarithmic = values.scale == "log"
    drawn = (
        math.exp(random.uniform(math.log(low), math.log(high))) if logarithmic else random.uniform(low, high)
    )
    whole = name in SIZES or TrainConfig.model_fields[name].annotation is int
    return round(drawn) if whole else float(f"{drawn:.4g}")


def _configure(chosen: Mapping[str, Any], seed: int) -> TrainConfig:
    name = str(chosen.get("architecture", DEFAULT_ARCHITECTURE))
    own = {size.name for size in architecture(name).parameters}
    sizes = {size: value for size, value in chosen.items() if size in own}
    settings = {
        setting: value
        for setting, value in chosen.items()
        if setting not in SIZES and setting != "architecture"
    }
    try:
        return make_config(name, **settings, parameters=sizes, seed=seed)
    except ConfigError as error:
        raise ConfigError(f"settings.{error}") from None


def _check_comparable(config: TrainConfig, spec: SweepSpec) -> None:
    if not config.validation_split:
        raise ConfigError(
            "settings.validation_split: it can't be 0, since configurations are compared on the validation images."
        )
    if spec.halving and config.members > 1:
        raise ConfigError("halving: an ensemble trains one network after the other, so it can't be halved.")


def pauses(spec: SweepSpec) -> list[int]:
    """After how many whole epochs configurations are compared and some given up; the last is 0: at their end."""
    found = []
    if spec.halving:
        epochs = spec.halving.first
        while epochs < spec.settings["epochs"]:
            found.append(epochs)
            epochs *= spec.halving.factor
    return [*found, 0]


def varied(spec: SweepSpec, configurations: Sequence[TrainConfig]) -> list[str]:
    """The settings of the spec in which the configurations differ, in its order."""
    flat = [config.flat() for config in configurations]
    return [name for name in spec.settings if len({repr(values.get(name)) for values in flat}) > 1]
