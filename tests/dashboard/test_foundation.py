"""What all pages stand on: no TensorFlow, pictures with words, colors, charts, readings of progress."""

import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from dashboard.components.recognize.answer_card import put_in_words
from dashboard.figures.dataset import digit_counts
from dashboard.figures.probabilities import probability_bars
from dashboard.figures.style import DARK, LIGHT, mix, palette_for
from dashboard.figures.training import Curves, stride_for, thin, training_curves
from dashboard.run_progress import ProgressLog
from dashboard.widgets.chart import drawn
from dashboard.widgets.digit_image import digit_html, digit_png
from models.archive import LARGEST_ARCHIVE
from models.recognizer import Prediction
from models.run_directory import RunDirectory
from pipeline.data import dataset_import
from pipeline.imaging.decode import MAX_BYTES
from pipeline.imaging.documents import MAX_DOCUMENT_BYTES
from tests.conftest import a_progress
from tests.dashboard.conftest import PROJECT, open_page

VISIT_ALL_PAGES = """
import os
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from dashboard import people

os.environ["DIGITLAB_SHARED"] = "1"  # or there is no Class page
app = AppTest.from_file("dashboard/navigation.py", default_timeout=120)
app.query_params["who"] = people.register("Ann")
app.run()
for page in Path("dashboard/views").glob("[a-z]*.py"):
    app.switch_page(f"views/{page.name}").run()
    assert not app.exception, (page, app.exception)
loaded = {"tensorflow", "keras"} & set(sys.modules)
sys.exit(f"loaded: {loaded}" if loaded else 0)
"""


def test_no_page_loads_tensorflow(tiny_model: Path) -> None:
    visit = subprocess.run(
        [sys.executable, "-c", VISIT_ALL_PAGES], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    assert visit.returncode == 0, visit.stderr[-2000:]


def test_the_server_takes_what_the_largest_upload_box_takes() -> None:
    configured = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())["server"][
        "maxUploadSize"
    ]
    boxes = (LARGEST_ARCHIVE, dataset_import.LARGEST_FILE, MAX_DOCUMENT_BYTES, MAX_BYTES)
    assert configured * 1024**2 == max(boxes)


