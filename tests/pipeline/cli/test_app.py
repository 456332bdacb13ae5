"""The command line as a process: what scripts and people rely on."""

import io
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.store import list_models
from pipeline.data.dataset import load_dataset
from pipeline.runs.waiting import list_runs
from tests.browser.server import free_port
from tests.conftest import (
    LONG_TRAINING,
    PROJECT,
    Digitlab,
    Outcome,
    a_star,
    run_digitlab,
    start_digitlab,
)


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    """The first test digit, a 7, as a picture dark on light."""
    path = tmp_path / "seven.png"
    Image.fromarray(255 - load_dataset().test[0][0]).resize((280, 280)).save(path)
    return path


def test_training_ends_with_the_promised_object(trained_home: Path) -> None:
    outcome = Outcome(0, (trained_home / "training.jsonl").read_text(), "")
    *epochs, end = outcome.json_lines()
    assert [line["epoch"] for line in epochs] == [1, 2, 3]
    assert all({"loss", "accuracy", "val_loss", "val_accuracy"} <= line.keys() for line in epochs)
    assert end["status"] == "finished"
    assert end["seconds"] > 0
    assert 0.5 < end["test_accuracy"] < 1
    assert "test accuracy" not in outcome.out
    directory = Path(end["path"])
    assert directory.name == end["run"]
    files = {
        "run.json",
        "progress.jsonl",
        "model.keras",
        "model.tflite",
        "evaluation.json",
        "predictions.npz",
    }
    assert files <= {path.name for path in directory.iterdir()}


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_learned(home: Path, few_digits: Path) -> None:
    options = (*LONG_TRAINING, "--dataset", few_digits, "--json")
    with start_digitlab("train", *options, home=home) as process:
        assert process.stdout is not None
        assert '"epoch": 1' in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert '"status": "stopped"' in rest.splitlines()[-1]
    assert len(list_models()) == 1 + sum(model.shipped for model in list_models())


def test_predict_answers_and_goes_on_after_a_bad_picture(
    tiny_model: Path, digitlab: Digitlab, seven: Path, tmp_path: Path
) -> None:
    truncated = tmp_path / "truncated.png"
    truncated.write_bytes(seven.read_bytes()[:300])
    text = tmp_path / "text.png"
    text.write_text("seven")
    empty = tmp_path / "empty.png"
    Image.new("L", (200, 200), 255).save(empty)
    huge = tmp_path / "huge.png"
    huge.write_bytes(_png_of_size(30_000, 30_000))
    missing = tmp_path / "missing.png"
    bad = [truncated, text, empty, huge, missing]
    outcome = digitlab("predict", seven, *bad, seven, "--model", "tiny", "--json")
    assert outcome.code == 1
    first, *errors, last = outcome.json_lines()
    assert first["digit"] == last["digit"] == 7
    assert set(first) == {"path", "digit", "confidence", "probabilities", "digit_score"}
    assert len(first["probabilities"]) == 10
    assert [Path(line["path"]) for line in errors] == bad
    for line in errors:
        assert line["error"].endswith(".")
        assert line["error"].count("\n") == 0
    assert digitlab("predict", seven, "--model", "tiny").code == 0
    people = digitlab("predict", seven, text, empty, "--model", "tiny")
    assert people.out.startswith(f"{seven}: 7 (")
    assert [
        line.count(path.name) for line, path in zip(people.err.splitlines(), (text, empty), strict=True)
    ] == [1, 1]


def test_a_picture_with_several_digits_is_answered_with_a_hint(
    tiny_model: Path, digitlab: Digitlab, seven: Path, tmp_path: Path
) -> None:
    number = tmp_path / "number.png"
    with Image.open(seven) as digit:
        sheet = Image.new("L", (1000, 400), 255)
        for place in range(3):
            sheet.paste(digit, (30 + 310 * place, 50))
        sheet.save(number)
    outcome = digitlab("predict", number, seven, "--model", "tiny")
    assert outcome.code == 0
    assert (
        outcome.err.strip()
        == f"{number}: about 3 digits in the picture, only one is recognized; `digitlab read` reads them all"
    )


