"""How sure: the slider's promise, and a chosen risk on Recognize and Read."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta

from dashboard import state
from models.store import find_model
from pipeline.data.dataset import load_dataset
from tests.dashboard.conftest import open_page, text_of
from tests.dashboard.test_read_page import boxes_of, open_read, png
from tests.pipeline.reading.test_reader import page_of

SEVEN: dict[str, Any] = {"_drawing": [{"width": 20, "points": [(90, 70), (220, 70), (150, 250)]}]}


def test_the_slider_promises_what_can_be_counted(home: Path) -> None:
    app = open_page("evaluate", model=find_model("dense").id, evaluate_section="sure")
    assert not app.exception, app.exception
    app.select_slider(key="evaluated_risk").set_value(2000).run()
    assert app.query_params["risk"] == "2000"
    promise, counted = (
        app.success[0].value,
        next(c.value for c in app.caption if c.value.startswith("Counted")),
    )
    share = float(re.findall(r"answers ([\d.]+) % of test digits", promise)[0])
    assert "at most 1 in 2,000 wrong with 95 % confidence; the rest are left to you" in promise
    numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d(?=[ .]|$)", counted)]
    wrong, answered = numbers[:2]
    probabilities = find_model("dense").directory.read_predictions().astype(float)
    missed = probabilities.argmax(1) != load_dataset().test[1]
    others = np.sort(probabilities, 1)[:, :9].sum(1)
    surest = np.argsort(others, kind="stable")[:answered]
    assert wrong == missed[surest].sum()
    assert share == pytest.approx(answered / 100, abs=0.05)
    assert beta.ppf(0.95, wrong + 1, answered - wrong) <= 1 / 2000
    held = next(table.value for table in app.dataframe if "held" in table.value)
    assert held["held"].tolist() == pytest.approx(held["promised"].tolist(), abs=3)


def test_what_too_few_digits_cannot_show_is_not_promised(tiny_model: Path, no_shipped_models: Path) -> None:
    app = open_page("evaluate", evaluated_risk=2000, evaluate_section="sure")
    assert not app.exception, app.exception
    assert "that takes at least 5,990 test digits, and there are 1,000" in app.warning[0].value


def test_an_answer_counts_unless_a_risk_is_chosen_that_it_does_not_meet(
    tiny_model: Path, no_shipped_models: Path
) -> None:
    app = open_page(**SEVEN)
    assert "Too doubtful to count" not in text_of(app)
    app.radio(key=state.CAUTION).set_value("strict").run()
    assert not app.exception, app.exception
    assert app.query_params["risk"] == "strict"
    words = text_of(app)
    assert "Too doubtful to count" in words, "1,000 test digits can't show 1 in 2,000"
    assert "No answer counts." in words


def test_a_clear_answer_counts_at_a_risk(home: Path) -> None:
    app = open_page(caution="relaxed", model="cnn-deep", **SEVEN)
    assert not app.exception, app.exception
    words = text_of(app)
    assert "answers all test digits, at most 1 in 100 wrong" in words
    assert "Too doubtful to count" not in words


def test_a_page_is_marked_by_the_risk_and_its_checked_digits_are_counted(home: Path) -> None:
    app = open_read(("page.png", png(page_of(("3141", "592")))), model="cnn-deep", caution="strict")
    assert not app.exception, app.exception
    words = text_of(app)
    assert "less than 99.95 % confidence, by the model's own estimate" in words
    assert "You have checked 0 digits and signs" in words
    app.button(key="read_confirm_page").click().run()
    assert not app.exception, app.exception
    assert "You have checked 7 digits and signs" in text_of(app)
    assert not any(box["doubtful"] for box in boxes_of(app)["boxes"])
    app.button(key="read_confirm_page").click().run()
    assert "You have checked 0 digits and signs" in text_of(app)
