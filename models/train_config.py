"""Every knob of a training: its bounds, its default, its help text and its error sentence."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.architectures import architecture, class_count
from models.errors import ConfigError

Optimizer = Literal["adam", "adamw", "sgd", "muon"]
Schedule = Literal["constant", "cosine", "one-cycle"]

OPTIMIZERS: tuple[str, ...] = get_args(Optimizer)
SCHEDULES: tuple[str, ...] = get_args(Schedule)


class TrainConfig(BaseModel):
    """What a training is told. The plain defaults are the recipe of the tutorials.

    Build one with `make_config`, which adds the architecture's own recipe and turns a wrong value into
    a `ConfigError` of one sentence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

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
        Field(title="Epochs", ge=1, le=500, description="How often the network sees the whole training set."),
    ] = 5
    batch_size: Annotated[
        int,
        Field(
            title="Batch size",
            ge=8,
            le=4096,
            description="Images the network sees before each correction: small is thorough, large is quick.",
        ),
    ] = 64
    learning_rate: Annotated[
        float,
        Field(
            title="Learning rate",
            gt=0,
            le=10,
            description="How far each correction goes: too high and the loss jumps about, too low and it crawls.",
        ),
    ] = 1e-3
    optimizer: Annotated[
        Optimizer,
        Field(
            title="Optimizer",
            description="Adam adapts the step to each weight; AdamW adds a clean weight decay; SGD is the classic; "
            "Muon moves all directions of a layer alike and learns in fewer epochs.",
        ),
    ] = "adam"
    schedule: Annotated[
        Schedule,
        Field(
            title="Learning-rate schedule",
            description="Keep the rate, let it fall along a cosine, or warm it up and then bring it to zero.",
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
    ] = 0.0
    label_smoothing: Annotated[
        float,
        Field(
            title="Label smoothing",
            ge=0,
            le=0.5,
            description="The share of certainty taken from the true digit and spread over all ten.",
        ),
    ] = 0.0
    dropout: Annotated[
        float,
        Field(
            title="Dropout",
            ge=0,
            le=0.9,
            description="The share of units silenced at random in each step, so that none is relied on alone.",
        ),
    ] = 0.0
    augment: Annotated[
        bool,
        Field(
            title="Augmentation",
            description="Shows varied digits (tilted, resized, slanted, bent, thicker, thinner) in every epoch.",
        ),
    ] = False
    augment_strength: Annotated[
        float,
        Field(
            title="Augmentation strength",
            ge=0.1,
            le=3,
            description="How far the variations go; 1 is moderate.",
        ),
    ] = 1.0
    not_a_digit: Annotated[
        float,
        Field(
            title="Not a digit",
            ge=0,
            le=0.5,
            description="Extra pictures that show no digit, as a share of the training images: teaches it to refuse.",
        ),
    ] = 0.0
    calibrate: Annotated[
        bool,
        Field(
            title="Calibration",
            description="Scales the confidence at the end to how often answers are right; needs 500 validation images.",
        ),
    ] = False
    ema: Annotated[
        float,
        Field(
            title="Weight averaging",
            ge=0,
            le=0.99999,
            description="Keeps a running average of the weights and answers with it; 0 is off, 0.998 is usual.",
        ),
    ] = 0.0
    early_stopping: Annotated[
        int,
        Field(
            title="Early stopping",
            ge=0,
            le=100,
            description="Ends after so many epochs without a better validation loss and keeps the best; 0 is off.",
        ),
    ] = 0
    validation_split: Annotated[
        float,
        Field(
            title="Validation split",
            ge=0,
            le=0.5,
            description="The share of the training images kept aside to judge the network while it learns.",
        ),
    ] = 0.1
    seed: Annotated[
        int,
        Field(
            title="Seed",
            ge=0,
            le=2**31 - 1,
            description="Decides everything that is random: the same seed gives the same history.",
        ),
    ] = 0

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
    def _complete_parameters(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        entry = architecture(values.get("architecture", "cnn"))
        return {**values, "parameters": entry.complete(values.get("parameters"))}

    @model_validator(mode="after")
    def _check_validation(self) -> "TrainConfig":
        if self.early_stopping and not self.validation_split:
            raise ConfigError("early_stopping: it needs validation images, but validation_split is 0.")
        return self


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


def same_network(stored: Mapping[str, Any], config: TrainConfig) -> bool:
    """Whether a stored configuration (`RunRecord.config`) builds the network that `config` does."""
    try:
        classes = class_count(float(stored.get("not_a_digit", 0)))
    except (TypeError, ValueError):
        return False
    network = (stored.get("architecture"), stored.get("parameters"), classes)
    return network == (config.architecture, config.parameters, config.classes)
