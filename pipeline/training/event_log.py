"""TensorBoard event files of a training: its curves by step, and its hyperparameters as text.

The file is a TFRecord of `Event` messages, as `tf.summary` writes it, but with times and steps of our own.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import tensorflow as tf

from models.records import Progress

_FORMAT = "brain.Event:2"
_FLUSH_EVERY = 2.0  # seconds


class EventLog:
    """Writes progress to a folder that TensorBoard reads.

    A step is one weight update, counted over all epochs. What an earlier, killed process wrote of epochs that are
    trained again is taken back: a session's start tells TensorBoard to forget the steps from there on.
    """

    def __init__(self, folder: Path, hyperparameters: Mapping[str, object]) -> None:
        """Makes the folder; `OSError` where that can't be done.

        Args:
            folder: of this run alone.
            hyperparameters: shown under Text.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._hyperparameters = folder, hyperparameters
        self._writer: Any = None
        self._flushed = 0.0

    def add(self, progress: Progress) -> None:
        """Writes a line of progress; `OSError` or `tf.errors.OpError` where that fails."""
        before = (progress.epoch - 1) * progress.steps
        if self._writer is None:
            self._begin(before)
        values = {"train/loss": progress.loss, "train/accuracy": progress.accuracy}
        if progress.epoch_end:
            values = {"epoch/loss": progress.loss, "epoch/accuracy": progress.accuracy}
            if progress.val_loss is not None and progress.val_accuracy is not None:
                values |= {"epoch/val_loss": progress.val_loss, "epoch/val_accuracy": progress.val_accuracy}
        else:
            values["train/learning_rate"] = progress.learning_rate
        summary = tf.compat.v1.Summary(
            value=[tf.compat.v1.Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        )
        self._write(step=before + progress.step, summary=summary)
        if progress.epoch_end or time.monotonic() - self._flushed > _FLUSH_EVERY:
            self._writer.flush()
            self._flushed = time.monotonic()

    def close(self) -> None:
        """Writes what is not written yet."""
        if self._writer is not None:
            self._writer.close()

    def _begin(self, steps_before: int) -> None:
        """Opens a file of its own, named so that TensorBoard reads the files in the order in which they began."""
        name = f"events.out.tfevents.{time.time():017.6f}.{uuid4().hex[:8]}"
        self._writer = tf.io.TFRecordWriter(str(self._folder / name))
        self._write(file_version=_FORMAT)
        start = tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START)
        self._write(step=steps_before + 1 if steps_before else 0, session_log=start)
        if not steps_before:
            self._write(step=0, summary=self._text("hyperparameters", self._hyperparameters))

    def _text(self, tag: str, rows: Mapping[str, object]) -> tf.compat.v1.Summary:
        """A Markdown table, which TensorBoard shows under Text."""
        table = "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])
        value = tf.compat.v1.Summary.Value(tag=tag, tensor=tf.make_tensor_proto(table))
        value.metadata.plugin_data.plugin_name = "text"
        return tf.compat.v1.Summary(value=[value])

    def _write(self, **entry: object) -> None:
        self._writer.write(tf.compat.v1.Event(wall_time=time.time(), **entry).SerializeToString())
