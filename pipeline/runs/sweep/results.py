"""What has come of a sweep so far: the standing of its configurations, by validation images alone.

Test images choose nothing here. The test accuracy of the best is told beside it, because only what had no part in the
choice says what the best is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import Any, Literal

from models.train_config import TrainConfig
from pipeline.evaluation.trust.best import Lead, lead_of_best
from pipeline.evaluation.trust.seeds import Spread, spread
from pipeline.runs.sweep.configurations import varied
from pipeline.runs.sweep.directory import Sweep
from pipeline.runs.sweep.trials import (
    Round,
    Score,
    TrialStanding,
    decide_rounds,
    rank,
    read_trials,
    scores_of,
)

SweepState = Literal["running", "interrupted", "finished"]


@dataclass(frozen=True)
class Candidate:
    """A configuration and its trials.

    Attributes:
        place: among the sweep's configurations, from 0.
        config: with the first seed.
        settings: the hyperparameters that the sweep varies; None for a size that its architecture doesn't have.
        trials: one a seed.
        scores: of those trials that have one, by seed.
        given_up_after: whole epochs after which others went on in its place; 0 where it was not given up.
    """

    place: int
    config: TrainConfig
    settings: dict[str, Any]
    trials: tuple[TrialStanding, ...]
    scores: tuple[Score, ...]
    given_up_after: int

    @property
    def accuracies(self) -> list[float]:
        """Validation accuracies, one a seed."""
        return [score.accuracy for score in self.scores]

    @property
    def mean(self) -> float | None:
        """Of the validation accuracies, where every trial has one."""
        return fmean(self.accuracies) if len(self.scores) == len(self.trials) else None

    @property
    def over_seeds(self) -> Spread | None:
        """How the seeds lie, where there are several and every trial has a score."""
        return spread(self.accuracies) if self.mean is not None and len(self.scores) > 1 else None

    @property
    def test_accuracy(self) -> float | None:
        """Mean test accuracy of its models, where every trial has one."""
        results = [trial.record.results if trial.record else None for trial in self.trials]
        known = [result.test_accuracy for result in results if result]
        return fmean(known) if len(known) == len(self.trials) else None

    @property
    def seconds(self) -> float | None:
        """Mean training time of a trial, where every trial has ended."""
        known = [trial.record.seconds for trial in self.trials if trial.record and trial.record.seconds]
        return fmean(known) if len(known) == len(self.trials) else None


@dataclass(frozen=True)
class Standing:
    """A sweep as it stands.

    Attributes:
        sweep: which one.
        state: "interrupted" where something is left to do and nobody does it.
        rounds: up to the one that is under way.
        trials: all of them.
        varied: the hyperparameters in which configurations differ.
        candidates: best first: those that are still in, then those that were given up, then those without a mean.
    """

    sweep: Sweep
    state: SweepState
    rounds: tuple[Round, ...]
    trials: tuple[TrialStanding, ...]
    varied: tuple[str, ...]
    candidates: tuple[Candidate, ...]

    @property
    def last_round(self) -> bool:
        """Whether nothing is given up any more."""
        return not self.rounds[-1].pause

    @property
    def settled(self) -> int:
        """Trials of the round under way with which nothing is left to do in it."""
        current = self.rounds[-1]
        return sum(trial.settled(current.pause) for trial in current.trials)

    @property
    def ended(self) -> list[Candidate]:
        """Configurations that were trained to their end with every seed, best first."""
        return [
            candidate
            for candidate in self.candidates
            if candidate.mean is not None and not candidate.given_up_after and self.last_round
        ]

    @property
    def best(self) -> Candidate | None:
        """The configuration with the highest mean validation accuracy of those that have ended."""
        return next(iter(self.ended), None)

    @cached_property
    def leads(self) -> dict[int, Lead]:
        """The best against each of the others that have ended, by their places; {} with a single seed or no others."""
        ended = self.ended
        if len(ended) < 2 or ended[0].over_seeds is None:
            return {}
        leads = lead_of_best([candidate.accuracies for candidate in ended])
        return {ended[lead.over].place: lead for lead in leads}


def read_standing(sweep: Sweep) -> Standing:
    """How a sweep stands now."""
    lives = sweep.driver_lives()
    trials = read_trials(sweep)
    rounds = decide_rounds(sweep, trials)
    done = not rounds[-1].pause and rounds[-1].complete
    names = varied(sweep.record.spec, sweep.record.configurations)
    candidates = _candidates(sweep, trials, rounds, names)
    return Standing(
        sweep,
        "finished" if done else "running" if lives else "interrupted",
        tuple(rounds),
        tuple(trials),
        tuple(names),
        tuple(candidates),
    )


def _candidates(
    sweep: Sweep, trials: Sequence[TrialStanding], rounds: Sequence[Round], names: Sequence[str]
) -> list[Candidate]:
    ranked: list[Candidate] = []
    for current, following in reversed(list(zip(rounds, [*rounds[1:], None], strict=True))):
        inside = set(current.configurations) - set(following.configurations if following else ())
        scores = scores_of(current.trials, current.pause)
        for place in rank(sorted(inside), scores):
            config = sweep.record.configurations[place]
            values = config.flat()
            ranked.append(
                Candidate(
                    place,
                    config,
                    {name: values.get(name) for name in names},
                    tuple(trial for trial in trials if trial.trial.configuration == place),
                    tuple(score for score in scores[place] if score is not None),
                    current.pause if following else 0,
                )
            )
    return ranked
