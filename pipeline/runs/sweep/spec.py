"""What a sweep is to try: a YAML file, checked before anything is trained."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from models.architectures import CATALOGUE
from models.errors import DigitLabError, InputError
from models.files import open_regular
from models.train_config import TrainConfig

MOST_TRIALS = 500
"""Trainings in a sweep."""

_LARGEST_FILE = 100_000  # bytes

SIZES = tuple(dict.fromkeys(size.name for entry in CATALOGUE.values() for size in entry.parameters))
"""The names of all architectures' parameters."""

SETTINGS = (*(name for name in TrainConfig.model_fields if name not in ("parameters", "seed")), *SIZES)
"""What a sweep may vary: every hyperparameter; `seeds` has the seeds."""

EXAMPLE = """\
# 3 networks at 4 learning rates: 12 configurations.
# A list is tried value by value, one value is the same in all.
name: networks and rates
seeds: [0, 1]
settings:
  architecture: [dense, cnn, cnn-fast]
  learning_rate: [0.0003, 0.001, 0.003, 0.01]
  epochs: 3

# Another data set, by name, ID or file; else MNIST:
#
# dataset: digits.npz
#
# Configurations at random, not all combinations:
#
# draw: 20
# draw_seed: 0
# settings:
#   learning_rate: {low: 0.0001, high: 0.1, scale: log}
#   dropout: {low: 0, high: 0.5}
#   epochs: 9
#
# Successive halving: all are trained for one epoch,
# the best third for three, the best third of those on:
#
# halving: {first: 1, factor: 3}
"""


class Span(BaseModel):
    """Bounds between which values are drawn, evenly or evenly in their logarithm; whole numbers where the field is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"

    @model_validator(mode="after")
    def _check_order(self) -> "Span":
        if not self.low < self.high:
            raise ValueError(f"expected low below high, got {self.low:g} and {self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"expected low above 0 with a log scale, got {self.low:g}")
        return self


class Halving(BaseModel):
    """After `first` epochs the best of every `factor` configurations go on, and again after `factor` times as many."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Annotated[int, Field(ge=1)] = 1
    factor: Annotated[int, Field(ge=2)] = 3


class SweepSpec(BaseModel):
    """What a sweep is to try.

    Attributes:
        name: what people call it; the file's name by default.
        dataset: a data set's name, ID or file; MNIST by default.
        seeds: with which each configuration is trained.
        settings: for each hyperparameter one value, a list of values, or a `Span`; for others, the architecture's
            recipe counts.
        draw: how many configurations are drawn at random; all combinations without.
        draw_seed: of the drawing.
        halving: which configurations are given up early; none without.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    dataset: str = ""
    seeds: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**31)], ...], Field(min_length=1)] = (0,)
    settings: Annotated[dict[str, Any], Field(min_length=1)]
    draw: Annotated[int, Field(ge=1, le=MOST_TRIALS)] | None = None
    draw_seed: Annotated[int, Field(ge=0)] = 0
    halving: Halving | None = None

    @field_validator("seeds")
    @classmethod
    def _check_seeds(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("expected different seeds")
        return seeds

    @field_validator("settings", mode="before")
    @classmethod
    def _check_settings(cls, settings: Any) -> Any:
        if not isinstance(settings, dict):
            return settings
        for name, value in settings.items():
            if name == "seed":
                raise ValueError("seeds have an entry of their own, `seeds: [0, 1]`")
            if name not in SETTINGS:
                raise ValueError(
                    f"there is no hyperparameter {name!r}; expected one of: {', '.join(SETTINGS)}"
                )
            if value in ([], None):
                raise ValueError(f"{name} has no value")
        return {name: _read_span(name, value) for name, value in settings.items()}

    @model_validator(mode="after")
    def _check_whole(self) -> "SweepSpec":
        spans = [name for name, value in self.settings.items() if isinstance(value, Span)]
        if spans and self.draw is None:
            raise ValueError(
                f"settings.{spans[0]} has bounds, so `draw` must say how many configurations to draw"
            )
        epochs = self.settings.get("epochs")
        if self.halving and not isinstance(epochs, int):
            raise ValueError("with halving, settings.epochs must be one whole number")
        if self.halving and isinstance(epochs, int) and self.halving.first >= epochs:
            raise ValueError(
                f"halving.first: expected fewer than the {epochs} epochs, got {self.halving.first}"
            )
        return self


def _read_span(name: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    try:
        return Span.model_validate(value)
    except ValidationError as error:
        raise ValueError(f"{name}: {_in_words(error, Span)}") from None


def read_spec(path: Path) -> SweepSpec:
    """The spec in a YAML file; the file's name is its name where it has none.

    Raises:
        InputError: there is no such file, it is no YAML, or it asks for what there isn't; in one sentence.
    """
    try:
        with open_regular(path) as file:
            text = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InputError(path, "there is no such file; `digitlab sweep example` prints one.") from None
    except OSError as error:
        raise InputError(path, f"it can't be read ({error.strerror}).") from None
    if len(text) > _LARGEST_FILE:
        raise InputError(path, f"expected a sweep of at most {_LARGEST_FILE // 1000} kB.")
    try:
        values = _Loader(text).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(path, f"it is not valid YAML{_place_of(error)}.") from None
    if not isinstance(values, dict):
        raise InputError(path, "expected entries such as `settings:`; `digitlab sweep example` prints some.")
    try:
        spec = SweepSpec.model_validate(values)
    except ValidationError as error:
        raise InputError(path, f"{_in_words(error, SweepSpec)}.") from None
    except DigitLabError as error:
        raise InputError(path, str(error)) from None
    return spec if spec.name.strip() else spec.model_copy(update={"name": path.stem})


class _Loader(yaml.SafeLoader):
    """Plain values alone, and no name twice, of which YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names: set[Any] = set()
        for key, _ in node.value:
            if key.value in names:
                told = f"{key.value} stands there twice"
                raise yaml.constructor.ConstructorError(None, None, told, key.start_mark)
            names.add(key.value)
        return super().construct_mapping(node, deep)


def _place_of(error: Exception) -> str:
    """Where a file goes wrong, and how."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None:
        return ""
    return f" in line {mark.line + 1} ({problem})" if problem else f" in line {mark.line + 1}"


def _in_words(error: ValidationError, model: type[BaseModel]) -> str:
    """The first of the errors, without the full stop."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    start = f"{name}: " if name else ""
    if first["type"] == "extra_forbidden":
        known = Halving if first["loc"][0] == "halving" else model
        return f"{start}there is no such entry; expected one of: {', '.join(known.model_fields)}"
    if first["type"] == "missing":
        return f"{start}it is missing"
    told = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return start + told
    return f"{start}{told[:1].lower()}{told[1:]}, got {first['input']!r}"
