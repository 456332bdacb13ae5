"""The process that carries out one run: `python -m pipeline.runs.worker RUN_DIRECTORY [--beside-others]`.

The dispatcher starts it when the run's turn has come, or a sweep. It waits until no other trains, unless it is to train
beside others. It trains, exports and evaluates. Whatever happens ends as a
status and one sentence in run.json; the traceback, if any, goes to worker.log.
"""

import json
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from numpy.typing import NDArray

from models.errors import DigitLabError, ModelError
from models.files import write_text
from models.leftovers import sweep
from models.records import Progress, RunRecord, now
from models.run_directory import RunDirectory
from models.store import find_model
from models.train_config import TrainConfig
from pipeline.data.dataset import Dataset, load_recorded
from pipeline.data.own_digits import read_own_digits
from pipeline.evaluation.before_after import AdaptationReport
from pipeline.runs.checkpoint import read_checkpoint, write_checkpoint
from pipeline.runs.heartbeat import heartbeat
from pipeline.runs.priority import lower_session
from pipeline.runs.progress import history
from pipeline.runs.queue import reason_before_training
from pipeline.runs.run_logs import run_logs
from pipeline.runs.snapshots import write_snapshot
from pipeline.runs.waiting import training_lock

if TYPE_CHECKING:
    from pipeline.training.callbacks import StopReason, TrainResult

_WORTH_KEEPING = 0.5
"""Accuracy on the validation images; what is stopped in its first epoch and has less is no model yet."""


class _StoppedError(Exception):
    """Somebody asked for an end before there was a model worth keeping."""


def main(path: str, beside_others: str = "") -> int:
    """Carries out the run at `path`; the exit code is 0 unless the run failed."""
    lower_session()
    run = RunDirectory(Path(path))
    try:
        # whoever looks whether a worker lives holds the lock for an instant
        alive = FileLock(run.worker_lock_file, timeout=5)
        alive.acquire()
    except Timeout:
        return 1  # another worker has this run
    try:
        sweep()
        with nullcontext() if beside_others else training_lock(), heartbeat(run):
            if _begin(run):
                _carry_out(run)
    except _StoppedError:
        run.update(status="stopped", reason=reason_before_training(run.read()), ended=now())
    except BaseException as error:
        traceback.print_exc()
        run.update(status="failed", reason=_explain(error), ended=now())
        return 1
    finally:
        run.stop_file.unlink(missing_ok=True)
        alive.release()
    return 0


def _begin(run: RunDirectory) -> bool:
    """Whether the run still waited; it is running then."""
    with run.status_locked():
        waited = run.read().status == "queued"
        if waited:
            run.update(status="running", started=now())
    return waited


