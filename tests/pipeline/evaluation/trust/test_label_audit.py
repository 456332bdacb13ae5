"""Labels that may be wrong: the rule by hand, planted errors, the commands."""

import csv
from pathlib import Path

import numpy as np
import pytest

from models.errors import InputError
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.data.label_decisions import Decision, correct, from_csv
from pipeline.data.user_datasets import list_saved
from pipeline.evaluation.trust.label_audit import (
    FOLDS,
    audit_labels,
    find_candidates,
    known_audit,
    out_of_fold,
)
from tests.conftest import Digitlab


@pytest.fixture
def wrong_labels(tmp_path: Path, few_digits: Path) -> tuple[Path, dict[int, int]]:
    """400 test digits of which 20 have another label: the file, and their true labels by index."""
    random = np.random.default_rng(1)
    with np.load(few_digits) as digits:
        images, labels = digits["x_test"][:400], digits["y_test"][:400].copy()
        train = {"x_train": digits["x_train"][:100], "y_train": digits["y_train"][:100]}
    chosen = random.choice(400, 20, replace=False)
    truth = {int(index): int(labels[index]) for index in chosen}
    labels[chosen] = (labels[chosen] + random.integers(1, 10, 20)) % 10
    path = tmp_path / "planted.npz"
    np.savez(path, x_test=images, y_test=labels, **train)
    return path, truth


def test_candidates_are_the_off_diagonal_of_the_confident_joint() -> None:
    probabilities = np.zeros((6, 10))
    probabilities[:, :3] = [
        [0.9, 0.1, 0.0],
        [0.5, 0.4, 0.1],
        [0.1, 0.8, 0.1],  # labeled 0: 0.8 >= the mean of 1, which is 0.65
        [0.3, 0.7, 0.0],
        [0.4, 0.6, 0.0],  # labeled 1: 0.4 is below the mean of 0, which is 0.5
        [0.6, 0.3, 0.1],  # labeled 2: 0 and 2 are confident, 0 the likelier
    ]
    labels = np.array([0, 0, 0, 1, 1, 2], np.uint8)
    told = [
        (one.index, one.given, one.suggested, one.quality) for one in find_candidates(probabilities, labels)
    ]
    assert told == [(2, 0, 1, 0.1), (5, 2, 0, 0.1)]
    assert find_candidates(np.eye(10)[labels], labels) == []


def test_no_image_is_judged_by_a_classifier_that_saw_its_label() -> None:
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(3, dtype=np.uint8), 40)
    features = (random.normal(size=(120, 8)) + 4 * labels[:, None]).astype(np.float32)
    before = out_of_fold(features, labels)
    np.testing.assert_allclose(before.sum(1), 1)
    assert not before[:, 3:].any()
    changed = labels.copy()
    changed[7] = 2
    # folds are drawn digit by digit, so that only those of the two digits change
    assert out_of_fold(features, changed)[7].argmax() == 0
    told: list[float] = []
    out_of_fold(features, labels, told.append)
    assert len(told) == FOLDS


