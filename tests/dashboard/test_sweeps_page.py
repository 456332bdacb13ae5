"""Sweeps: none, one under way, a finished one with its best, its lines and what matters."""

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from pipeline.runs.sweep.directory import Sweep
from tests.dashboard.conftest import charts_of, open_page, text_of
from tests.sweeps import GRID, begin_trial, finish_all, finish_trial, make_sweep

RATES = {0.0003: 0.90, 0.001: 0.95, 0.003: 0.975, 0.01: 0.962}
BONUS = {"dense": 0.0, "cnn": 0.003, "cnn-fast": 0.004}


def accuracy(config: dict[str, Any], seed: int) -> float:
    """With luck that depends on all hyperparameters, so that it isn't the same for all seeds."""
    place = list(RATES).index(config["learning_rate"]) + 4 * list(BONUS).index(config["architecture"])
    luck = 0.0008 * ((7 * place + 5 * seed) % 11 - 5) / 5
    return RATES[config["learning_rate"]] + BONUS[config["architecture"]] + luck


def finished(few_digits: Path, tiny_model: Path) -> Sweep:
    sweep = make_sweep(GRID, few_digits)
    finish_all(sweep, accuracy, tiny_model)
    return sweep


def links_of(app: AppTest) -> dict[str, tuple[str, str]]:
    """Each link's page and query by its words."""
    protos = [element.proto for element in app.get("page_link")]
    return {proto.label: (proto.page, proto.query_string) for proto in protos}


def test_without_a_sweep_it_says_how_to_start_one(home: Path) -> None:
    app = open_page("sweeps")
    assert not app.exception, app.exception
    assert "No sweeps yet" in text_of(app)
    codes = [code.value for code in app.code]
    assert codes[0] == "digitlab sweep example > sweep.yaml\ndigitlab sweep sweep.yaml"
    assert "architecture: [dense, cnn, cnn-fast]" in codes[1]


def test_a_finished_sweep_shows_the_best_its_lines_and_what_matters(
    few_digits: Path, tiny_model: Path
) -> None:
    sweep = finished(few_digits, tiny_model)
    app = open_page("sweeps")
    assert not app.exception, app.exception
    words = text_of(app)
    assert "12 configurations in all combinations, 3 seeds each, on few.npz" in words
    assert "cnn-fast, learning rate 0.003" in words
    assert "can't be told from noise: cnn, learning rate 0.003." in words
    table = app.dataframe[0].value
    assert table["Validation"].is_monotonic_decreasing
    assert list(table["Architecture"])[:2] == ["cnn-fast", "cnn"]
    assert "noise (p = " in table["Behind the best"][1]
    assert "more than noise (p" in table["Behind the best"][11]
    (lines,) = charts_of(app)
    assert len(lines["data"]) == 12
    best = lines["data"][-1]  # drawn last, so on top
    assert (best["name"], best["text"].split(":")[0]) == ("Best", "cnn-fast, learning rate 0.003")
    bars = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    assert bars["y"][0] == "Learning rate"
    links = links_of(app)
    own = [trial.run for trial in sweep.record.trials if trial.configuration == 10]
    assert sorted(links["Its models"][1].removeprefix("model=").split("%2C")) == own
    assert "section=better" in links["Compare with the runner-up"][1]


def test_a_sweep_that_nobody_carries_out_says_how_to_go_on(home: Path, few_digits: Path) -> None:
    sweep = make_sweep({**GRID, "halving": {"first": 1, "factor": 3}}, few_digits)
    first, second, third, *_ = sweep.record.trials
    begin_trial(sweep, first, [0.9], status="stopped", pause_after=1)
    begin_trial(sweep, second, [], status="failed", pause_after=1, reason="Training diverged in epoch 1.")
    app = open_page("sweeps")
    words = text_of(app)
    assert "Nobody is carrying this sweep out" in words
    assert "digitlab sweep rates.yaml" in [code.value for code in app.code]
    assert "1 trial has failed or been stopped" in words
    assert "Training diverged in epoch 1." in words
    assert "No configuration has been trained to its end" in words
    assert not charts_of(app)
    with sweep.driver_lock(timeout=0):
        app.run()
        assert "Nobody is carrying" not in text_of(app)
        finish_trial(sweep, third, 0.95)
        app.run()
    assert not app.exception, app.exception


def test_the_address_names_the_sweep(home: Path, few_digits: Path) -> None:
    sweeps = [
        make_sweep({**GRID, "name": name, "seeds": [seed]}, few_digits) for name, seed in (("a", 1), ("b", 2))
    ]
    app = open_page("sweeps")
    assert app.selectbox(key="sweep").value == sweeps[1].record.id
    app.selectbox(key="sweep").set_value(sweeps[0].record.id).run()
    assert app.query_params["sweep"] == sweeps[0].record.id
    app.query_params["sweep"] = sweeps[1].record.id
    app.run()
    assert app.selectbox(key="sweep").value == sweeps[1].record.id
