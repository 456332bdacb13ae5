"""Train: before anything ran, while a training goes on, when it has ended, and when it went wrong."""

import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from filelock import FileLock

from models.records import RunRecord
from models.run_directory import RunDirectory
from models.train_config import TrainConfig, field_title, make_config
from pipeline.data import saved_digits, user_datasets
from pipeline.data.dataset import MNIST_SHA256
from pipeline.data.dataset_import import keep, prepare
from pipeline.runs import queue
from pipeline.runs.pace import measure_pace
from tests.conftest import a_progress
from tests.dashboard.conftest import charts_of, open_page, text_of


def write_run(home: Path, name: str, status: str = "running", **changes: Any) -> RunDirectory:
    """A run directory as a worker would have left it, without a worker."""
    run_id = f"20260101-000000-{len(list((home / 'runs').glob('*'))):06d}"
    run = RunDirectory(home / "runs" / run_id)
    run.path.mkdir(parents=True)
    values: dict[str, Any] = {
        "id": run_id,
        "name": name,
        "status": status,
        "config": make_config("dense", epochs=4).model_dump(),
        "dataset": {"name": "MNIST", "sha256": "0"},
        "created": "2026-01-01T00:00:00+00:00",
    }
    run.write(RunRecord.model_validate({**values, **changes}))
    return run


def write_progress(run: RunDirectory, epochs: int) -> None:
    lines = []
    for epoch in range(1, epochs + 1):
        for step in (5, 10):
            place = (epoch - 1) * 10 + step
            lines.append(
                {
                    "epoch": epoch,
                    "step": step,
                    "steps": 10,
                    "loss": 1 / place,
                    "accuracy": 1 - 1 / place / 3,
                    "images": 100 * place,
                    "seconds": 0.5 * place,
                    "epoch_end": False,
                }
            )
        lines.append({**lines[-1], "val_loss": 1.1 / place, "val_accuracy": 0.9, "epoch_end": True})
    run.progress_file.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_first_visit_shows_the_settings_with_their_help_and_the_summary(home: Path) -> None:
    app = open_page("train")
    assert not app.exception
    assert {"Batch size", "Learning rate"} <= {slider.label for slider in app.select_slider}
    assert all(slider.help for slider in [*app.slider, *app.select_slider])
    assert "119,962" in text_of(app)  # cnn-fast with its defaults


def test_the_summary_follows_the_knobs(home: Path) -> None:
    app = open_page("train")
    app.radio(key="architecture").set_value("cnn").run()
    assert "225,034" in text_of(app)
    app.slider(key="hyperparameter_cnn_units").set_value(64).run()
    assert "225,034" not in text_of(app)
    assert not app.exception


def test_knobs_keep_their_values_on_a_page_change(home: Path) -> None:
    app = open_page("train")
    app.number_input(key="hyperparameter_cnn-fast_epochs").set_value(10).run()
    app.switch_page("views/models.py").run()
    app.switch_page("views/train.py").run()
    assert app.number_input(key="hyperparameter_cnn-fast_epochs").value == 10


def test_start_queues_a_run_with_the_chosen_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted: list[Any] = []

    def submit(config: Any, dataset: Any, name: str, start_from: str, owner: str) -> RunDirectory:
        assert (dataset.name, start_from) == ("MNIST", "")
        submitted.append((config, name))
        return write_run(home, name, config=config.model_dump(), status="stopped")

    monkeypatch.setattr(queue, "submit", submit)
    app = open_page("train")
    app.radio(key="architecture").set_value("dense").run()
    app.number_input(key="hyperparameter_dense_epochs").set_value(7).run()
    app.text_input(key="run_name").set_value("mine").run()
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    ((config, name),) = submitted
    assert (config.architecture, config.epochs, name) == ("dense", 7, "mine")
    assert app.session_state["train_tab"] == "watch"
    assert app.session_state["run"] == "20260101-000000-000000"


def test_settings_that_contradict_each_other_are_one_sentence(home: Path) -> None:
    app = open_page("train")
    app.slider(key="hyperparameter_cnn-fast_validation_split").set_value(0.0).run()
    app.slider(key="hyperparameter_cnn-fast_early_stopping").set_value(3).run()
    assert not app.exception
    assert "needs validation images" in app.error[0].value
    assert not [button for button in app.button if button.label == "Start training"]


def test_without_runs_the_page_says_how_to_get_one(home: Path) -> None:
    app = open_page("train", train_tab="watch")
    assert not app.exception
    assert "No training runs yet" in text_of(app)


def test_a_run_whose_worker_is_gone_is_interrupted_and_can_be_resumed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_run(home, "lost")
    write_progress(run, 3)
    run.worker_lock_file.touch()
    resumed: list[str] = []
    monkeypatch.setattr(queue, "resume", lambda run, *_: resumed.append(run.id))
    app = open_page("train", train_tab="watch")
    assert not app.exception
    assert "interrupted" in text_of(app)
    assert charts_of(app)
    assert "Still improving" in text_of(app)
    app.button(key="run_resume").click().run()
    assert not app.exception
    assert resumed == [run.id]


