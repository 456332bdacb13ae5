"""What the files of a run directory hold, as typed records: run.json, progress.jsonl, evaluation.json.

Written and read by these classes everywhere. Knows nothing of files or processes. Records that a command may do
without build their validators when they are first used, which spares every command some milliseconds.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from models.train_config import TrainConfig, read_stored_config

Status = Literal["queued", "running", "finished", "stopped", "failed"]
"""What run.json may say. That a run is *interrupted* is never written: nobody was left to write it."""

State = Literal["queued", "running", "finished", "stopped", "failed", "interrupted"]
"""What a run is doing, as far as anybody can see from outside."""

ENDED: frozenset[State] = frozenset({"finished", "stopped", "failed", "interrupted"})

Count = Annotated[int, Field(ge=0, lt=2**31)]
"""Of epochs, steps, images: what tables can show."""

Digit = Annotated[int, Field(ge=0, le=9)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, lt=2**31, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


def now() -> str:
    """The time as records give it: ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class DatasetRecord(BaseModel):
    """The data set that a run is trained on: its name, its path (None: the shipped MNIST), its SHA-256."""

    name: str
    path: str | None = None
    sha256: str


class ModelResults(BaseModel):
    """How good a trained model is, in short.

    Attributes:
        test_accuracy: share of right answers on the test images.
        test_interval: its 95 % Wilson score interval, (low, high).
        test_errors: wrong answers.
        test_count: test images.
        test_loss: mean cross-entropy in nats.
        human_accuracy: share of right answers by human votes on disputed test labels; None but for MNIST.
        human_errors: wrong answers by the same count.
        val_accuracy: share of right answers on the validation images, where there are any.
        val_loss: cross-entropy on them.
        litert_difference: largest difference of a probability between the LiteRT file and Keras.
        parameters: weights of the network, averages of batch normalization included.
        claimed: whether the scores are those of an imported archive, not measured on this computer.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", defer_build=True)

    test_accuracy: Share
    test_interval: Annotated[tuple[Share, Share], Field(strict=False)]  # a list in JSON
    test_errors: Count
    test_count: Count
    test_loss: Finite | None = None
    human_accuracy: Share | None = None
    human_errors: Count | None = None
    val_accuracy: Share | None = None
    val_loss: Finite | None = None
    litert_difference: Finite | None = None
    parameters: Count | None = None
    claimed: bool = False


class Adaptation(BaseModel):
    """That a run fine-tunes a model on one person's digits, and on which.

    Attributes:
        model: name of the model that it begins with.
        trained_on: ids of the digits that the network sees, and of those that the model before it saw.
        held_out: ids of the digits that its answers are judged on.
        folds: 1 where these are never trained on; else how many networks judge by turns the part that each has not
            seen, and the last one learns all.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    model: str
    trained_on: tuple[str, ...]
    held_out: tuple[str, ...]
    folds: Annotated[int, Field(ge=1)] = 1


class RunRecord(BaseModel):
    """What run.json holds.

    Attributes:
        id: the directory's name; sorts by creation time.
        name: what people call it.
        owner: whose it is; "" for a lone user.
        status: the last one written; `RunDirectory.state` tells whether it still holds.
        reason: why the run ended, one sentence.
        config: the hyperparameters.
        command: the command line that repeats it.
        dataset: what it is trained on.
        start_from: the model whose weights it began with, if any.
        adaptation: where it fine-tunes that model on somebody's digits, on which.
        versions: of Python and the libraries that decide the result.
        submission: its number in the queue, above those of all that waited when it joined.
        created, started, ended: ISO 8601, UTC.
        epochs_done: whole epochs behind the model.
        seconds: training time, over all continuations.
        results: what came of it; None until evaluated.
        files: SHA-256 of each model file.
        notes: the owner's own words.
        tensorboard: the folder of its TensorBoard event files; "" for none.
        sweep: the id of the sweep that it is a trial of, if any; that starts it, not the queue.
        pause_after: of such a run, whole epochs after which it stops until the sweep lets it go on; 0 for never.
    """

    model_config = ConfigDict(extra="ignore", defer_build=True)

    id: str
    name: str
    owner: str = ""
    status: Status
    reason: str = ""
    config: Annotated[TrainConfig, BeforeValidator(read_stored_config)]
    command: str = ""
    dataset: DatasetRecord
    start_from: str = ""
    adaptation: Adaptation | None = None
    versions: dict[str, str] = {}
    submission: Annotated[int, Field(ge=0)] = 0
    created: str
    started: str | None = None
    ended: str | None = None
    epochs_done: Count = 0
    seconds: Seconds = 0.0
    results: Annotated[ModelResults | None, BeforeValidator(lambda value: value or None)] = None
    files: dict[str, str] = {}
    notes: str = ""
    tensorboard: str = ""
    sweep: str = ""
    pause_after: Count = 0

    @property
    def planned_epochs(self) -> int:
        """Epochs that were asked for, those of all members of an ensemble together."""
        return self.config.epochs * self.members

    @property
    def members(self) -> int:
        """How many networks answer as one: 1, or an ensemble's number of members."""
        return self.config.members