def test_planted_errors_are_listed_and_corrected(
    tiny_model: Path, digitlab: Digitlab, wrong_labels: tuple[Path, dict[int, int]], tmp_path: Path
) -> None:
    file, truth = wrong_labels
    out = tmp_path / "decisions.csv"
    listed = digitlab("data", "audit", file, "--model", "tiny", "--json", "--out", out)
    assert listed.code == 0, listed.err
    found = {row["index"]: row for row in listed.json_lines()}
    assert len(truth.keys() & found.keys()) >= 17
    assert len(found) <= 80, "of 400"
    assert {row["part"] for row in found.values()} == {"test"}
    qualities = [row["quality"] for row in listed.json_lines()]
    assert qualities == sorted(qualities)
    with out.open() as table:
        rows = list(csv.DictReader(table))
    assert [(int(row["index"]), int(row["after"])) for row in rows] == [
        (index, row["suggested"]) for index, row in found.items()
    ]

    right = [row for row in rows if truth.get(int(row["index"])) == int(row["after"])]
    first = next(row for row in rows if row not in right)
    with out.open("w") as table:
        writer = csv.DictWriter(table, ["part", "index", "before", "after"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows([*right, {**first, "after": "drop"}])
    made = digitlab("data", "fix", file, out, "--name", "corrected", "--owner", "Ann", "--json")
    assert made.code == 0, made.err
    (stored,) = list_saved()
    assert (stored.name, stored.owner, stored.source) == ("corrected", "Ann", "planted.npz")
    assert made.json_lines()[0]["changes"] == [
        f"{len(right)} labels of planted.npz are changed, 1 of its images dropped."
    ]
    before, after = load_dataset(file), load_dataset(stored.path)
    kept = np.delete(np.arange(400), int(first["index"]))
    np.testing.assert_array_equal(after.test[0], before.test[0][kept])
    wanted = before.test[1].copy()
    for row in right:
        wanted[int(row["index"])] = truth[int(row["index"])]
    np.testing.assert_array_equal(after.test[1], wanted[kept])
    np.testing.assert_array_equal(after.train[1], before.train[1])
    record = from_csv(stored.path.with_name("corrections.csv").read_text())
    assert correct(before, record, "twice", "Ann") == stored, (
        "the record of what was changed makes the same data set"
    )

    wrong = tmp_path / "wrong.csv"
    wrong.write_text(f"part,index,before,after\ntest,0,{(wanted[0] + 1) % 10},4\n")
    told = digitlab("data", "fix", file, wrong, "--name", "new")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert f"test image 0 is labeled {before.test[1][0]}, not" in told.err


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("part,index,before\ntest,1,2\n", "columns part, index, before and after, but after is missing"),
        ("part,index,before,after\ntest,0,7,12\n", "line 2: expected test or train, an index, a label"),
        ("part,index,before,after\ntrain,0,3,4\n", "it has no training image 0"),
        ("part,index,before,after\ntest,1000,3,4\n", "it has no test image 1000, only 1,000"),
        ("part,index,before,after\ntest,0,7,7\n", "expected at least one label to change"),
    ],
)
def test_decisions_that_make_no_sense_are_one_sentence(
    home: Path, few_digits: Path, table: str, words: str
) -> None:
    digits = load_dataset(few_digits, test_only=True)
    with pytest.raises(InputError, match=words):
        correct(digits, from_csv(table), "new")
    assert not list_saved()


def test_a_part_is_not_left_empty(home: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "two.npz", x_test=np.zeros((2, 28, 28), np.uint8), y_test=np.arange(2))
    digits = load_dataset(tmp_path / "two.npz", test_only=True)
    both = [Decision(part="test", index=index, before=index, after=None) for index in range(2)]
    with pytest.raises(InputError, match="all test images would be dropped"):
        correct(digits, both, "none")
    assert sum(correct(digits, both[:1], "one").test) == 1


def test_a_digit_with_few_images_is_not_judged(tiny_model: Path, few_digits: Path, tmp_path: Path) -> None:
    with np.load(few_digits) as digits:
        images, labels = digits["x_test"], digits["y_test"]
    chosen = np.concatenate(
        [np.flatnonzero(labels == digit)[:count] for digit, count in ((0, 30), (1, 30), (2, 4))]
    )
    file, model = tmp_path / "few.npz", find_model("tiny")
    np.savez(file, x_test=images[chosen], y_test=np.where(np.arange(64) == 3, 1, labels[chosen]))
    dataset = load_dataset(file, test_only=True)
    found = audit_labels(model, dataset, "test")
    assert (found[0].index, found[0].given, found[0].suggested) == (3, 1, 0)
    assert all(one.given != 2 and one.suggested != 2 for one in found)
    assert known_audit(model, dataset, "test") == found
    with pytest.raises(InputError, match="it has no training images"):
        audit_labels(model, dataset, "train")
    np.savez(file, x_test=images[chosen[-4:]], y_test=labels[chosen[-4:]])
    with pytest.raises(InputError, match="at least two digits need 5 images each"):
        audit_labels(model, load_dataset(file, test_only=True), "test")
