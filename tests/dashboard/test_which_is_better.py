"""Evaluate's section "Which model is better": a verdict with its reasons, the images behind it, seeds."""

import io
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

from pipeline.data.dataset import load_dataset
from pipeline.data.dataset_import import keep, prepare
from tests.dashboard.conftest import open_page, text_of
from tests.dashboard.test_addresses import open_address
from tests.pipeline.evaluation.trust.seeds import add_seed


def test_a_model_is_compared_with_the_best_other_one(home: Path) -> None:
    app = open_address("evaluate", section="better", model="cnn-fast")
    assert app.multiselect(key="rivals").value == ["cnn-deep"]
    words = text_of(app)
    assert "**cnn-deep is better.** Only cnn-deep is right on 64 images, only cnn-fast on 18." in words
    assert "95 % interval +0.29 to +0.65" in words
    assert "a lead of 20 or more (0.20 points) is told from noise" in words
    kinds = app.button_group(key="differing_kind")
    assert [str(option).partition(" · ")[2] for option in kinds.options] == ["18", "64", "1"]
    kinds.set_value("both_wrong").run()
    assert not app.exception
    assert app.query_params == {"model": "cnn-fast", "section": "better", "differ": "both_wrong"}
    app.button_group(key="evaluate_section").set_value("results").run()
    assert "of the 2 epochs been picked by test score" in text_of(app)


def test_noise_is_called_noise(home: Path) -> None:
    app = open_address("evaluate", section="better", model="cnn", rivals="dense", differ_page="2")
    words = text_of(app)
    assert "**This difference can't be told from noise.**" in words
    assert "flatters it by about 0.0" in words
    (figure,) = (chart for chart in app.get("plotly_chart") if "over" in chart.proto.alt)
    assert figure.proto.alt.endswith("dense over cnn +0.15, -0.09 to +0.39.")
    assert app.query_params == {
        "model": "cnn",
        "section": "better",
        "rivals": "dense",
        "differ_page": "2",
    }
    app.button_group(key="differing_kind").set_value("only_second").run()
    assert "differ_page" not in app.query_params, "another kind begins with its first page"


def test_several_models_are_compared_in_a_table(home: Path) -> None:
    app = open_address("evaluate", section="better", model="cnn", rivals="dense,cnn-deep")
    assert "cnn-deep is better than each of the others." in text_of(app)
    table = app.dataframe[-1].value
    assert table["Verdict"].tolist() == ["noise", "better", "better"]
    assert table["Ahead"].tolist() == ["dense", "cnn-deep", "cnn-deep"]
    assert table["Difference"].tolist() == pytest.approx([0.15, 0.93, 0.78])
    assert table["Corrected p"].tolist() == ["0.25", "< 0.0001", "< 0.0001"]
    app.selectbox(key="differing_pair").set_value(1).run()
    assert not app.exception
    assert app.query_params["pair"] == "1"
    assert "Only cnn-deep right · 104" in app.button_group(key="differing_kind").options
    app.selectbox(key="model").set_value("dense").run()
    assert not app.exception
    assert app.multiselect(key="rivals").value == ["cnn-deep"], "no model is compared with itself"


def test_without_another_model_it_says_so(home: Path, no_shipped_models: Path) -> None:
    add_seed(home, 0, 100, epochs=8)
    app = open_page("evaluate", evaluate_section="better")
    assert not app.exception
    assert "No other model" in text_of(app)


def test_models_are_compared_on_any_data_set(home: Path) -> None:
    images, labels = (part[:300] for part in load_dataset().test)
    content = io.BytesIO()
    np.savez(content, x_test=images, y_test=labels)
    stored = keep(prepare(content, "few.npz"))
    app = open_address("evaluate", section="better", model="cnn-fast", data=stored.id, rivals="dense")
    words = text_of(app)
    assert "of 300 wrong" in words
    assert "too few to tell them apart: it takes at least 6" in words
    assert "No epoch was chosen" not in words
    assert "Select one to open it" not in words, "Mistakes shows a model's own data set"


def test_seeds_of_one_configuration_are_one_line_with_their_spread(home: Path) -> None:
    app = open_address("evaluate", section="better", model="dense")
    assert "None yet. Train one configuration three times" in text_of(app)
    three = [add_seed(home, seed, wrong, epochs=8) for seed, wrong in enumerate((210, 220, 227))]
    for seed in range(2):
        add_seed(home, seed, 100 + 10 * seed, epochs=9)
    app = open_address("evaluate", section="better", model="dense")
    table = app.dataframe[-1].value
    assert table["Configuration"].tolist() == ["dense, epochs 8", "dense, epochs 9"]
    assert table["Seeds"].tolist() == [3, 2]
    assert table["Mean"][0] == pytest.approx(100 * np.mean(three))
    assert table["Deviation"][0] == pytest.approx(100 * np.std(three, ddof=1))
    assert table["Range"][0] == "97.73 to 97.90 %"
    words = text_of(app)
    assert (
        "**dense, epochs 9 over dense, epochs 8**, +1.14 points: dense, epochs 9 is better on average (p = 0.0"
        in words
    )
    assert "Careful: two seeds say little" in words


def test_models_that_are_ticked_on_models_lead_to_their_comparison(home: Path) -> None:
    link = "Which of them is better?"
    assert link not in [page.proto.label for page in open_address("models").get("page_link")]
    app = open_address("models", model="cnn,dense,cnn-deep")
    (found,) = (page.proto for page in app.get("page_link") if page.proto.label == link)
    assert parse_qs(found.query_string) == {
        "model": ["cnn"],
        "section": ["better"],
        "rivals": ["dense,cnn-deep"],
    }
