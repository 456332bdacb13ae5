"""Evaluate's section "Which model is better": a verdict with its reasons, the images behind it, seeds."""

from pathlib import Path

import numpy as np
import pytest

from models.store import find_model
from pipeline.data.dataset import load_dataset
from tests.dashboard.conftest import open_page, text_of
from tests.dashboard.test_addresses import open_address
from tests.pipeline.evaluation.trust.seeds import add_seed


def test_a_model_is_compared_with_the_best_other_one(home: Path) -> None:
    app = open_address("evaluate", model="cnn-fast")
    assert app.multiselect(key="rivals").value == ["cnn-deep"]
    words = text_of(app)
    assert "**cnn-deep is better.** Only cnn-deep is right on 64 images, only cnn-fast on 19." in words
    assert "+0.28 to" not in words
    assert "95 % interval -0.64 to -0.28" in words
    assert "a lead of 19 or more (0.19 points) is told from noise" in words
    assert "of the 2 epochs been picked by test score" in words
    kinds = app.button_group(key="differing_kind")
    assert [str(option).partition(" · ")[2] for option in kinds.options] == ["19", "64", "5"]
    kinds.set_value("both_wrong").run()
    assert not app.exception
    assert app.query_params == {"model": "cnn-fast", "differ": "both_wrong"}
