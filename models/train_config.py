"""The hyperparameters of a training run, each declared once: default, bounds, help, control, error sentence."""

import secrets
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from models.architectures import architecture, class_count
from models.controls import Choices, Slider
from models.errors import ConfigError

Optimizer = Literal["adam", "adamw", "sgd", "muon"]
Schedule = Literal["constant", "cosine", "one-cycle"]

_STORED = {"stored": True}
"""Validation context of what another version may have written."""


class TrainConfig(BaseModel):
    """The hyperparameters of a training run. The plain defaults are the recipe of the tutorials.

    Each is declared here once: name, default, bounds and help, and how a page asks for it. The options of
    `digitlab train`, the controls of the Train page and the table in docs/commands.md derive from it.
    Build one with `make_config`, which adds the architecture's own recipe and turns a wrong value into
    a `ConfigError` of one sentence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    architecture: Annotated[str, Field(title="Architecture", description="Which network to train.")] = "cnn"
    parameters: Annotated[
        dict[str, int],
        Field(
            title="Architecture parameters",
            description="Sizes of its layers; what is left out keeps its default.",
        ),
    ] = {}
    epochs: Annotated[
        int,
        Field(
            title="Epochs",
            ge=1,
            le=500,
            description="How many times the network sees the whole training set.",
        ),
    ] = 5
    batch_size: Annotated[
        int,
        Field(
            title="Batch size",
            ge=8,
            le=4096,
            description="Images per weight update: small batches learn more per epoch, large ones run faster.",
        ),
        Choices((8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)),
    ] = 64
    learning_rate: Annotated[
        float,
        Field(
            title="Learning rate",
            gt=0,
            le=10,
            description="Size of each weight update: too high and the loss jumps around, too low and it crawls.",
        ),
        Choices(
            (*(float(f"{digit}e{power}") for power in range(-5, 0) for digit in (1, 2, 3, 4, 6, 8)), 1.0)
        ),
    ] = 1e-3
    optimizer: Annotated[
        Optimizer,
        Field(
            title="Optimizer",
            description="Adam adapts the step of each weight; AdamW decouples the weight decay; SGD is the classic; "
            "Muon orthogonalizes each layer's update and needs fewer epochs.",
        ),
    ] = "adam"
    schedule: Annotated[
        Schedule,
        Field(
            title="Learning-rate schedule",
            description="Constant, falling along a cosine, or one cycle: warmed up, then brought down to zero.",
        ),
    ] = "constant"
    weight_decay: Annotated[
        float,
        Field(
            title="Weight decay",
            ge=0,
            le=1,
            description="Pulls weights toward zero at every step, which keeps the network simple.",
        ),
        Choices((0.0, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 2e-2, 5e-2, 1e-1), zero="off"),
    ] = 0.0
    label_smoothing: Annotated[
        float,
        Field(
            title="Label smoothing",
            ge=0,
            le=0.5,
            description="Share of the target probability taken from the true digit and spread over all ten.",
        ),
        Slider(0.01, percent=True),
    ] = 0.0
    dropout: Annotated[
        float,
        Field(
            title="Dropout",
            ge=0,
            le=0.9,
            description="Share of units switched off at random in each step, so that the network relies on none alone.",
        ),
        Slider(0.05, percent=True),
    ] = 0.0
    augment: Annotated[
        bool,
        Field(
            title="Augmentation",
            description="Varies the digits anew in every epoch: tilted, resized, slanted, bent, thicker, thinner.",
        ),
    ] = False
    augment_strength: Annotated[
        float,
        Field(
            title="Augmentation strength",
            ge=0.1,
            le=3,
            description="How strong the variations are; 1 is moderate.",
        ),
        Slider(0.1, only_with="augment"),
    ] = 1.0
    disturbed: Annotated[
        float,
        Field(
            title="Disturbed pictures",
            ge=0,
            le=1,
            description="Share of the training pictures spoilt by chance (fog, lines, blur), to be read all the same.",
        ),
        Slider(0.05, percent=True),
    ] = 0.0
    hands: Annotated[
        float,
        Field(
            title="Hands of the world",
            ge=0,
            le=1,
            description="Digits as other countries write them, as a share of the training images, such as crossed 7s.",
        ),
        Slider(0.05, percent=True),
    ] = 0.0
    not_a_digit: Annotated[
        float,
        Field(
            title="Not a digit",
            ge=0,
            le=0.5,
            description="Pictures without a digit, as a share of the training images: it learns to refuse them.",
        ),
        Slider(0.01, percent=True),
    ] = 0.0
    calibrate: Annotated[
        bool,
        Field(
            title="Calibration",
            description="Scales confidence after training to how often answers are right; needs 500 validation images.",
        ),
    ] = False
    ema: Annotated[
        float,
        Field(
            title="Weight averaging",
            ge=0,
            le=0.99999,
            description="Keeps a running average of the weights and answers with it; 0 is off, 0.998 is common.",
        ),
        Choices((0.0, 0.9, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995), zero="off"),
    ] = 0.0
    early_stopping: Annotated[
        int,
        Field(
            title="Early stopping",
            ge=0,
            le=100,
            description="Stops after this many epochs without a better validation loss and keeps the best; 0 is off.",
        ),
        Slider(1, most=20),
    ] = 0
    validation_split: Annotated[
        float,
        Field(
            title="Validation split",
            ge=0,
            le=0.5,
            description="Share of the training images held out to validate the network after each epoch.",
        ),
        Slider(0.05, percent=True),
    ] = 0.1
    seed: Annotated[
        int,
        Field(
            title="Seed",
            ge=0,
            le=2**31 - 1,
            description="Determines everything random: the same seed gives the same history; a new one if not given.",
        ),
    ] = 0

    def flat(self) -> dict[str, Any]:
        """Every hyperparameter by name, the parameters of the architecture among them."""
        values = self.model_dump()
        return {**values.pop("parameters"), **values}

    @property
    def members(self) -> int:
        """How many networks are trained: 1, or an ensemble's number of members."""
        return self.parameters.get("members", 1)

    def member(self, number: int) -> "TrainConfig":
        """The training of an ensemble's member, counted from 0: the same settings, the next seed."""
        sizes = {name: size for name, size in self.parameters.items() if name != "members"}
        return self.model_copy(
            update={
                "architecture": architecture(self.architecture).member,
                "parameters": sizes,
                "seed": self.seed + number,
            }
        )

    @property
    def classes(self) -> int:
        """How many answers the network chooses from: the ten digits, and "not a digit" if it learns that."""
        return class_count(self.not_a_digit)

    @model_validator(mode="before")
    @classmethod
    def _complete_parameters(cls, values: Any, info: ValidationInfo) -> Any:
        if not isinstance(values, dict):
            return values
        try:
            entry = architecture(values.get("architecture", "cnn"))
            return {**values, "parameters": entry.complete(values.get("parameters"))}
        except ConfigError:
            if info.context is _STORED:
                return values  # of another version's network: it can answer, but not be rebuilt
            raise

    @model_validator(mode="after")
    def _check_validation(self) -> "TrainConfig":
        if self.early_stopping and not self.validation_split:
            raise ConfigError("early_stopping: it needs validation images, but validation_split is 0.")
        return self


