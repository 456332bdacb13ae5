"""A contest is the same for everybody, tells nothing before its end, and is counted as one would by hand."""

from pathlib import Path

import numpy as np
import pytest

from models.ownership import Person
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.data.label_errors import DISPUTES
from pipeline.evaluation.learning.contest import (
    Contest,
    choose_digits,
    hardest_digits,
    keep_answers,
    make_contest,
    score,
)
from pipeline.evaluation.learning.progress import read_progress


def test_the_hardest_digits_are_those_whose_label_is_given_least_probability_and_the_disputed_ones() -> None:
    labels = np.array([0, 1, 2, 3], np.uint8)
    first, second = (np.zeros((4, 10), np.float32) for _ in range(2))
    first[range(4), labels] = (0.9, 0.2, 0.8, 0.6)
    second[range(4), labels] = (0.9, 0.7, 0.3, 0.7)  # on average 0.9, 0.45, 0.55, 0.65
    assert hardest_digits([first, second], labels, 2).tolist() == [1, 2]
    many = np.full((10_000, 10), 0.1, np.float32)
    many[:, 0] = 0.2
    hard = hardest_digits([many], np.zeros(10_000, np.uint8), 1)
    assert {dispute.index for dispute in DISPUTES} == set(hard.tolist()) - {0}


def test_a_choice_is_seeded_and_has_as_many_misread_digits_as_nobody_can_know() -> None:
    labels = np.zeros(100, np.uint8)
    answers = np.where(np.arange(100) < 40, 1, 0)  # the first forty are misread
    wrong = set()
    for seed in range(1, 60):
        chosen = choose_digits(seed, answers, labels)
        assert len(set(chosen.tolist())) == 20
        assert (chosen == choose_digits(seed, answers, labels)).all()
        wrong.add(int((chosen < 40).sum()))
    assert wrong == set(range(7, 14))
    orders = {tuple(answers[choose_digits(seed, answers, labels)][:3]) for seed in range(1, 60)}
    assert len(orders) == 8, "misread ones stand anywhere"


@pytest.mark.parametrize(("misread", "expected"), [(0, {0}), (3, {3}), (95, {15, 16}), (100, {20})])
def test_a_model_that_misreads_few_or_most_still_plays(misread: int, expected: set[int]) -> None:
    answers = np.where(np.arange(100) < misread, 1, 0)
    found = {
        int((choose_digits(seed, answers, np.zeros(100, np.uint8)) < misread).sum()) for seed in range(1, 9)
    }
    assert found <= expected


def a_contest(index: list[int], labels: list[int], answers: list[int]) -> Contest:
    images = np.zeros((len(index), 28, 28), np.uint8)
    return Contest(1, np.array(index), images, np.array(labels, np.uint8), np.array(answers))


def test_scores_are_what_one_counts_by_hand() -> None:
    contest = a_contest([0, 1, 2, 3], [7, 2, 1, 0], [7, 3, 1, 6])
    scores = score(contest, [7, 2, 4, 6])
    assert (scores.person, scores.model, scores.count) == (2, 2, 4)
    assert scores.verdict == "It is a draw"
    assert scores.differing == (1, 2)
    assert (scores.disputes, scores.by_votes) == ({}, (2, 2, 4))
    assert score(contest, [7, 2, 1, 6]).verdict == "You win"
    assert score(contest, [0, 0, 0, 6]).verdict == "The model wins"


def test_disputed_labels_are_counted_by_votes_as_well() -> None:
    """947 is labeled 8 and a 9 to all five people; 2654 is labeled 6, and most people see no digit."""
    scores = score(a_contest([947, 2654, 0], [8, 6, 7], [9, 6, 7]), [8, 1, 7])
    assert (scores.person, scores.model) == (2, 2)
    assert sorted(scores.disputes) == [0, 1]
    assert scores.by_votes == (1, 2, 2)


def test_a_contest_against_a_model_is_made_of_hard_digits_and_its_end_is_remembered(home: Path) -> None:
    model = find_model("shipped:cnn-fast")
    recognizer = Recognizer(model.directory.litert_file)
    contest = make_contest(7, model, recognizer)
    assert (contest.index == make_contest(7, model, recognizer).index).all()
    assert contest.index.tolist() != make_contest(8, model, recognizer).index.tolist()
    stored = model.directory.read_predictions()[contest.index].argmax(1)
    assert (stored == contest.answers).all()
    assert 7 <= int((contest.answers != contest.labels).sum()) <= 13
    ann = Person("Ann")
    keep_answers(ann, contest, model, contest.labels[:3].tolist())
    assert read_progress(ann).last_contest() is None
    keep_answers(ann, contest, model, contest.labels.tolist())
    record = read_progress(ann).last_contest()
    assert record is not None
    assert record.scores == (20, int((contest.answers == contest.labels).sum()), 20)
    assert not read_progress(Person("Bob")).contests
