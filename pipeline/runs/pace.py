"""How fast trainings go on this computer: how long one still takes, and when those that wait will begin.

Knows nothing of pages. What takes how long is measured on runs of this computer, so it is always "about".
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

from models.architectures import summarize
from models.errors import ModelError
from models.formatting import duration
from models.records import ENDED, Progress, RunRecord, State
from models.run_directory import RunDirectory
from models.train_config import TrainConfig
from pipeline.runs.heartbeat import seconds_hung
from pipeline.runs.progress import read_progress
from pipeline.runs.waiting import readable_runs, waiting_runs

_START_AND_END = (
    25.0  # seconds of a run before its first batch and after its last: TensorFlow's start, export, test
)
_ADAPTATION = 60.0  # seconds, about, that fine-tuning on somebody's digits takes
_MOST_MEASURED = 20  # runs, the newest, that the computer's rate is measured on


@dataclass(frozen=True)
class Pace:
    """How far a training is and how fast it goes.

    Attributes:
        done: share of all epochs, 0 to 1.
        seconds_left: until the last epoch's end; None before that can be told.
        images_per_second: over the last seconds; None likewise.
    """

    done: float
    seconds_left: float | None = None
    images_per_second: float | None = None

    def in_words(self) -> str:
        """One line for people."""
        parts = []
        if self.seconds_left is not None:
            parts.append(f"{duration(self.seconds_left)} left")
        if self.images_per_second:
            parts.append(f"{self.images_per_second:,.0f} images per second")
        return " · ".join(parts) or "getting ready"


def measure_pace(lines: Sequence[Progress], epochs: int, window: float = 8.0) -> Pace:
    """The pace of a training that goes on.

    Args:
        lines: of progress.jsonl, in order.
        epochs: how many there will be in all.
        window: seconds to look back; at least one line, however long ago it was written.
    """
    if not lines:
        return Pace(0.0)
    last = lines[-1]
    done = _share(last, epochs)
    # image counts start anew when a run is resumed, so only lines of this stretch are compared
    earlier = [line for line in lines[-120:] if line.images < last.images and line.seconds < last.seconds]
    if not earlier:
        return Pace(done)
    first = next((line for line in earlier if last.seconds - line.seconds <= window), earlier[-1])
    seconds = last.seconds - first.seconds
    gained = done - _share(first, epochs)
    left = seconds / gained * (1 - done) if gained > 0 else None
    return Pace(done, left, (last.images - first.images) / seconds)


def _share(line: Progress, epochs: int) -> float:
    return min(1.0, (line.epoch - 1 + line.step / line.steps) / max(1, epochs))


@dataclass(frozen=True)
class Turn:
    """A run that trains or waits.

    Attributes:
        directory: its files.
        record: what run.json said a moment ago.
        waits: whether its turn is still to come.
        done: share of its epochs, 0 to 1.
        seconds: until it ends, or begins if it waits, about; None where that can't be told.
    """

    directory: RunDirectory
    record: RunRecord
    waits: bool
    done: float = 0.0
    seconds: float | None = None


@dataclass(frozen=True)
class MeasuredEpoch:
    """What an epoch took: the SHA-256 of its data set, its `_work`, and its seconds."""

    dataset: str
    work: float
    seconds: float


def list_turns() -> list[Turn]:
    """What trains, then what waits, in the order in which it will start."""
    runs = list(_runs_and_states())
    measured = _measured_on(runs)
    turns = [_training(run, record, measured) for run, record, state in runs if state == "running"]
    clock: float | None = 0.0
    for turn in turns:
        clock = None if clock is None or turn.seconds is None else clock + turn.seconds
    for waiting in waiting_runs():
        try:
            record = waiting.directory.read()
        except ModelError:
            continue
        turns.append(Turn(waiting.directory, record, waits=True, seconds=clock))
        took = _expected_seconds(record, measured)
        clock = None if clock is None or took is None else clock + took
    return turns


def _training(run: RunDirectory, record: RunRecord, measured: list[MeasuredEpoch]) -> Turn:
    """The one that trains; what it has done so far is measured as well."""
    lines, _ = read_progress(run)
    pace = measure_pace(lines, record.planned_epochs)
    if pace.done and lines[-1].seconds and not record.adaptation:
        measured.append(_measure(record, lines[-1].seconds / (pace.done * record.planned_epochs)))
    left = pace.seconds_left
    if seconds_hung(run):
        left = None
    elif left is None and (whole := _expected_seconds(record, measured)) is not None:
        left = whole * (1 - pace.done)
    return Turn(run, record, waits=False, done=pace.done, seconds=left)


def measured_epochs() -> list[MeasuredEpoch]:
    """What an epoch took in each run that has ended here, the newest last."""
    return _measured_on(_runs_and_states())


def _runs_and_states() -> Iterator[tuple[RunDirectory, RunRecord, State]]:
    for run, record in readable_runs():
        with suppress(ModelError):  # deleted meanwhile
            yield run, record, run.state(record)


def _measured_on(runs: Iterable[tuple[RunDirectory, RunRecord, State]]) -> list[MeasuredEpoch]:
    return [
        _measure(record, record.seconds / record.epochs_done)
        for _, record, state in runs
        if state in ENDED and record.seconds and record.epochs_done and not record.adaptation
    ]


def expect_seconds(
    config: TrainConfig, dataset: str, measured: Sequence[MeasuredEpoch], done: int = 0
) -> float | None:
    """How long a run will take from its start to its end, about; None where none on the same data was measured.

    Runs of the same network are compared where there are any, else all, by their multiplications.

    Args:
        config: of the run.
        dataset: SHA-256 of the data set.
        measured: epochs on this computer.
        done: epochs that the run has behind it.
    """
    work = _work(config)
    known = [epoch for epoch in measured if epoch.dataset == dataset]
    alike = [epoch for epoch in known if epoch.work == work] or known
    if not alike:
        return None
    seconds = median(epoch.seconds / epoch.work * work for epoch in alike[-_MOST_MEASURED:])
    return _START_AND_END + seconds * (config.epochs * config.members - done)


def _expected_seconds(record: RunRecord, measured: Sequence[MeasuredEpoch]) -> float | None:
    if record.adaptation:
        return _ADAPTATION
    return expect_seconds(record.config, record.dataset.sha256, measured, record.epochs_done)


def _measure(record: RunRecord, seconds: float) -> MeasuredEpoch:
    return MeasuredEpoch(record.dataset.sha256, _work(record.config), seconds)


def _work(config: TrainConfig) -> float:
    """Multiplications for one image in an epoch, which trains one network of an ensemble."""
    layers = summarize(config.architecture, config.parameters, config.dropout, config.classes)
    return sum(layer.multiplications for layer in layers) / config.members
