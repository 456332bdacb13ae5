"""A contest: a person and a model read the same hard test digits of MNIST, and neither is told before the end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.ownership import Person
from models.recognizer import Recognizer
from models.store import StoredModel, list_models
from pipeline.data.dataset import MNIST_SHA256, Dataset, load_dataset
from pipeline.data.label_errors import DISPUTES, Dispute
from pipeline.evaluation.learning.progress import ContestRecord, LessonProgress, change_progress

LENGTH = 20
"""Digits of a contest."""

MOST_SEED = 9999
"""Contests are numbered from 1 to this."""

_HARD = 300
"""Test digits that are hard enough, the disputed ones not counted."""

_FEWEST_WRONG, _MOST_WRONG = 7, 13
"""How many of the twenty the model misreads: drawn anew for each contest, so that its score can't be known before."""


@dataclass(frozen=True)
class Contest:
    """The digits of one contest.

    Attributes:
        seed: its number.
        index: int64 (20,), their places in MNIST's test set.
        images: uint8 (20, 28, 28).
        labels: uint8 (20,), as MNIST gives them.
        answers: int64 (20,), the model's.
    """

    seed: int
    index: NDArray[np.int64]
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    answers: NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """How a contest ended.

    Attributes:
        person: digits that the person read as they are labeled.
        model: digits that the model did.
        count: digits of the contest.
        differing: places in the contest where the two answers differ.
        disputes: by place in the contest, the votes on labels that people dispute.
        by_votes: the two scores by the majority of those votes, and of how many digits: where most people saw no
            digit, it is not counted. As above where no label is disputed.
    """

    person: int
    model: int
    count: int
    differing: tuple[int, ...]
    disputes: dict[int, Dispute]
    by_votes: tuple[int, int, int]

    @property
    def verdict(self) -> str:
        """Who won, in a few words."""
        if self.person == self.model:
            return "It is a draw"
        return "You win" if self.person > self.model else "The model wins"


def hardest_digits(
    predictions: Sequence[NDArray[np.float32]], labels: NDArray[np.uint8], count: int = _HARD
) -> NDArray[np.int64]:
    """Places of the test digits to whose labels models give the lowest probability on average, and the disputed ones.

    Args:
        predictions: of each model, float32 (n, 10).
        labels: uint8 (n,).
        count: how many of them, the disputed ones not counted.
    """
    of_label = np.mean([rows[np.arange(len(labels)), labels] for rows in predictions], axis=0)
    disputed = [dispute.index for dispute in DISPUTES if dispute.index < len(labels)]
    return np.union1d(np.argsort(of_label, kind="stable")[:count], disputed).astype(np.int64)


def choose_digits(
    seed: int, answers: NDArray[np.int64], labels: NDArray[np.uint8], length: int = LENGTH
) -> NDArray[np.int64]:
    """Chooses digits of which a model misreads some, in an order that tells nothing.

    From 7 to 13 of twenty are misread, or as many as there are.

    Args:
        seed: the same digits each time.
        answers: int64 (n,), the model's answers to hard digits.
        labels: uint8 (n,).
        length: how many to choose; `n` is at least that.

    Returns:
        int64 (length,), places among the hard digits.
    """
    random = np.random.default_rng(seed)
    wrong, right = np.flatnonzero(answers != labels), np.flatnonzero(answers == labels)
    wanted = int(random.integers(_FEWEST_WRONG, _MOST_WRONG + 1))
    misread = min(max(wanted, length - len(right)), len(wrong))
    chosen = [
        random.choice(wrong, misread, replace=False),
        random.choice(right, length - misread, replace=False),
    ]
    return random.permutation(np.concatenate(chosen))


def make_contest(
    seed: int, model: StoredModel, recognizer: Recognizer, dataset: Dataset | None = None
) -> Contest:
    """The contest of that number against a model; the same each time, on every computer with the same models.

    Args:
        seed: 1 to `MOST_SEED`.
        model: any.
        recognizer: of that model.
        dataset: MNIST, where it is loaded already.

    Raises:
        ModelError: there are no shipped models to say which digits are hard.
        InputError: MNIST can't be read.
    """
    images, labels = (dataset or load_dataset()).test
    shipped = [
        other.directory.read_predictions()
        for other in list_models()
        if other.shipped and other.record.dataset.sha256 == MNIST_SHA256
    ]
    if not shipped:
        raise ModelError(
            f"{model.name}: there can't be a contest, since the models that tell which digits are hard are not here."
        )
    hard = hardest_digits(shipped, labels)
    answers = recognizer.probabilities(images[hard]).argmax(1)
    places = choose_digits(seed, answers, labels[hard])
    index = hard[places]
    return Contest(seed, index, images[index], labels[index], answers[places])


def score(contest: Contest, answers: Sequence[int]) -> Scores:
    """Who read how many right; one answer of the person for each digit."""
    person = np.array(answers, np.int64)
    differing = tuple(int(place) for place in np.flatnonzero(person != contest.answers))
    votes = {dispute.index: dispute for dispute in DISPUTES}
    disputes = {place: votes[index] for place, index in enumerate(contest.index.tolist()) if index in votes}
    seen = contest.labels.astype(np.int64)
    for place, dispute in disputes.items():
        seen[place] = dispute.majority
    return Scores(
        person=int((person == contest.labels).sum()),
        model=int((contest.answers == contest.labels).sum()),
        count=len(contest.labels),
        differing=differing,
        disputes=disputes,
        by_votes=(int((person == seen).sum()), int((contest.answers == seen).sum()), int((seen >= 0).sum())),
    )


def keep_answers(who: Person, contest: Contest, model: StoredModel, answers: Sequence[int]) -> LessonProgress:
    """Remembers the answers so far of a person, and the scores once all are there; errors as of `change_progress`."""
    scores = None
    if len(answers) == len(contest.labels):
        ended = score(contest, answers)
        scores = (ended.person, ended.model, ended.count)
    record = ContestRecord(
        seed=contest.seed, model=model.id, model_name=model.name, answers=tuple(answers), scores=scores
    )
    return change_progress(who, lambda progress: progress.with_contest(record))