def _png_of_size(width: int, height: int) -> bytes:
    """A small file whose header promises a huge picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_a_device_or_a_folder_is_refused_at_once(
    home: Path, digitlab: Digitlab, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    device = Path("/dev/zero")
    outcome = digitlab("predict", pipe, device, tmp_path, "--json")
    assert outcome.code == 1
    of_pipe, of_device, of_folder = (line["error"] for line in outcome.json_lines())
    assert of_pipe == f"{pipe}: the file can't be read (it is a pipe or device, not a file)."
    assert "pipe or device" in of_device
    assert "this is a folder" in of_folder
    (line,) = digitlab("read", pipe, "--json").json_lines()
    assert "pipe or device" in line["error"]
    for call in (
        ("evaluate", "--dataset", pipe),
        ("models", "import", pipe),
        ("read", device, "--csv", pipe),
        ("read", device, "--expect", f"one-of={pipe}"),
    ):
        outcome = digitlab(*call)
        assert outcome.code == 2, call
        assert "pipe or device" in outcome.err, (call, outcome.err)


def test_decoders_write_nothing_past_the_program(home: Path, digitlab: Digitlab, tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.effect_noise((60, 60), 90).convert("1").save(content, "TIFF", compression="group4")
    damaged = tmp_path / "damaged.tif"
    damaged.write_bytes(content.getvalue()[:8] + bytes(40) + content.getvalue()[48:])
    for command in ("predict", "read"):
        outcome = digitlab(command, damaged, "--json")
        assert len(outcome.json_lines()) == 1
        assert outcome.err == ""


def in_one_process(calls: Sequence[Sequence[object]], home: Path) -> list[Outcome]:
    """What each of many calls leaves, told as one line of JSON each by a process that makes them all."""
    code = """
import contextlib, io, json, sys
from pipeline.cli import main
for call in json.load(sys.stdin):
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(call)
        except SystemExit as end:
            code = end.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps([[str(word) for word in call] for call in calls]),
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [Outcome(*json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_wrong_calls_exit_with_two_and_one_sentence(
    home: Path, digitlab: Digitlab, seven: Path, tmp_path: Path
) -> None:
    np.savez(tmp_path / "pickled.npz", x_train=np.array([{}]), y_train=[0], x_test=[0], y_test=[0])
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "run.json").write_text("{")
    calls = [
        ("predict", seven, "--model", "nobody"),
        ("predict", seven, "--model", damaged),
        ("models", "show", damaged),
        ("evaluate", "--dataset", tmp_path / "pickled.npz"),
        ("train", "--dataset", tmp_path / "pickled.npz"),
        ("train", "--arch", "rnn"),
        ("train", "--epochs", "0"),
        ("train", "--set", "depth=9"),
        ("train", "--name", "cnn-deep"),
        ("train", "--arch", "dense", "--from", "cnn"),
        ("read", seven, "--expect", "range=5..1"),
        ("runs", "resume", "nothing"),
        ("models", "delete", "nothing", "--yes"),
        ("models", "import", tmp_path / "none.zip"),
    ]
    for call, outcome in zip(calls, in_one_process(calls, home), strict=True):
        assert outcome.code == 2, call
        assert outcome.out == ""
        assert outcome.err.startswith("digitlab: "), (call, outcome.err)
        assert len(outcome.err.strip().splitlines()) == 1, (call, outcome.err)
    assert not list_runs(), "none of these has begun a run"
    assert digitlab("predict").code == 2
    assert digitlab("fly").code == 2


def test_evaluate_gives_every_figure(tiny_model: Path, digitlab: Digitlab, few_digits: Path) -> None:
    outcome = digitlab("evaluate", "tiny", "--dataset", few_digits, "--json")
    assert outcome.code == 0
    (result,) = outcome.json_lines()
    assert result["model"] == tiny_model.name
    assert np.array(result["confusion"]).shape == (10, 10)
    assert np.array(result["confusion"]).sum() == result["count"] == 1000
    assert result["error_count"] == round(1000 * (1 - result["accuracy"]))
    assert "most often confused" in digitlab("evaluate", tiny_model, "--dataset", few_digits).out


def test_sample_draws_digits(tiny_model: Path, digitlab: Digitlab) -> None:
    first = digitlab("sample", "--model", "tiny", "--count", 3, "--seed", 5)
    assert first.code == 0
    assert first.out.count("tiny says") == 3
    assert first.out.count("█") > 50
    assert first.out == digitlab("sample", "--model", "tiny", "--count", 3, "--seed", 5).out


@pytest.mark.slow
def test_models_are_renamed_exported_imported_and_deleted(
    tiny_model: Path, digitlab: Digitlab, tmp_path: Path, seven: Path
) -> None:
    assert digitlab("models", "rename", "tiny", "small").code == 0
    assert digitlab("models", "export", "small", tmp_path / "small.zip").code == 0
    assert digitlab("models", "export", "small", tmp_path / "small.tflite").code == 0
    assert digitlab("models", "export", "small", tmp_path / "small.exe").code == 2
    assert (tmp_path / "small.tflite").read_bytes() == (tiny_model / "model.tflite").read_bytes()
    assert digitlab("models", "delete", "small", "--yes").code == 0
    assert digitlab("models", "show", "small").code == 2
    imported = digitlab("models", "import", tmp_path / "small.zip")
    assert imported.code == 0, imported.err
    assert digitlab("models", "show", "small", "--json").json_lines()[0]["architecture"] == "dense"
    refused = digitlab("runs", "resume", "small", "--epochs", 1)
    assert refused.code == 2
    assert "has no checkpoint" in refused.err
    assert digitlab("models", "default", "small").code == 0
    assert digitlab("predict", seven, "--json").json_lines()[0]["digit"] == 7
    listed = digitlab("models", "list").out
    assert next(line for line in listed.splitlines() if line.startswith("*")).endswith("small")
    shipped = next(line for line in listed.splitlines() if "cnn-fast" in line)
    assert len(re.findall(r"\d\d\.\d\d %", shipped)) == 2, "plain and by human votes"
    assert re.search(r"\(\d\d\.\d\d to \d\d\.\d\d\)", shipped), "the interval"


def test_no_answer_is_told_as_certain(home: Path, digitlab: Digitlab, seven: Path) -> None:
    assert "7 (> 99.9 %)" in digitlab("predict", seven, "--model", "cnn").out


def test_help_tells_bounds_to_the_last_figure(digitlab: Digitlab) -> None:
    out = digitlab("train", "--help").out
    assert "[default: cnn-fast]" in out, "what the page has chosen first"
    assert str(2**31 - 1) in out
    assert "above 0 to 10" in " ".join(out.split())


def test_help_names_every_command(digitlab: Digitlab) -> None:
    out = digitlab("--help").out
    for command in ("train", "evaluate", "predict", "read", "sample", "models", "runs"):
        assert command in out


def test_without_a_command_the_dashboard_opens(home: Path) -> None:
    port = free_port()
    with start_digitlab("--port", port, home=home) as process:
        try:
            deadline = time.monotonic() + 90
            answer = b""
            while not answer and time.monotonic() < deadline:
                assert process.poll() is None, process.communicate()
                try:
                    with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2) as page:
                        answer = page.read()
                except OSError:
                    time.sleep(0.2)
            assert answer == b"ok"
            foreign = urllib.request.Request(f"http://localhost:{port}/", headers={"Host": "evil.example"})
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(foreign, timeout=30)
            taken = run_digitlab("--port", port, home=home)
            assert taken.code == 2
            assert f"Port {port} is taken" in taken.err
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            assert (process.returncode, "Aborted" in out + err) == (0, False)
        finally:
            process.kill()


