import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import (
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
    top_k_accuracy_score,
)

from models.errors import ModelError
from models.run_directory import RunDirectory
from pipeline.data.dataset import load_dataset
from pipeline.data.label_errors import DISPUTES, human_labels
from pipeline.evaluation.metrics import evaluate, wilson_interval


def _answers(labels: list[int], predicted: list[int], confidence: float = 0.91) -> np.ndarray:
    rows = np.full((len(labels), 10), (1 - confidence) / 9, np.float32)
    rows[np.arange(len(labels)), predicted] = confidence
    return rows


def test_figures_follow_their_definitions() -> None:
    labels = [0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    predicted = [0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 4]
    result = evaluate(_answers(labels, predicted), np.array(labels, np.uint8))
    assert result.count == 12
    assert result.error_count == 2
    assert result.accuracy == pytest.approx(10 / 12)
    assert result.confusion[0][:2] == [1, 1]
    assert result.confusion[9][4] == 1
    assert [(pair.true, pair.predicted) for pair in result.confused_pairs] == [(0, 1), (9, 4)]
    assert result.classes[1].precision == pytest.approx(2 / 3)
    assert result.classes[0].recall == 0.5
    assert result.loss == pytest.approx(-(10 * np.log(0.91) + 2 * np.log(0.01)) / 12, rel=1e-4)
    assert result.calibration_error == pytest.approx(abs(0.91 - 10 / 12), abs=1e-6)
    assert sum(part.count for part in result.calibration) == 12


def test_figures_are_those_of_scikit_learn() -> None:
    random, digits = np.random.default_rng(0), np.arange(10)
    labels = random.integers(0, 10, 3000).astype(np.uint8)
    rows = random.dirichlet(np.full(10, 0.2), 3000).astype(np.float32)
    rows[::3] = np.eye(10, dtype=np.float32)[labels[::3]]
    rows[1::30] = 0.1
    result, predicted = evaluate(rows, labels), rows.argmax(1)
    assert result.confusion == confusion_matrix(labels, predicted).tolist()
    clipped = np.clip(rows.astype(np.float64), 1e-12, 1)
    clipped /= clipped.sum(1, keepdims=True)
    assert result.loss == pytest.approx(log_loss(labels, clipped, labels=digits), rel=1e-12)
    assert result.top2_accuracy == top_k_accuracy_score(labels, clipped, k=2, labels=digits)
    shares = [[report.precision, report.recall, report.f1, report.support] for report in result.classes]
    assert np.array(shares) == pytest.approx(
        np.transpose(precision_recall_fscore_support(labels, predicted)), abs=1e-15
    )


def test_what_there_is_nothing_of_has_no_share() -> None:
    labels, predicted = [3, 3, 8, 8], [3, 5, 3, 3]
    result = evaluate(_answers(labels, predicted), np.array(labels, np.uint8))
    shares = {report.digit: [report.precision, report.recall, report.f1] for report in result.classes}
    assert shares[3] == [pytest.approx(1 / 3), 0.5, pytest.approx(0.4)]
    assert shares[8] == [None, 0, 0], "nothing was read as an 8"
    assert shares[5] == shares[0] == [None, None, None], "there is no 5, though one was read"
    one = evaluate(_answers([7], [7]), np.array([7], np.uint8))
    assert (one.accuracy, one.classes[7].precision, one.classes[1].recall) == (1, 1, None)


def test_zeros_that_earlier_files_give_to_absent_digits_are_no_shares(tmp_path: Path) -> None:
    stored = evaluate(_answers([1], [1]), np.array([1], np.uint8)).model_dump()
    for report in stored["classes"]:
        report.update({name: report[name] or 0.0 for name in ("precision", "recall", "f1")})
    (tmp_path / "evaluation.json").write_text(json.dumps(stored))
    classes = RunDirectory(tmp_path).read_evaluation().classes
    assert [report.recall for report in classes[:3]] == [None, 1, None]


def test_the_wilson_interval_is_the_published_one() -> None:
    # 8 of 10: Wilson (1927) gives 0.4902 to 0.9433
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    for right, count in ((0, 10), (10, 10), (1, 1), (9_964, 10_000), (9_999, 10_000)):
        expected = binomtest(right, count).proportion_ci(method="wilson")
        assert wilson_interval(right, count) == pytest.approx((expected.low, expected.high), abs=1e-14)


def test_top2_counts_the_runner_up() -> None:
    rows = np.full((1, 10), 0.01, np.float32)
    rows[0, 3], rows[0, 5] = 0.5, 0.42
    assert evaluate(rows, np.array([5], np.uint8)).top2_accuracy == 1
    assert evaluate(rows, np.array([7], np.uint8)).top2_accuracy == 0


def test_an_evaluation_survives_its_file(tmp_path: Path) -> None:
    result = evaluate(_answers([1, 2, 3], [1, 2, 4]), np.array([1, 2, 3], np.uint8))
    (tmp_path / "evaluation.json").write_text(result.model_dump_json())
    assert RunDirectory(tmp_path).read_evaluation() == result


def test_damaged_files_are_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "evaluation.json").write_text(json.dumps({"accuracy": 1})[:-3])
    with pytest.raises(ModelError, match="missing or damaged"):
        RunDirectory(tmp_path).read_evaluation()
    (tmp_path / "predictions.npz").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ModelError, match="missing or damaged"):
        RunDirectory(tmp_path).read_predictions()


def test_disputed_labels_are_counted_as_most_people_see_them() -> None:
    labels = load_dataset().test[1]
    seen = human_labels(labels)
    assert (seen != labels).sum() == 13
    assert seen[[947, 2462, 6651]].tolist() == [9, 0, 6]
    assert seen[[2130, 8527]].tolist() == [4, 4], "a tie keeps the given label"
    assert (seen < 0).sum() == 3
    assert [dispute.given for dispute in DISPUTES] == labels[[dispute.index for dispute in DISPUTES]].tolist()
    result = evaluate(_answers(labels.tolist(), labels.tolist()), labels, seen)
    assert result.error_count == 0
    assert result.human_error_count == 10
    assert result.human_accuracy == pytest.approx(1 - 10 / 9997)
    assert evaluate(_answers([1, 2], [1, 2]), np.array([1, 2], np.uint8)).human_accuracy is None