def test_a_failed_run_says_why(home: Path) -> None:
    write_run(home, "broken", "failed", reason="The loss became infinite in epoch 2.")
    app = open_page("train", train_tab="watch")
    assert not app.exception
    assert app.error[0].value == "The loss became infinite in epoch 2."
    assert "No curves" in text_of(app)


def test_a_running_run_is_shown_first_with_its_pace_and_can_be_stopped(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_run(home, "going on")
    write_progress(run, 2)
    write_run(home, "newer", "failed")
    monkeypatch.setattr(RunDirectory, "worker_lives", lambda self: self.id == run.id)
    app = open_page("train")
    assert not app.exception
    assert app.session_state["run"] == run.id
    (progress,) = app.get("progress")
    assert "Epoch 2 of 4" in progress.proto.text
    assert "200 images per second" in progress.proto.text
    app.button(key="run_stop").click().run()
    assert run.stop_file.exists()
    assert not app.exception


def test_a_waiting_run_shows_its_place_and_leaves_the_queue_at_once(home: Path) -> None:
    write_run(home, "first", "queued", submission=1, owner="ann")
    write_run(home, "second", "queued", submission=2, owner="ann")
    run = write_run(home, "third", "queued", submission=3, owner="bob")
    with FileLock(home / "runs" / "dispatcher.lock"):  # as if a dispatcher lived
        app = open_page("train", run=run.id)
        (progress,) = app.get("progress")
        assert "Waiting for 1 earlier run" in progress.proto.text
        app.button(key="run_stop").click().run()
        assert not app.exception
    assert run.state() == "stopped"


def test_a_run_that_hangs_is_told_and_can_be_stopped_again(home: Path) -> None:
    run = write_run(home, "suspended")
    write_progress(run, 2)
    run.stop_file.touch()
    run.heartbeat_file.touch()
    os.utime(run.heartbeat_file, (0, 0))
    with FileLock(run.worker_lock_file):
        app = open_page("train")
        assert "has not responded for" in app.warning[0].value
        assert not app.button(key="run_stop").disabled
        os.utime(run.heartbeat_file)
        app.run()
        assert not app.warning
        assert app.button(key="run_stop").disabled


def test_a_finished_run_can_be_trained_on(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(queue, "resume", lambda _, more, __: asked.append(more))
    app = open_page("train", train_tab="watch")
    app.number_input(key="more_epochs").set_value(3).run()
    app.button(key="run_more").click().run()
    assert not app.exception
    assert asked == [3]


def test_earlier_runs_are_laid_under_the_curves(home: Path) -> None:
    for name in ("first", "second"):
        write_progress(write_run(home, name, "stopped", epochs_done=3), 3)
    app = open_page("train", train_tab="watch", earlier_runs=["20260101-000000-000000"])
    assert not app.exception
    (chart,) = charts_of(app)
    assert "first, validation" in {trace["name"] for trace in chart["data"]}


def test_the_pickers_leave_out_states_and_what_there_is_none_of(home: Path) -> None:
    write_progress(write_run(home, "same", "stopped", epochs_done=1), 1)
    app = open_page("train", train_tab="watch")
    assert app.selectbox(key="run").options == ["same"]
    assert not app.multiselect, "there is nothing to compare with"
    assert "it takes two to see a trend" in text_of(app)
    second = write_run(home, "same", "stopped", epochs_done=1)
    app.run()
    assert app.selectbox(key="run").options == [f"same · {second.id}", "same · 20260101-000000-000000"]
    assert len(app.multiselect) == 1
    assert not app.exception


def test_the_pace_counts_only_what_came_since_a_resumption() -> None:
    lines = [
        a_progress(2, step=10, images=2000, seconds=20.0),
        a_progress(3, step=2, images=200, seconds=22.0),
        a_progress(3, step=4, images=400, seconds=24.0),
    ]
    pace = measure_pace(lines, 4)
    assert pace.images_per_second == 100
    assert pace.seconds_left == pytest.approx(16)
    assert measure_pace([], 4).in_words() == "getting ready"
    rarely = [a_progress(1, step=step, images=1000 * step, seconds=30.0 * step) for step in (4, 5)]
    assert measure_pace(rarely, 4).seconds_left == pytest.approx(1050), (
        "of a long run, a line every half minute"
    )


def test_a_training_learns_from_a_file_and_starts_from_a_model(
    tiny_model: Path, few_digits: Path, no_shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with few_digits.open("rb") as file:
        kept = keep(prepare(file, "mine.npz"))
    with few_digits.open("rb") as file:
        keep(prepare(file, "mine.npz"), owner="Ann")
    with np.load(few_digits) as digits:
        content = io.BytesIO()
        np.savez(content, x_test=digits["x_test"], y_test=digits["y_test"])
    keep(prepare(content, "only to evaluate.npz"))
    app = open_page("train")
    app.radio(key="architecture").set_value("dense").run()
    labels = app.selectbox(key="training_set").options
    assert labels[0] == "MNIST"
    assert f"mine · {kept.id}" in labels
    assert len(labels) == 3, "what has no training images is not offered"
    app.selectbox(key="training_set").set_value(kept.id).run()
    assert not app.exception
    app.slider(key="hyperparameter_dense_hidden_1").set_value(64).run()
    assert app.selectbox(key="hyperparameter_dense_start").options == ["Random weights"], (
        "no other network's weights fit"
    )
    app.slider(key="hyperparameter_dense_hidden_1").set_value(128).run()
    app.selectbox(key="hyperparameter_dense_start").set_value(tiny_model.name).run()
    asked: list[Any] = []

    def submit(config: Any, dataset: Any, name: str, start_from: str, owner: str) -> RunDirectory:
        asked.append((config.architecture, dataset.path, start_from))
        return RunDirectory(tiny_model)

    monkeypatch.setattr(queue, "submit", submit)
    next(button for button in app.button if button.label == "Start training").click().run()
    assert asked == [("dense", kept.path, tiny_model.name)]


def test_a_training_learns_from_the_kept_digits(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = [
        saved_digits.save(
            np.zeros((40, 40, 3), np.uint8), np.eye(28, dtype=np.float32), label, 7, 0.6, "tiny"
        )
        for label in (1, 2, 3)
    ]
    app = open_page("train")
    choice = app.selectbox(key="training_set")
    assert choice.options == ["MNIST", "My saved digits (3)"]
    choice.set_value(user_datasets.MY_DIGITS).run()
    asked: list[Any] = []

    def submit(config: Any, dataset: Any, name: str, start_from: str, owner: str) -> RunDirectory:
        asked.append(dataset)
        return RunDirectory(tiny_model)

    monkeypatch.setattr(queue, "submit", submit)
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    assert [len(dataset.train[1]) for dataset in asked] == [2]
    for digit in digits:
        saved_digits.delete(digit)
    app = open_page("train", training_set=user_datasets.MY_DIGITS)
    assert not app.exception
    assert app.selectbox(key="training_set").value == ""


def test_a_seed_is_new_each_time_unless_it_is_typed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []

    def submit(config: Any, dataset: Any, name: str, start_from: str, owner: str) -> RunDirectory:
        seeds.append(config.seed)
        return write_run(home, "seeded", "stopped")

    monkeypatch.setattr(queue, "submit", submit)
    for typed in (None, None, 7):
        app = open_page("train")
        app.number_input(key="hyperparameter_cnn-fast_seed").set_value(typed).run()
        next(button for button in app.button if button.label == "Start training").click().run()
    assert len(set(seeds[:2])) == 2
    assert seeds[2] == 7


def test_all_settings_of_a_run_stand_beside_its_curves(home: Path) -> None:
    config = make_config("dense", epochs=4, seed=123456, augment=False, ema=0.0)
    write_progress(write_run(home, "told", "stopped", epochs_done=3, config=config.model_dump()), 3)
    settings = text_of(open_page("train", train_tab="watch"))
    titles = [field_title(name) for name in TrainConfig.model_fields if name != "parameters"]
    assert [title for title in titles if f"<dt>{title}</dt>" not in settings] == []
    for entry in (
        "Seed</dt><dd>123456",
        "Augmentation</dt><dd>off",
        "First hidden layer</dt><dd>128",
        "Data set</dt><dd>MNIST",
    ):
        assert entry in settings


def test_the_axes_of_curves_have_numbers_whatever_their_range(home: Path) -> None:
    write_progress(write_run(home, "narrow", "stopped", epochs_done=3), 3)
    (chart,) = charts_of(open_page("train", train_tab="watch"))
    loss, accuracy = chart["layout"]["yaxis"], chart["layout"]["yaxis2"]
    assert loss["type"] == "log"
    assert not {"tickvals", "dtick"} & loss.keys(), "these would be out of a narrow range"
    assert not loss["fixedrange"]
    assert not accuracy["fixedrange"]
    assert {trace["cliponaxis"] for trace in chart["data"]} == {False}


def test_how_long_a_training_takes_is_told_before_it_starts_where_one_was_measured(home: Path) -> None:
    assert "earlier trainings on this computer" not in text_of(open_page("train"))
    write_run(
        home,
        "before",
        "finished",
        seconds=400.0,
        epochs_done=4,
        dataset={"name": "MNIST", "sha256": MNIST_SHA256},
    )
    st.cache_resource.clear()
    app = open_page("train", architecture="dense")
    app.number_input(key="hyperparameter_dense_epochs").set_value(6).run()
    assert "About 10 min, going by earlier trainings on this computer." in text_of(app)