@pytest.mark.slow
def test_no_tensorflow_before_training(tiny_model: Path, seven: Path) -> None:
    code = (
        "import sys; from pipeline.cli.app import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "assert not {'tensorflow', 'keras', 'streamlit', 'plotly'} & set(sys.modules)"
    )
    for call in (
        ["predict", str(seven), "-m", "tiny"],
        ["evaluate", "tiny"],
        ["models", "list"],
        ["runs", "list"],
    ):
        result = subprocess.run(
            [sys.executable, "-c", code, *call], cwd=PROJECT, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr


def test_time_passes_in_words() -> None:
    from models.formatting import duration

    assert [duration(seconds) for seconds in (0.4, 48, 200, 3900)] == [
        "0 s",
        "48 s",
        "3 min 20 s",
        "1 h 05 min",
    ]


def test_a_picture_of_no_digit_is_told_as_such_first(home: Path, digitlab: Digitlab, tmp_path: Path) -> None:
    a_star(tmp_path / "star.png")
    out = digitlab("predict", tmp_path / "star.png").out
    assert "star.png: perhaps no digit at all; if it is one, " in out


def test_test_images_are_enough_to_evaluate(
    tiny_model: Path, digitlab: Digitlab, few_digits: Path, tmp_path: Path
) -> None:
    with np.load(few_digits) as digits:
        np.savez(tmp_path / "test.npz", x_test=digits["x_test"][:50], y_test=digits["y_test"][:50])
    outcome = digitlab("evaluate", "tiny", "--dataset", tmp_path / "test.npz", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json_lines()[0]["count"] == 50
    assert "it has no array x_train" in digitlab("train", "--dataset", tmp_path / "test.npz").err