def new_seed() -> int:
    """A seed for a training that was given none, short enough to type."""
    return secrets.randbelow(1_000_000)


def field_title(name: str) -> str:
    """What pages call a `TrainConfig` field."""
    return TrainConfig.model_fields[name].title or name


def field_help(name: str) -> str:
    """The help text of a `TrainConfig` field, for a page or the command line."""
    return TrainConfig.model_fields[name].description or ""


def field_bounds(name: str) -> tuple[float, float]:
    """Lowest and highest allowed value of a numeric field (where zero is excluded, the lowest is 0)."""
    low, high = 0.0, 0.0
    for rule in TrainConfig.model_fields[name].metadata:
        low = getattr(rule, "ge", None) or getattr(rule, "gt", None) or low
        high = getattr(rule, "le", None) or high
    return low, high


def field_control(name: str) -> Choices | Slider | None:
    """How a page asks for a field that is a number; None where its type says it: a switch, a list, a number."""
    return next(
        (rule for rule in TrainConfig.model_fields[name].metadata if isinstance(rule, Choices | Slider)), None
    )


def field_options(name: str) -> tuple[str, ...]:
    """The values of a field that has a list of them; () for others."""
    annotation = TrainConfig.model_fields[name].annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def field_range(name: str) -> str:
    """The allowed values of a numeric field in words: "1 to 500"; "" for other fields."""
    low, high = field_bounds(name)
    open_below = any(
        getattr(rule, "gt", None) is not None for rule in TrainConfig.model_fields[name].metadata
    )
    return f"{'above ' if open_below else ''}{low:.10g} to {high:.10g}" if high else ""


def default_config(architecture_name: str) -> TrainConfig:
    """The settings that suit an architecture."""
    return make_config(architecture_name)


def make_config(architecture_name: str = "cnn", **settings: Any) -> TrainConfig:
    """The architecture's recipe with the given settings in place of its own.

    Raises:
        ConfigError: an unknown setting, or one outside its bounds, in one sentence.
    """
    entry = architecture(architecture_name)
    return read_config({**entry.recipe, "architecture": architecture_name, **settings})


def read_config(values: dict[str, Any]) -> TrainConfig:
    """A `TrainConfig` from its stored form; raises `ConfigError` in one sentence."""
    try:
        return TrainConfig(**values)
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "configuration"
    if first["type"] == "extra_forbidden":
        return f"{name}: there is no such setting; expected one of: {', '.join(TrainConfig.model_fields)}."
    message = first["msg"][:1].lower() + first["msg"][1:]
    return f"{name}: {message}, got {first['input']!r}."


def read_stored_config(values: Any) -> Any:
    """A `TrainConfig` from the entry of a run.json, also one that another version wrote.

    What this version does not know is left out, and sizes that its architectures do not have are kept as they are: such
    a model can still answer. To be used as a pydantic validator, so what is no configuration is passed on.
    """
    if not isinstance(values, dict):
        return values
    known = {name: value for name, value in values.items() if name in TrainConfig.model_fields}
    return TrainConfig.model_validate(known, context=_STORED)


def same_network(one: TrainConfig, other: TrainConfig) -> bool:
    """Whether both build the same network, so that the weights of one fit the other."""
    return (one.architecture, one.parameters, one.classes) == (
        other.architecture,
        other.parameters,
        other.classes,
    )