def _explain(error: BaseException) -> str:
    if isinstance(error, DigitLabError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"A file couldn't be read or written: {error.strerror}."
    if isinstance(error, MemoryError):
        return "Out of memory; try a smaller batch size or network."
    return f"An unexpected {type(error).__name__} ended the training; worker.log has the details."


def _carry_out(run: RunDirectory) -> None:
    record = run.read()
    dataset = load_recorded(record.dataset)
    checkpoint = read_checkpoint(run)

    if run.stop_file.exists():
        raise _StoppedError

    from pipeline.training.export import versions

    run.update(versions=versions())
    if record.adaptation:
        _adapt(run, record, dataset)
        return
    with run_logs(run) as log_progress:
        _train_and_complete(run, record, dataset, checkpoint, log_progress)


def _train_and_complete(
    run: RunDirectory,
    record: RunRecord,
    dataset: Dataset,
    checkpoint: dict[str, NDArray[Any]] | None,
    log_progress: Callable[[Progress], None],
) -> None:
    from pipeline.training.export import complete

    result, seconds = _train(run, record, dataset, checkpoint, log_progress)
    if result.stop_reason == "diverged":
        run.update(seconds=seconds, epochs_done=result.epochs)
        raise ModelError(
            f"Training diverged in epoch {result.epochs + 1}; a lower learning rate usually helps."
        )
    accuracy = result.validation.accuracy
    too_early = accuracy is not None and accuracy < _WORTH_KEEPING
    if result.stop_reason == "stopped" and not result.epochs and too_early:
        raise _StoppedError
    complete(
        run,
        result.model,
        dataset,
        result.validation,
        status="stopped" if result.stop_reason == "stopped" else "finished",
        reason=_reason(result.stop_reason, record, len(history(run))),
        epochs_done=result.epochs,
        seconds=seconds,
    )


def _adapt(run: RunDirectory, record: RunRecord, dataset: Dataset) -> None:
    """Fine-tunes a model on somebody's digits; what comes of it waits in the run as a candidate."""
    from pipeline.training.adaptation import AdaptationStoppedError, adapt
    from pipeline.training.callbacks import Callbacks
    from pipeline.training.export import write_model

    began = time.monotonic()
    digits = read_own_digits(run.own_digits_file)
    model = _start_model(record.start_from, record.config)
    with run.progress_file.open("w", encoding="utf-8") as log:
        callbacks = Callbacks(on_progress=_progress_writer(log, offset=0.0), should_stop=run.stop_file.exists)
        try:
            adapted = adapt(record.config, model, dataset, digits, callbacks)
        except AdaptationStoppedError:
            raise _StoppedError from None
    made = RunDirectory(run.path / ".made")
    results = write_model(made, model, dataset)
    shutil.rmtree(run.candidate, ignore_errors=True)
    made.path.replace(run.candidate)
    seconds = time.monotonic() - began
    report = AdaptationReport(**vars(adapted), seconds=seconds, results=results)
    write_text(run.adaptation_file, report.model_dump_json(indent=2) + "\n")
    run.update(
        status="finished",
        reason=f"Fine-tuned on {len(digits.trained_on)} digits; look at the result and keep it or not.",
        ended=now(),
        epochs_done=record.config.epochs,
        seconds=seconds,
    )


def _train(
    run: RunDirectory,
    record: RunRecord,
    dataset: Dataset,
    checkpoint: dict[str, NDArray[Any]] | None,
    log_progress: Callable[[Progress], None],
) -> "tuple[TrainResult, float]":
    """What came of the training, and its seconds over all continuations; TensorFlow's start does not count."""
    from pipeline.training.callbacks import Callbacks
    from pipeline.training.trainer import train

    began = time.monotonic()

    def seconds() -> float:
        return record.seconds + time.monotonic() - began

    paused = False

    with run.progress_file.open("a", encoding="utf-8") as log:
        write_progress = _progress_writer(log, offset=record.seconds)

        def on_progress(progress: Progress) -> None:
            nonlocal paused
            write_progress(progress)
            log_progress(progress)
            paused = progress.epoch_end and progress.epoch == record.pause_after

        callbacks = Callbacks(
            on_progress=on_progress,
            should_stop=lambda: paused or run.stop_file.exists(),
            on_checkpoint=lambda collect: write_checkpoint(run, collect(), seconds()),
            on_snapshot=lambda epochs, weights: write_snapshot(run, epochs, weights()),
        )
        start_weights = None if checkpoint else _start_weights(record.start_from, record.config)
        result = train(record.config, dataset, callbacks, checkpoint, start_weights)
        return result, seconds()


def _reason(stop_reason: "StopReason", record: RunRecord, epochs_done: int) -> str:
    """Why the training ended, one sentence."""
    match stop_reason:
        case "early":
            patience = record.config.early_stopping
            return f"The validation loss had not improved for {patience} epochs; the best was kept."
        case "stopped" if epochs_done == record.pause_after:
            return f"Its sweep stopped it after {epochs_done} of {record.config.epochs} epochs."
        case "stopped":
            return f"Stopped on request after {epochs_done} whole epoch{'s' if epochs_done != 1 else ''}."
        case _:
            epochs = record.planned_epochs
            return f"All {epochs} epochs done." if epochs > 1 else "One epoch done."


def _progress_writer(log: Any, offset: float) -> Callable[[Progress], None]:
    """Writes every epoch's end, and between them four lines a second at first, fewer as the run grows long."""
    last = -1.0

    def write(progress: Progress) -> None:
        nonlocal last
        if not progress.epoch_end and progress.seconds - last < max(0.25, progress.seconds / 250):
            return
        last = progress.seconds
        written = progress.model_copy(update={"time": now(), "seconds": round(progress.seconds + offset, 3)})
        log.write(json.dumps(written.as_line()) + "\n")
        log.flush()

    return write


def _start_weights(start_from: str, config: TrainConfig) -> Any:
    return _start_model(start_from, config).get_weights() if start_from else None


def _start_model(start_from: str, config: TrainConfig) -> Any:
    """The network of a configuration with the weights of a model."""
    from models.networks import build

    model = build(config.model_copy(update={"dropout": 0.0}))
    try:
        model.load_weights(find_model(start_from).directory.keras_file)
    except (OSError, ValueError):
        raise ModelError(
            f"{start_from}: its weights can't be read, or belong to another version's network."
        ) from None
    return model


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
