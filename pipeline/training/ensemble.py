"""Ensembles: several networks whose probabilities are averaged (Hansen and Salamon, "Neural Network Ensembles",
1990), trained one after the other or put together from models that are there already.
"""

from collections.abc import Callable
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
from pipeline.training.callbacks import Result, Watch
from pipeline.training.train_step import Checkpoint

Weights = list[NDArray[np.float32]]


class _Telling:
    """Counts epochs, images and seconds on from member to member and passes the progress on."""

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
        self._last = told = progress.model_copy(
            update={
                "epoch": progress.epoch + self._member * self._epochs,
                "images": progress.images + self._images,
                "seconds": progress.seconds + self._seconds,
                "member": self._member + 1,
            }
        )
        if told.epoch_end:
            self.history.append(told)
        self._on_progress(told)


def train_members(
    train_network: Callable[..., Result],
    config: TrainConfig,
    dataset: Dataset,
    watch: Watch,
    resume_from: Checkpoint | None,
    start_weights: Weights | None,
) -> Result:
    """Trains the members of an ensemble as one training, with epochs counted on from member to member.

    All members keep the same validation images aside, so that the ensemble can be judged by them too.
    Where the training is stopped early, the members that are done (or the first, as far as it came) take the
    places of those that are missing. `train_network` trains one; the rest is as of `pipeline.training.trainer.train`.
    """
    finished, state = _unpack(resume_from) if resume_from is not None else ([], None)
    tell = _Telling(config, watch.on_progress)
    early = False
    while True:
        number = len(finished)
        before = number * config.epochs
        tell.begin(number)
        store = partial(_store, watch.on_checkpoint, tuple(finished), before)
        result = train_network(
            config.member(number),
            dataset,
            Watch(tell, watch.should_stop, store),
            state,
            _share(start_weights, number, config.members) if start_weights else None,
            split_seed=config.seed,
        )
        state = None
        early = early or result.why == "early"
        if result.why == "stopped" and finished:
            result.epochs = before  # those of the unfinished member are not behind the model
        else:
            result.epochs += before
            finished.append(result.model.get_weights())
        if result.why in ("stopped", "diverged") or len(finished) == config.members:
            break
    result.history = tell.history
    if early and result.why == "finished":
        result.why = "early"
    if result.why != "diverged":
        result.model = combine(config, finished)
        held_out = dataset.split(config.validation_split, config.seed).validation
        result.validation = _judge(result.model, *(part[held_out] for part in dataset.train))
    return result


def _store(
    on_checkpoint: Callable[[Callable[[], Checkpoint]], None],
    finished: tuple[Weights, ...],
    epochs_before: int,
    collect: Callable[[], Checkpoint],
) -> None:
    on_checkpoint(lambda: _pack(finished, epochs_before, collect()))


def combine(config: TrainConfig, members: list[Weights]) -> Any:
    """The ensemble's `keras.Model` with these weights; where members are missing, the first ones fill their places."""
    model = build(config)
    parts = [layer for layer in model.layers if layer.name.startswith("member_")]
    for number, part in enumerate(parts):
        part.set_weights(members[number % len(members)])
    return model


def _share(weights: Weights, number: int, members: int) -> Weights:
    size = len(weights) // members
    return weights[number * size : (number + 1) * size]


def _judge(
    model: Any, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> tuple[float | None, float | None]:
    """Loss and accuracy by the averaged probabilities of the digits; (None, None) without images."""
    if not len(images):
        return None, None
    answers = model.predict(images[..., None].astype(np.float32) / 255, batch_size=500, verbose=0)
    judged = evaluate(among_digits(answers), labels)
    return judged.loss, judged.accuracy


def _pack(finished: tuple[Weights, ...], epochs_before: int, state: Checkpoint) -> Checkpoint:
    """The state of the member that learns, with the weights of those that are done."""
    packed = {f"member {name}": value for name, value in state.items()}
    packed["epochs"] = state["epochs"] + epochs_before
    packed["finished"] = np.array(len(finished))
    for number, weights in enumerate(finished):
        packed |= {f"finished {number} {index}": value for index, value in enumerate(weights)}
    return packed


def _unpack(packed: Checkpoint) -> tuple[list[Weights], Checkpoint]:
    """The members that are done, and the state of the one that learned."""
    state = {
        name.removeprefix("member "): value for name, value in packed.items() if name.startswith("member ")
    }
    finished = []
    for number in range(int(packed["finished"])):
        count = sum(name.startswith(f"finished {number} ") for name in packed)
        finished.append([packed[f"finished {number} {index}"] for index in range(count)])
    return finished, state
