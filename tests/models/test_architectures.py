import json
import subprocess
import sys
from math import prod
from typing import Any

import pytest

from models.architectures import CATALOGUE, summarize
from models.errors import ConfigError
from tests.conftest import PROJECT

_PROCESS = """
import json, sys
import pipeline.training
assert {"keras", "tensorflow"} <= set(sys.modules)
needless = sorted({"sklearn", "pandas"} & set(sys.modules))
import pandas
from sklearn.metrics import log_loss
from models.keras_start import load_keras
from models.networks import build
from models.train_config import read_config
load_keras().Input((2,))
built = {}
for name, parameters in json.loads(sys.argv[1]):
    config = read_config({"architecture": name, "parameters": parameters, "dropout": 0.1})
    model = build(config)
    built[json.dumps([name, parameters])] = [
        model.count_params(), [list(layer.output.shape[1:]) for layer in model.layers]
    ]
print(json.dumps({"needless": needless, "built": built}))
"""


@pytest.fixture(scope="module")
def cases() -> list[list[Any]]:
    """Architectures with their defaults, their smallest parameters, and one parameter a step above its default."""
    found: list[list[Any]] = []
    for name, entry in CATALOGUE.items():
        found.append([name, {}])
        found.append([name, {p.name: p.minimum for p in entry.parameters}])
        found.append(
            [name, {entry.parameters[0].name: entry.parameters[0].default + entry.parameters[0].step}]
        )
    return found


@pytest.fixture(scope="module")
def by_keras(cases: list[list[Any]]) -> dict[str, Any]:
    """What one process tells that starts Keras and builds all cases."""
    result = subprocess.run(
        [sys.executable, "-c", _PROCESS, json.dumps(cases)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout.splitlines()[-1]))


@pytest.mark.slow
def test_keras_starts_without_what_it_only_looks_for_and_that_can_be_imported_afterwards(
    by_keras: dict[str, Any],
) -> None:
    assert by_keras["needless"] == []


@pytest.mark.slow
def test_sizes_told_without_tensorflow_are_those_keras_builds(
    cases: list[list[Any]], by_keras: dict[str, Any]
) -> None:
    built = by_keras["built"]
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
