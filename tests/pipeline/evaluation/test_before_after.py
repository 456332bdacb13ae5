"""Before and after: what is counted, how sure one can be, and when a fine-tuned model helps."""

import numpy as np
import pytest
from scipy.stats import binomtest

from models.records import ModelResults
from pipeline.evaluation.before_after import AdaptationReport, Change, change, wrong_answers, wrong_digits

SOME = Change(count=2000, errors=9, fixed=1, broken=1)
RESULTS = ModelResults(test_accuracy=0.9, test_interval=(0.8, 0.95), test_errors=1, test_count=10)


def report(own: Change, validation: Change = SOME) -> AdaptationReport:
    return AdaptationReport(own=own, validation=validation, test=SOME, world=SOME, share=1, results=RESULTS)


def test_each_image_is_counted_on_one_side() -> None:
    wrong = np.array([True, True, True, False, False, False])
    after = np.array([False, False, True, True, False, False])
    counted = change(wrong, after)
    assert counted == Change(count=6, errors=3, fixed=2, broken=1)
    assert counted.errors_after == after.sum() == 2
    assert counted.accuracy == pytest.approx((0.5, 4 / 6))


@pytest.mark.parametrize(("fixed", "broken"), [(0, 0), (1, 0), (8, 1), (3, 3), (2, 11)])
def test_the_p_value_is_that_of_the_exact_test(fixed: int, broken: int) -> None:
    counted = Change(count=100, errors=20, fixed=fixed, broken=broken)
    expected = binomtest(fixed, fixed + broken).pvalue if fixed + broken else 1.0
    assert counted.p == pytest.approx(expected)


def test_the_intervals_are_wilsons() -> None:
    before, after = Change(count=40, errors=20, fixed=15, broken=0).intervals()
    for interval, right in ((before, 20), (after, 35)):
        expected = binomtest(right, 40).proportion_ci(method="wilson")
        assert interval == pytest.approx((expected.low, expected.high))


def test_it_helps_where_own_digits_gain_and_nothing_is_forgotten() -> None:
    helped = report(Change(count=12, errors=10, fixed=8, broken=0))
    assert helped.helps
    assert helped.verdict() == "It helps: 10 of your 12 held-out digits are right, 2 before."
    assert "may be luck (p = 0.25)" in report(Change(count=12, errors=10, fixed=3, broken=0)).verdict()


def test_it_does_not_help_where_nothing_is_gained() -> None:
    assert not report(Change(count=12, errors=10, fixed=2, broken=2)).helps
    assert "doesn't help: 2 of your 12" in report(Change(count=12, errors=10, fixed=2, broken=2)).verdict()
    assert "Nothing to gain" in report(Change(count=12, errors=0, fixed=0, broken=0)).verdict()


def test_one_image_in_2000_may_be_lost_and_no_more() -> None:
    gain = Change(count=12, errors=10, fixed=8, broken=0)
    assert report(gain, Change(count=2000, errors=9, fixed=1, broken=2)).helps
    forgetful = report(gain, Change(count=2000, errors=9, fixed=1, broken=3))
    assert not forgetful.helps
    assert "2 more wrong of 2,000 validation images" in forgetful.verdict()


def test_what_is_refused_counts_as_not_a_digit() -> None:
    scores = np.zeros((4, 11), np.float32)
    scores[0, [3, 10]] = 0.9, 0.1  # surely a 3
    scores[1, [3, 10]] = 0.6, 0.4  # refused: its digit score is below 0.7
    scores[2, [5, 10]] = 0.1, 0.9
    scores[3, [5, 10]] = 0.8, 0.2
    labels = np.array([3, 3, 10, 10], np.uint8)
    assert wrong_answers(scores, labels).tolist() == [False, True, False, True]
    assert wrong_digits(scores, labels).tolist() == [False, False, True, True]
    assert wrong_answers(scores[:, :10], labels).tolist() == [False, False, True, True]
