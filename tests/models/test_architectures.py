import json
import subprocess
import sys
from math import prod
from typing import Any

import pytest

from models.architectures import CATALOGUE, summarize
from models.errors import ConfigError
from tests.conftest import PROJECT

_COUNT = """
import json, sys
from models.networks import build
from models.train_config import read_config
out = {}
for name, parameters in json.loads(sys.argv[1]):
    config = read_config({"architecture": name, "parameters": parameters, "dropout": 0.1})
    model = build(config)
    out[json.dumps([name, parameters])] = [
        model.count_params(), [list(layer.output.shape[1:]) for layer in model.layers]
    ]
print(json.dumps(out))
"""


def test_keras_starts_without_what_it_only_looks_for_and_that_can_be_imported_afterwards() -> None:
    code = """
import sys
import pipeline.training
assert {"keras", "tensorflow"} <= set(sys.modules)
assert "sklearn" not in sys.modules and "pandas" not in sys.modules
import pandas
from sklearn.metrics import log_loss
from models.keras_start import load_keras
load_keras().Input((2,))
"""
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)


def test_sizes_told_without_tensorflow_are_those_keras_builds() -> None:
    cases: list[list[Any]] = []
    for name, entry in CATALOGUE.items():
        cases.append([name, {}])
        cases.append([name, {p.name: p.minimum for p in entry.parameters}])
        cases.append(
            [name, {entry.parameters[0].name: entry.parameters[0].default + entry.parameters[0].step}]
        )
    result = subprocess.run(
        [sys.executable, "-c", _COUNT, json.dumps(cases)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    built = json.loads(result.stdout.splitlines()[-1])
    for name, parameters in cases:
        count, shapes = built[json.dumps([name, parameters])]
        layers = summarize(name, parameters, dropout=0.1)
        assert sum(layer.parameters for layer in layers) == count, (name, parameters)
        if not CATALOGUE[name].member:
            assert [list(layer.output_shape) for layer in layers] == shapes, (name, parameters)
        assert list(layers[-1].output_shape) == shapes[-1] == [10]


def test_the_tutorial_network_has_its_known_size() -> None:
    assert sum(layer.parameters for layer in summarize("cnn")) == 225_034
    assert sum(layer.parameters for layer in summarize("dense")) == 109_386


def test_multiplications_are_those_of_the_definition() -> None:
    first = summarize("cnn", {"filters_1": 8})[0]
    assert first.output_shape == (26, 26, 8)
    assert first.multiplications == prod(first.output_shape) * 9


def test_a_hidden_width_of_zero_leaves_the_layer_out() -> None:
    kinds = [layer.kind for layer in summarize("dense", {"hidden_2": 0})]
    assert kinds == ["Flatten", "Dense", "Dense", "Softmax"]


def test_parameters_outside_their_bounds_are_refused() -> None:
    with pytest.raises(ConfigError, match="from 8 to 512, got 4"):
        summarize("dense", {"hidden_1": 4})
