"""Explain: a drawing or a test digit, from the address or a link, layer by layer, as it is and as it was."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from models.layer_outputs import LayerReader
from pipeline.data.dataset import load_dataset
from tests.dashboard.conftest import charts_of, open_page, text_of
from tests.dashboard.test_addresses import open_address
from tests.dashboard.test_recognize_page import DRAWING


def layers_of(app: AppTest) -> list[dict[str, Any]]:
    """What the page draws of the layers."""
    protos = [element.proto for element in app.get("bidi_component")]
    (found,) = (proto for proto in protos if proto.component_name.endswith("layer_maps"))
    layers: list[dict[str, Any]] = json.loads(found.json)["layers"]
    return layers


def test_before_anything_is_drawn_the_page_says_so(tiny_model: Path) -> None:
    app = open_page("explain")
    assert not app.exception
    assert "Nothing drawn yet" in text_of(app)


def test_a_drawing_made_on_recognize_is_there_and_a_test_digit_as_well(tiny_model: Path) -> None:
    app = open_page(**DRAWING)
    app.switch_page("views/explain.py").run()
    assert not app.exception
    assert "Nothing drawn yet" not in text_of(app)
    drawn = layers_of(app)
    app.button_group(key="explain_source").set_value("test").run()
    assert not app.exception
    assert app.query_params["digit"] == "0"
    app.number_input(key="explain_index").set_value(5).run()
    assert app.query_params["digit"] == "5"
    assert "Test digit 5, labeled" in text_of(app)
    assert layers_of(app) != drawn
    app.button_group(key="explain_source").set_value("draw").run()
    assert layers_of(app) == drawn
    assert "digit" not in app.query_params


def test_the_layers_are_those_of_the_network_down_to_the_answer(home: Path) -> None:
    app = open_address("explain", model="cnn-deep", digit="0")
    layers = layers_of(app)
    kinds = [layer["title"].partition(". ")[2] for layer in layers]
    assert kinds[:4] == ["Convolution", "Convolution", "Pooling", "Normalization"]
    assert kinds[-2:] == ["Logits", "Probabilities"]
    reader = LayerReader(Path(__file__).parents[2] / "models" / "pretrained" / "cnn-deep" / "model.tflite", 1)
    outputs = reader.outputs(load_dataset().test[0][0].astype(np.float32) / 255)
    assert [bar["text"] for bar in layers[-1]["bars"]] == [f"{100 * share:.2f} %" for share in outputs[-1]]
    assert [bar["name"] for bar in layers[-1]["bars"]] == [*"0123456789", "none"]
    assert (layers[1]["count"], layers[1]["rows"], layers[1]["wide"]) == (64, 12, 12)
    assert f"Highest value: {outputs[0].max():.2f}." in layers[0]["note"]


def test_the_arithmetic_of_a_unit_stands_in_the_address(home: Path) -> None:
    app = open_address("explain", model="cnn", digit="0", unit="1.3.9.12")
    assert app.query_params == {"model": "cnn", "digit": "0", "unit": "1.3.9.12"}
    (chosen,) = (layer for layer in layers_of(app) if layer["chosen"])
    assert chosen["chosen"] == [2, 8, 11]
    reader = LayerReader(Path(__file__).parents[2] / "models" / "pretrained" / "cnn" / "model.tflite", 1)
    image = load_dataset().test[0][0].astype(np.float32) / 255
    assert reader.layers[0].filters is not None
    products = image[8:11, 11:14] * reader.layers[0].filters[2, ..., 0]
    assert f"Sum of the products {products.sum():.2f}".replace("-", "\u2212") in chosen["sum"]
    assert f"answered <strong>{reader.outputs(image)[0][8, 11, 2]:.2f}</strong>" in chosen["sum"]


@pytest.mark.parametrize(
    "unit", ["3.64.11.11", "2.1.1.1", "5.7.1.1", "6.8.1.1", "7.11.1.1", "99.1.1.1", "1.0.1.1", "x"]
)
def test_any_unit_can_be_asked_for_and_one_that_is_not_there_is_passed_over(home: Path, unit: str) -> None:
    app = open_address("explain", model="cnn", digit="3", unit=unit)
    there = [layer["sum"] for layer in layers_of(app) if layer["sum"]]
    assert len(there) == (unit in {"3.64.11.11", "2.1.1.1", "5.7.1.1", "6.8.1.1"})


def test_a_model_that_was_trained_here_is_shown_as_it_learned(tiny_model: Path) -> None:
    app = open_address("explain", model=tiny_model.name, digit="0")
    slider = app.select_slider(key="explain_epoch")
    assert slider.options == ["Before training", "Epoch 1", "Epoch 2", "Epoch 3", "Finished"]
    finished = layers_of(app)
    assert charts_of(app)[0]["data"][0]["x"] == [0, 1, 2, 3]
    assert "LiteRT" not in str(finished)
    slider.set_value(0).run()
    assert not app.exception
    assert app.query_params["epoch"] == "0"
    assert layers_of(app)[0]["src"] != finished[0]["src"]
    app = open_address("explain", model=tiny_model.name, digit="0", epoch="3")
    last = [float(bar["text"][:-2]) for bar in layers_of(app)[-1]["bars"]]
    model = [float(bar["text"][:-2]) for bar in finished[-1]["bars"]]
    assert np.allclose(last, model, atol=1), "percent: float16 weights answer nearly as the model does"


def test_a_digit_beyond_the_test_set_is_told_of(home: Path) -> None:
    app = open_address("explain", digit="10000", model="dense")
    assert "There is no test digit 10,000: the last one is 9,999." in app.error[0].value


def test_an_answer_on_recognize_and_a_mistake_lead_here(home: Path) -> None:
    (link,) = open_page(**DRAWING, model="dense").get("page_link")
    assert link.proto.query_string == "model=dense&show=why"
    links = open_address("mistakes", model="dense", digit="8").get("page_link")
    assert [link.proto.query_string for link in links] == ["model=dense&digit=8&show=why"]