class Progress(BaseModel):
    """A line of progress.jsonl: what is known after some steps; at an epoch's end with the validation figures.

    Attributes:
        time: when it was written, ISO 8601; None before.
        epoch: the epoch under way, from 1.
        step: steps done in this epoch.
        steps: steps in an epoch.
        loss: mean over the steps since the last report, or over the epoch at its end; may have diverged.
        accuracy: share of right answers in training, likewise.
        learning_rate: of the last step.
        images: training images seen since the training (or its continuation) began.
        seconds: time since then; in the file, over all continuations.
        val_loss: at an epoch's end, where there are validation images.
        val_accuracy: likewise.
        epoch_end: whether this closes the epoch.
        member: of an ensemble, the number of the network that is trained, from 1; epochs are counted on over all.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", defer_build=True)

    time: str | None = None
    epoch: Count
    step: Count
    steps: Annotated[Count, Field(gt=0)]
    loss: float
    accuracy: float
    learning_rate: float = 0.0
    images: Count
    seconds: Seconds
    val_loss: float | None = None
    val_accuracy: float | None = None
    epoch_end: bool = False
    member: Count | None = None

    @model_validator(mode="after")
    def _validated_or_not(self) -> Self:
        if (self.val_loss is None) != (self.val_accuracy is None):
            raise ValueError("expected both figures of the validation, or none")
        return self

    def as_line(self) -> dict[str, Any]:
        """The entries as progress.jsonl and `digitlab train --json` have them: what is not known is left out."""
        return self.model_dump(exclude_none=True)


class ClassReport(BaseModel):
    """How well one digit is read: shares from 0 to 1, and the number of test images.

    A share is None where there is nothing to count: of a digit without test images, and the precision where no image
    is read as the digit. Files of earlier models say 0 instead.
    """

    model_config = ConfigDict(defer_build=True)

    digit: Digit
    precision: Share | None
    recall: Share | None
    f1: Share | None
    support: Count

    @model_validator(mode="before")
    @classmethod
    def _nothing_of_absent_digits(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("support") == 0:
            return {**values, "precision": None, "recall": None, "f1": None}
        return values


class ConfusedPair(BaseModel):
    """How often one digit was taken for another."""

    model_config = ConfigDict(defer_build=True)

    true: Digit
    predicted: Digit
    count: Count


class CalibrationBin(BaseModel):
    """The answers whose confidence lies in [low, high): how sure they were on average, how often right."""

    model_config = ConfigDict(defer_build=True)

    low: Share
    high: Share
    count: Count
    confidence: Share
    accuracy: Share


class Evaluation(BaseModel):
    """How good a model is on a test set: what evaluation.json holds.

    Attributes:
        count: test images.
        accuracy: share of right answers.
        interval: its 95 % Wilson score interval, (low, high).
        error_count: wrong answers.
        loss: mean cross-entropy in nats.
        top2_accuracy: share of images whose true digit is among the two likeliest.
        calibration_error: expected calibration error over 15 bins of equal width (Guo et al., 2017).
        confusion: confusion[true][predicted], counts.
        classes: one report a digit.
        confused_pairs: unlike digits, most often confused first, at most 20.
        calibration: the bins that are not empty.
        human_accuracy: share of right answers by the majority of human votes on MNIST's disputed labels, over the
            images in which most people see a digit; None on other test sets.
        human_error_count: wrong answers by the same count.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    count: Count
    accuracy: Share
    interval: tuple[Share, Share]
    error_count: Count
    loss: Finite
    top2_accuracy: Share
    calibration_error: Share
    confusion: list[list[int]]
    classes: list[ClassReport]
    confused_pairs: list[ConfusedPair]
    calibration: list[CalibrationBin]
    human_accuracy: Share | None = None
    human_error_count: Count | None = None
