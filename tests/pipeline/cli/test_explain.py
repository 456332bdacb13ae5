"""`digitlab explain` as a process."""

from pathlib import Path

from PIL import Image

from pipeline.data.dataset import load_dataset
from tests.conftest import Digitlab, a_star


def a_digit(path: Path, index: int) -> Path:
    """A test digit as a picture dark on light."""
    Image.fromarray(255 - load_dataset().test[0][index]).resize((280, 280)).save(path)
    return path


def test_an_answer_is_explained_with_the_digits_it_was_trained_on(
    digitlab: Digitlab, tiny_model: Path, tmp_path: Path
) -> None:
    seven = a_digit(tmp_path / "seven.png", 0)
    outcome = digitlab("explain", seven, "--model", "tiny", "--json")
    assert outcome.code == 0, outcome.err
    (found,) = outcome.json_lines()
    assert found["digit"] == 7
    assert (found["path"], found["model"], found["refused"]) == (str(seven), tiny_model.name, False)
    assert [entry["digit"] for entry in found["evidence"]] == list(range(10))
    assert max(found["evidence"], key=lambda entry: entry["log_odds"])["digit"] == 7
    assert all(len(entry["zones"]) == 3 == len(entry["zones"][0]) for entry in found["evidence"])
    assert [change["kind"] for change in found["changes"]] == ["erase", "turn", "stroke", "move"]
    flipped = [change for change in found["changes"] if change["another_digit"]]
    assert flipped, "a network of three epochs is not that steady"
    for change in flipped:
        assert change["another_digit"]["digit"] != 7
        assert change["sentence"].endswith(f"it says {change['another_digit']['digit']}.")
    assert all(change["no_digit"] is None for change in found["changes"]), "it knows no refusal"
    assert len(found["neighbors"]) == 8
    distances = [near["distance"] for near in found["neighbors"]]
    assert distances == sorted(distances)
    assert {near["label"] for near in found["neighbors"][:3]} == {7}
    assert max(near["index"] for near in found["neighbors"]) < 2000, "of the data set it was trained on"


def test_people_read_what_made_it_no_digit(digitlab: Digitlab, tmp_path: Path) -> None:
    outcome = digitlab("explain", a_star(tmp_path / "star.png"), "--no-neighbors")
    assert outcome.code == 0, outcome.err
    assert "cnn-deep says no digit" in outcome.out
    assert "speaks for no digit: " in outcome.out
    assert "of its ink" in outcome.out
    assert "training digits" not in outcome.out
