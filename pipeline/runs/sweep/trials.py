"""How far the trials of a sweep are, read from their run directories alone, and which configurations are still in.

Successive halving (Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization",
AISTATS 2016), with the rungs and the factor of ASHA (Li et al., "A System for Massively Parallel Hyperparameter
Tuning", MLSys 2020). ASHA itself lets a configuration go on as soon as it is among the best so far, which depends on
which trial ends first. Here a round is complete before it is decided, so the same spec gives the same trials anywhere.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from models.errors import ModelError
from models.records import RunRecord, State
from models.run_directory import RunDirectory
from models.train_config import TrainConfig
from pipeline.runs.progress import history
from pipeline.runs.sweep.configurations import pauses
from pipeline.runs.sweep.directory import Sweep, Trial

TrialState = Literal[State, "waiting", "paused"]
"""Of a trial: as of its run; waiting while it has none; paused where it may go on in the next round."""


@dataclass(frozen=True)
class Score:
    """Share of right answers on the validation images, and mean cross-entropy in nats."""

    accuracy: float
    loss: float


@dataclass(frozen=True)
class TrialStanding:
    """How far a trial is.

    Attributes:
        trial: which one.
        run: its run directory.
        config: what it is trained with.
        state: what it is doing.
        record: what run.json says; None while there is none.
    """

    trial: Trial
    run: RunDirectory
    config: TrainConfig
    state: TrialState
    record: RunRecord | None = None

    def settled(self, pause: int) -> bool:
        """Whether nothing is left to do for it in the round that ends after `pause` whole epochs (0: all)."""
        if self.state in ("finished", "failed", "stopped"):
            return True
        if self.record is None or not pause:
            return False
        return self._beyond(pause) or (self.state == "paused" and self.record.pause_after == pause)

    def _beyond(self, pause: int) -> bool:
        """Whether it went on after that round."""
        record = self.record
        if record is None or not pause or record.epochs_done < pause:
            return False
        return not record.pause_after or record.pause_after > pause

    def score(self, pause: int) -> Score | None:
        """What it is worth after `pause` whole epochs, or at its end (0); None where that isn't known.

        One that failed in that round, or that a person stopped, has none.
        """
        if not self.settled(pause) or (self.state in ("failed", "stopped") and not self._beyond(pause)):
            return None
        if pause:
            lines = [line for line in history(self.run) if line.epoch <= pause]
            accuracy, loss = (lines[-1].val_accuracy, lines[-1].val_loss) if lines else (None, None)
        else:
            results = self.record.results if self.record else None
            accuracy, loss = (results.val_accuracy, results.val_loss) if results else (None, None)
        return None if accuracy is None or loss is None else Score(accuracy, loss)


@dataclass(frozen=True)
class Round:
    """A part of a sweep in which each configuration that is still in comes as far as the others.

    Attributes:
        pause: whole epochs after which it ends; 0 where they are trained to their end.
        configurations: the places of those that are in, best first by the round before.
        trials: theirs.
    """

    pause: int
    configurations: tuple[int, ...]
    trials: tuple[TrialStanding, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return all(trial.settled(self.pause) for trial in self.trials)


def read_trials(sweep: Sweep) -> list[TrialStanding]:
    """All trials of a sweep as they stand now."""
    return [read_trial(sweep, trial) for trial in sweep.record.trials]


def read_trial(sweep: Sweep, trial: Trial) -> TrialStanding:
    """One of them. A run that was deleted or damaged is as if it had never begun."""
    run, config = sweep.run(trial), sweep.record.config(trial)
    try:
        record = run.read()
        state: TrialState = run.state(record)
    except ModelError:
        return TrialStanding(trial, run, config, "waiting")
    if state == "stopped" and 0 < record.pause_after <= record.epochs_done:
        state = "paused"
    return TrialStanding(trial, run, config, state, record)


def decide_rounds(sweep: Sweep, trials: Sequence[TrialStanding]) -> list[Round]:
    """The rounds up to the one that is under way; the last one of all once everything is decided."""
    spec = sweep.record.spec
    candidates: Sequence[int] = range(len(sweep.record.configurations))
    rounds: list[Round] = []
    for pause in pauses(spec):
        if pause and len(candidates) == 1:
            continue  # nothing to choose from
        inside = tuple(trial for trial in trials if trial.trial.configuration in candidates)
        rounds.append(Round(pause, tuple(candidates), inside))
        if not pause or not rounds[-1].complete:
            break
        keep = math.ceil(len(candidates) / spec.halving.factor) if spec.halving else len(candidates)
        candidates = rank(candidates, scores_of(inside, pause))[:keep]
    return rounds


def scores_of(trials: Sequence[TrialStanding], pause: int) -> dict[int, list[Score | None]]:
    """The scores of each configuration's trials, by its place."""
    scores: dict[int, list[Score | None]] = {}
    for trial in trials:
        scores.setdefault(trial.trial.configuration, []).append(trial.score(pause))
    return scores


def rank(configurations: Sequence[int], scores: Mapping[int, Sequence[Score | None]]) -> list[int]:
    """Best first: by the mean validation accuracy over the seeds, of equals by the mean loss, then by their place.

    A configuration of which a trial has no score, because it failed, comes behind all others.
    """

    def key(place: int) -> tuple[bool, float, float, int]:
        known = [score for score in scores[place] if score is not None]
        if len(known) < len(scores[place]):
            return True, 0.0, 0.0, place
        return (
            False,
            -math.fsum(score.accuracy for score in known) / len(known),
            math.fsum(score.loss for score in known) / len(known),
            place,
        )

    return sorted(configurations, key=key)
