"""A model card says what the records say, travels with the archive, and is passed over by an import."""

import json
import zipfile
from pathlib import Path

from models.archive import CARD
from models.formatting import percent
from models.run_directory import RunDirectory
from models.store import find_model
from pipeline.runs.model_card import export_card, model_card
from tests.conftest import Digitlab


def test_the_card_of_a_shipped_model_has_its_figures(home: Path, tmp_path: Path, digitlab: Digitlab) -> None:
    file = tmp_path / "cnn-deep.md"
    assert digitlab("models", "export", "cnn-deep", file).code == 0
    card = file.read_text(encoding="utf-8")
    record = json.loads((find_model("cnn-deep").directory.record_file).read_text())
    evaluation = find_model("cnn-deep").directory.read_evaluation()
    low, high = evaluation.interval
    for told in (
        "# cnn-deep\n",
        "391,211 parameters",
        "of “not a digit”",
        record["dataset"]["sha256"],
        record["command"],
        "CC BY-SA 3.0",
        f"{percent(evaluation.accuracy)}, 33 wrong",
        f"{percent(low)} to {percent(high)}",
        f"| expected calibration error (15 bins) | {percent(evaluation.calibration_error)} |",
        "7 read as 1: 6 times",
        "| learning\\_rate | 0.004 |",
        "| tensorflow | 2.21.0 |",
        "## Notes",
    ):
        assert told in card, told


def test_names_from_elsewhere_stay_text(tiny_model: Path) -> None:
    record = json.loads((tiny_model / "run.json").read_text())
    record |= {"name": "<b>*x*</b>\n# y", "notes": "[a](http://b)", "command": "digitlab ``` x"}
    record["dataset"]["name"] = "a|b"
    record["results"]["claimed"] = True
    (tiny_model / "run.json").write_text(json.dumps(record))
    card = model_card(find_model(tiny_model.name))
    assert card.startswith("# \\<b\\>\\*x\\*\\</b\\>\\\\n\\# y\n")
    assert "\\[a\\](http" in card
    assert "| a\\|b |" in card
    assert "\n    digitlab ``` x\n" in card
    assert "as claimed by the archive" in card
    assert "CC BY-SA" not in card, "it was not trained on MNIST"


def test_a_complete_export_has_it_beside_its_files(
    tiny_model: Path, tmp_path: Path, digitlab: Digitlab
) -> None:
    """That an import passes it over is in tests/models/test_archive.py."""
    assert digitlab("models", "export", "tiny", tmp_path / "tiny.zip").code == 0
    with zipfile.ZipFile(tmp_path / "tiny.zip") as archive:
        card = archive.read(CARD).decode()
    assert card == model_card(find_model("tiny"))
    assert "has not learned to say" in card
    assert "claimed" not in card
    RunDirectory(tiny_model).evaluation_file.write_text("{")
    assert "the evaluation is missing or damaged" in export_card(find_model("tiny"))