def test_what_killed_processes_left_is_swept_when_the_dashboard_starts(home: Path) -> None:
    temporary = f".{32 * 'a'}"
    leftovers = [
        home / "datasets" / f"{temporary}.npz",
        home / "datasets" / temporary / "digits.npz",
        home / "my_digits" / f"{temporary}.png",
        home / "evaluations" / "a-b" / f"{temporary}.json",
        home / "runs" / "20200101-000000-000001" / "evaluations" / "a-b" / f"{temporary}.npz",
        home / "runs" / temporary / "model.keras",
        home / "runs" / ".20200101-000000-000000" / "run.json",
        home / "runs" / "20200101-000000-000001" / f"{temporary}.json",
        home / "runs" / "20200101-000000-000001" / "checkpoint" / f"{temporary}.npz",
        home / "runs" / "20200101-000000-000001" / ".made" / "model.keras",
    ]
    young, deleted = home / "runs" / f"{temporary}.json", home / "runs" / ".deleted-20200101-000000-000002"
    theirs = [home / ".streamlit", home / "runs" / ".gitignore", home / "datasets" / "digits.npz"]
    for path in (*leftovers, *theirs, young, deleted / "run.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for path in (*leftovers, *theirs):
        os.utime(path, (0, 0))
        os.utime(path.parent, (0, 0))
    assert not open_page("data").exception
    assert [path for path in (*leftovers, deleted) if path.exists()] == []
    assert all(path.exists() for path in (*theirs, young))


@pytest.mark.parametrize(
    ("shares", "score", "head", "words"),
    [
        ({4: 0.99, 9: 0.01}, None, "4", "99.0 % confidence"),
        ({4: 0.7, 9: 0.3}, None, "4, or perhaps 9", "70 % for 4, 30 % for 9"),
        ({4: 0.4, 9: 0.35, 1: 0.25}, None, "Hard to tell: 4 or 9", "Only 40 %"),
        ({4: 0.99, 9: 0.01}, 0.1, "Perhaps not a digit", "most likely a 4"),
    ],
)
def test_an_answer_is_as_sure_as_its_words(
    shares: dict[int, float], score: float | None, head: str, words: str
) -> None:
    probabilities = tuple(shares.get(digit, 0.0) for digit in range(10))
    headline, sentence = put_in_words(Prediction(4, probabilities[4], probabilities, score))
    assert headline == head
    assert words in sentence


def test_a_digit_keeps_its_pixels_and_has_words(tmp_path: Path) -> None:
    image = np.linspace(0, 1, 784, dtype=np.float32).reshape(28, 28)
    file = tmp_path / "digit.png"
    file.write_bytes(digit_png(image, LIGHT, scale=3))
    with Image.open(file) as picture:
        colors = picture.convert("RGB")
        assert colors.size == (84, 84)
        assert "#{:02x}{:02x}{:02x}".format(*colors.getpixel((0, 0))) == LIGHT.paper  # type: ignore[misc]
        assert "#{:02x}{:02x}{:02x}".format(*colors.getpixel((83, 83))) == LIGHT.ink  # type: ignore[misc]
    for palette in (LIGHT, DARK, LIGHT):
        with Image.open(io.BytesIO(digit_png(image, palette))) as picture:
            assert "#{:02x}{:02x}{:02x}".format(*picture.convert("RGB").getpixel((27, 27))) == palette.ink  # type: ignore[misc]
    html = digit_html(image, LIGHT, 'a "7"', "<b>")
    assert 'alt="a &quot;7&quot;"' in html
    assert "<b>" not in html


def test_colors_follow_the_theme() -> None:
    assert palette_for("dark") is DARK
    assert palette_for(None) is palette_for("light") is LIGHT
    assert mix("#000000", "#ffffff", 0.5) == "#808080"


def test_every_chart_says_what_it_shows_and_in_which_units() -> None:
    for figure in (go.Figure(probability_bars([0.1] * 10, DARK)), training_curves(None, [], DARK)):
        assert figure.layout.title.text
        assert "percent" in figure.layout.title.subtitle.text


def test_a_chart_is_drawn_once_for_the_same_values() -> None:
    train, test = [5] * 10, [1] * 10
    figure = drawn(digit_counts, train, test, DARK)
    assert figure == json.loads(digit_counts(train, test, DARK).to_json())
    assert drawn(digit_counts, [5] * 10, [1] * 10, DARK) is figure
    assert drawn(digit_counts, train, test, LIGHT) != figure
    train[0] = 6
    assert drawn(digit_counts, train, test, DARK) != figure, "values count, not the object that has them"


def test_long_curves_are_thinned_and_keep_their_mean() -> None:
    values = [float(value) for value in range(1000)]
    stride = stride_for(len(values))
    thinned = thin(values, stride)
    assert len(thinned) <= 300
    assert stride_for(1100) == stride  # old points stay where they are while some come
    assert thinned[0] == sum(values[:stride]) / stride


def test_the_zoom_belongs_to_the_run() -> None:
    lines = [a_progress(step=1, steps=2)]
    figure = training_curves(Curves("a", lines), [], LIGHT, revision="run-1 epochs")
    assert figure.layout.uirevision == "run-1 epochs"


def test_progress_is_read_once_and_anew_after_a_resumption(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    log = ProgressLog(run)
    assert log.lines() == []
    lines = [json.dumps(a_progress(number).as_line()) + "\n" for number in range(3)]
    run.progress_file.write_text(lines[0])
    assert [line.epoch for line in log.lines()] == [0]
    with run.progress_file.open("a") as file:
        file.write(lines[1] + '{"epoch"')
    assert [line.epoch for line in log.lines()] == [0, 1]
    run.progress_file.rename(tmp_path / "old")
    run.progress_file.write_text("".join(lines[1:]) * 20)
    assert len(log.lines()) == 40


def test_models_of_one_name_can_be_told_apart_wherever_one_is_chosen(tiny_model: Path) -> None:
    twin = tiny_model.with_name("20260101-000000-000000")
    shutil.copytree(tiny_model, twin)
    record = twin / "run.json"
    record.write_text(record.read_text().replace(tiny_model.name, twin.name))
    third = tiny_model.with_name("20260101-000000-000001")
    shutil.copytree(tiny_model, third)
    RunDirectory(third).update(id=third.name, name="Random weights")
    app = open_page("evaluate")
    options = app.selectbox(key="model").options
    assert len(set(options)) == len(options), "the browser can only choose one of those that read alike"
    assert any(twin.name in option for option in options)
    app = open_page("train", architecture="dense")
    starts = app.selectbox(key="hyperparameter_dense_start").options
    assert any(twin.name in start for start in starts)
    assert len(set(starts)) == len(starts)
    assert "Random weights" in starts
    assert not app.exception
