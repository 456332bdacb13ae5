"""`digitlab data`, and data sets of one's own in `evaluate` and `train`."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.data.user_datasets import list_saved
from tests.conftest import PROJECT, Digitlab


@pytest.fixture
def threes_and_eights(tmp_path: Path, few_digits: Path) -> Path:
    """A file with test digits of two kinds only."""
    path = tmp_path / "3 and 8.npz"
    with np.load(few_digits) as digits:
        chosen = np.isin(digits["y_test"], (3, 8))
        np.savez(path, x_test=digits["x_test"][chosen], y_test=digits["y_test"][chosen])
    return path


def test_a_data_set_is_added_evaluated_renamed_and_deleted(
    tiny_model: Path, digitlab: Digitlab, threes_and_eights: Path
) -> None:
    added = digitlab("data", "add", threes_and_eights, "--owner", "Ann", "--json")
    assert added.code == 0, added.err
    (stored,) = added.json_lines()
    assert (stored["name"], stored["owner"], stored["train"]) == ("3 and 8", "Ann", None)

    told = digitlab("evaluate", "tiny", "--dataset", "3 and 8")
    assert told.code == 0, told.err
    rows = {line.split()[1]: line.split()[2:] for line in told.out.splitlines() if line.startswith("true")}
    assert rows["5"] == ["-"] * 12, "ten cells, recall and precision"
    assert "-" not in rows["3"]
    (result,) = digitlab("evaluate", "tiny", "--dataset", stored["dataset"], "--json").json_lines()
    assert result["count"] == sum(stored["test"])
    assert result["classes"][5]["recall"] is None
    assert len(list((tiny_model / "evaluations").iterdir())) == 1, "kept beside the model"

    refused = digitlab("train", "--dataset", "3 and 8")
    assert (refused.code, refused.err) == (
        2,
        "digitlab: 3 and 8: it has no training images, so it is only for evaluating.\n",
    )
    assert digitlab("data", "rename", "3 and 8", "two kinds").code == 0
    (renamed,) = digitlab("data", "list", "--json").json_lines()
    assert renamed == {**stored, "name": "two kinds"}
    assert digitlab("data", "delete", "two kinds", "--yes").code == 0
    assert not list_saved()
    gone = digitlab("evaluate", "tiny", "--dataset", "two kinds")
    assert gone.code == 2
    assert gone.err == "digitlab: two kinds: there is no data set of that name or ID, and no such file.\n"


def test_it_asks_before_images_are_resized_or_inverted(home: Path, tmp_path: Path, few_digits: Path) -> None:
    with np.load(few_digits) as digits:
        small = 255 - digits["x_test"][:30, ::2, ::2]
        np.savez(tmp_path / "small.npz", x=small, y=digits["y_test"][:30])
    call = [sys.executable, *["-m", "pipeline.cli", "data", "add"], str(tmp_path / "small.npz")]

    def answer(words: str, *options: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*call, *options], cwd=PROJECT, input=words, capture_output=True, text=True, check=False
        )

    refused = answer("n\n")
    assert refused.returncode == 1
    assert "14 by 14 pixels. Resize them to 28 by 28?" in refused.stderr
    assert not list_saved()
    assert "30 images are dark on bright" in answer("y\nn\n").stderr
    (stored,) = list_saved()
    assert stored.changes[0] == "Images of 14 by 14 pixels are enlarged to 28 by 28."
    said = answer("", "--yes", "--name", "turned")
    assert said.returncode == 0
    assert "Dark and bright change places in 30 of 30 images." in said.stderr
    assert "Added turned" in said.stderr
