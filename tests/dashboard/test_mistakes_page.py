"""Mistakes: no model yet, the gallery, filters and pages, links to what is shown, errors."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.widgets.mistake_link import MistakeView, to_parameters
from models.run_directory import RunDirectory
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.test_predictions import TestPredictions, score_predictions
from tests.dashboard.conftest import charts_of, open_page, text_of


def open_link(**parameters: object) -> AppTest:
    app = open_page()
    for name, value in parameters.items():
        app.query_params[name] = str(value)
    return app.switch_page("views/mistakes.py").run()


@pytest.fixture
def mistakes(tiny_model: Path, no_shipped_models: Path, few_digits: Path) -> TestPredictions:
    """What the only model there is gets wrong."""
    labels = load_dataset(few_digits).test[1]
    return score_predictions(RunDirectory(tiny_model).read_predictions(), labels).mistakes()


def test_without_a_model_it_says_what_to_do(home: Path, no_shipped_models: Path) -> None:
    app = open_page("mistakes")
    assert not app.exception
    assert "No models yet" in text_of(app)


def test_the_gallery_counts_all_mistakes_and_the_address_names_the_model(
    tiny_model: Path, mistakes: TestPredictions
) -> None:
    app = open_page("mistakes")
    assert not app.exception
    assert f"{len(mistakes)} mistakes" in text_of(app)
    assert app.query_params["model"] == tiny_model.name


def test_filters_narrow_the_gallery_and_the_address_follows(mistakes: TestPredictions) -> None:
    app = open_page("mistakes")
    true = int(mistakes.true[0])
    app.button_group(key="mistakes_true").set_value(str(true)).run()
    assert not app.exception
    assert f"{len(mistakes.select(true))} of {len(mistakes)} mistakes" in text_of(app)
    assert app.query_params["true"] == str(true)


def test_a_link_reopens_filter_order_page_and_digit(tiny_model: Path, mistakes: TestPredictions) -> None:
    true, index = int(mistakes.true[0]), int(mistakes.index[0])
    app = open_link(model=tiny_model.name, true=true, order="loss", digit=index)
    assert not app.exception
    words = text_of(app)
    assert f"{len(mistakes.select(true))} of {len(mistakes)} mistakes" in words
    assert app.session_state["mistakes_order"] == "loss"
    assert f"Test digit {index:,}" in words
    assert "Most similar training digits" in words


def test_filters_outlast_a_page_change(mistakes: TestPredictions) -> None:
    app = open_link(order="index", page=2)
    assert app.query_params["page"] == "2"
    app.switch_page("views/data.py").run()
    app.switch_page("views/mistakes.py").run()
    assert not app.exception
    assert app.query_params["order"] == "index"
    assert app.query_params["page"] == "2"


def test_nonsense_in_the_address_is_passed_over(mistakes: TestPredictions) -> None:
    app = open_link(model="nobody", true="ten", read="-1", order="beauty", page="1e9", digit="x")
    assert not app.exception
    assert "names the model nobody, which doesn't exist here" in text_of(app)
    assert f"{len(mistakes)} mistakes" in text_of(app)


def test_a_digit_beyond_the_test_set_and_a_page_beyond_the_last(mistakes: TestPredictions) -> None:
    app = open_link(digit=999_999, page=500)
    assert not app.exception
    assert "No such test digit" in text_of(app)


def test_filters_that_leave_nothing_say_so(mistakes: TestPredictions) -> None:
    app = open_link(true=1, read=1)
    assert not app.exception
    assert "No matching mistakes" in text_of(app)


def test_a_flawless_model(tiny_model: Path, no_shipped_models: Path, few_digits: Path) -> None:
    labels = load_dataset(few_digits).test[1]
    np.savez_compressed(tiny_model / "predictions.npz", probabilities=np.eye(10, dtype=np.float16)[labels])
    app = open_page("mistakes")
    assert not app.exception
    assert "No mistakes" in text_of(app)


def test_answers_to_another_test_set_are_one_sentence(tiny_model: Path, no_shipped_models: Path) -> None:
    np.savez_compressed(tiny_model / "predictions.npz", probabilities=np.eye(10, dtype=np.float16))
    app = open_page("mistakes")
    assert not app.exception
    assert "evaluate the model again" in app.error[0].value


def test_a_data_set_that_is_gone_is_one_sentence(tiny_model: Path, no_shipped_models: Path) -> None:
    run = RunDirectory(tiny_model)
    run.update(dataset=run.read().dataset.model_copy(update={"path": "/nowhere/gone.npz"}))
    app = open_page("mistakes")
    assert not app.exception
    assert "there is no such dataset file" in app.error[0].value


def test_links_leave_out_what_stands_at_its_default() -> None:
    view = MistakeView(true=9, read=4, order="loss", page=3, digit=0)
    words = {"true": "9", "read": "4", "order": "loss", "page": "3", "digit": "0"}
    assert to_parameters("tiny", view) == {"model": "tiny", **words}
    assert to_parameters("tiny", MistakeView()) == {"model": "tiny"}


def test_the_map_stands_beside_that_before_training_and_the_address_says_so(
    tiny_model: Path, mistakes: TestPredictions
) -> None:
    app = open_link(model=tiny_model.name, view="map", color="verdict")
    assert not app.exception
    (chart,) = charts_of(app)
    names = [trace["name"] for trace in chart["data"]]
    assert names == [f"Right ({1000 - len(mistakes):,})", f"Wrong ({len(mistakes):,})"]
    assert "among digits of another label" in text_of(app)
    app.selectbox(key="map_beside").set_value("untrained").run()
    assert not app.exception
    assert {**app.query_params} == {
        "model": tiny_model.name,
        "view": "map",
        "color": "verdict",
        "beside": "untrained",
    }
    after, before = charts_of(app)
    assert after["layout"]["title"]["text"] == "tiny"
    assert before["layout"]["title"]["text"] == "tiny, before training"
    assert "With random weights drawn from seed 0" in text_of(app)


def test_digits_that_were_drawn_around_are_ringed_and_shown_page_by_page(
    tiny_model: Path, mistakes: TestPredictions
) -> None:
    app = open_page("mistakes", mistakes_view="map", _map_chosen=(tiny_model.name, list(range(100, 170))))
    assert not app.exception
    assert "70 selected digits" in text_of(app)
    assert "1 to 60 shown" in text_of(app)
    assert [trace["name"] for trace in charts_of(app)[0]["data"]] == [*"0123456789", "chosen"]
    app.button(key="map_clear").click().run()
    assert not app.exception
    assert "selected digits" not in text_of(app)
    assert "chosen" not in [trace["name"] for trace in charts_of(app)[0]["data"]]
