"""Ensembles: several networks whose probabilities are averaged (Hansen and Salamon, "Neural Network Ensembles",
1990), trained one after the other or put together from models that are there already.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.networks import build
from models.recognizer import among_digits
from models.records import Progress
from models.train_config import TrainConfig
from pipeline.data.dataset import Dataset
from pipeline.evaluation.metrics import evaluate
from pipeline.training.callbacks import Callbacks, Checkpoint, TrainResult, Validation, Weights


class _MemberProgress:
    """Passes progress on with epochs, images and seconds counted over all members."""

    def __init__(self, config: TrainConfig, on_progress: Callable[[Progress], None]) -> None:
        self._epochs, self._on_progress = config.epochs, on_progress
        self._member, self._images, self._seconds = 0, 0, 0.0
        self._last: Progress | None = None
        self.history: list[Progress] = []

    def begin(self, member: int) -> None:
        """The progress that follows is of this member, from 0."""
        self._member = member
        if self._last:
            self._images, self._seconds = self._last.images, self._last.seconds

    def __call__(self, progress: Progress) -> None:
        self._last = progress.model_copy(
            update={
                "epoch": progress.epoch + self._member * self._epochs,
                "images": progress.images + self._images,
                "seconds": progress.seconds + self._seconds,
                "member": self._member + 1,
            }
        )
        if progress.epoch_end:
            self.history.append(self._last)
        self._on_progress(self._last)


def train_members(
    train_network: Callable[..., TrainResult],
    config: TrainConfig,
    dataset: Dataset,
    callbacks: Callbacks,
    resume_from: Checkpoint | None,
    start_weights: Weights | None,
) -> TrainResult:
    """Trains the members of an ensemble as one training, with epochs counted on from member to member.

    All members hold out the same validation images, so that the ensemble can be validated on them too.
    Where the training is stopped early, the members that are done (or the first, as far as it came) take the
    places of those that are missing. `train_network` trains one; the rest is as of `pipeline.training.trainer.train`.
    """
    finished, state = _unpack(resume_from) if resume_from is not None else ([], None)
    progress = _MemberProgress(config, callbacks.on_progress)
    early = False
    while True:
        member = len(finished)
        epochs_before = member * config.epochs
        progress.begin(member)
        store = partial(_store, callbacks.on_checkpoint, tuple(finished), epochs_before)
        result = train_network(
            config.member(member),
            dataset,
            Callbacks(progress, callbacks.should_stop, store),
            state,
            _member_weights(start_weights, member, config.members) if start_weights else None,
            config.seed,
        )
        state = None
        early = early or result.stop_reason == "early"
        if result.stop_reason == "stopped" and finished:
            result.epochs = epochs_before  # those of the unfinished member are not behind the model
        else:
            result.epochs += epochs_before
            finished.append(result.model.get_weights())
        if result.stop_reason in ("stopped", "diverged") or len(finished) == config.members:
            break
    result.history = progress.history
    if early and result.stop_reason == "finished":
        result.stop_reason = "early"
    if result.stop_reason != "diverged":
        result.model = combine(config, finished)
        held_out = dataset.split(config.validation_split, config.seed).validation
        result.validation = _validate(result.model, *(part[held_out] for part in dataset.train))
    return result


def _store(
    on_checkpoint: Callable[[Callable[[], Checkpoint]], None],
    finished: tuple[Weights, ...],
    epochs_before: int,
    collect: Callable[[], Checkpoint],
) -> None:
    on_checkpoint(lambda: _pack(finished, epochs_before, collect()))


def combine(config: TrainConfig, members: Sequence[Weights]) -> Any:
    """The ensemble's `keras.Model` with these weights; where members are missing, the first ones fill their places."""
    model = build(config)
    networks = [layer for layer in model.layers if layer.name.startswith("member_")]
    for number, network in enumerate(networks):
        network.set_weights(members[number % len(members)])
    return model


def _member_weights(weights: Weights, member: int, members: int) -> Weights:
    """One member's part of an ensemble's weights."""
    count = len(weights) // members
    return weights[member * count : (member + 1) * count]


def _validate(model: Any, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Validation:
    """Loss and accuracy by the averaged probabilities of the digits; images are uint8 (n, 28, 28)."""
    if not len(images):
        return Validation()
    probabilities = model.predict(images[..., None].astype(np.float32) / 255, batch_size=500, verbose=0)
    evaluation = evaluate(among_digits(probabilities), labels)
    return Validation(evaluation.loss, evaluation.accuracy)


def _pack(finished: tuple[Weights, ...], epochs_before: int, state: Checkpoint) -> Checkpoint:
    """The state of the member in training, with the weights of those that are done."""
    packed = {f"member {name}": value for name, value in state.items()}
    packed["epochs"] = state["epochs"] + epochs_before
    packed["finished"] = np.array(len(finished))
    for number, weights in enumerate(finished):
        packed |= {f"finished {number} {index}": value for index, value in enumerate(weights)}
    return packed


def _unpack(packed: Checkpoint) -> tuple[list[Weights], Checkpoint]:
    """The weights of the members that are done, and the state of the one that was in training."""
    state = {
        name.removeprefix("member "): value for name, value in packed.items() if name.startswith("member ")
    }
    finished = []
    for number in range(int(packed["finished"])):
        count = sum(name.startswith(f"finished {number} ") for name in packed)
        finished.append([packed[f"finished {number} {index}"] for index in range(count)])
    return finished, state
