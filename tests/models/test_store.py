import shutil
from pathlib import Path

import pytest

from models.errors import ModelError
from models.locations import PRETRAINED
from models.recognizer import Recognizer
from models.run_directory import RunDirectory
from models.store import annotate, default_model, delete, find_model, list_models, rename, set_default
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.metrics import evaluate

SHIPPED = ("cnn", "cnn-deep", "cnn-fast", "dense")
PROMISED = {"cnn-deep": 0.996, "cnn-fast": 0.9914, "cnn": 0.985, "dense": 0.984}


def test_the_shipped_models_are_there_and_the_deep_one_answers(home: Path) -> None:
    assert tuple(model.name for model in list_models()) == SHIPPED
    assert all(model.shipped for model in list_models())
    assert default_model().name == "cnn-deep"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_is_what_its_record_says(home: Path, name: str) -> None:
    model = find_model(name)
    record = model.record
    assert record.command.startswith(f"digitlab train --arch {name}")
    assert record.dataset.sha256 == load_dataset().sha256
    assert {"tensorflow", "keras", "python"} <= record.versions.keys()
    assert record.config.architecture == name
    assert f"--seed {record.config.seed}" in record.command
    assert model.directory.hash_model_files() == record.files
    assert all(path.stat().st_size < 3e6 for path in model.directory.path.iterdir())
    images, labels = load_dataset().test
    measured = evaluate(Recognizer(model.directory.litert_file).probabilities(images), labels)
    stored = model.directory.read_evaluation()
    assert measured.accuracy >= PROMISED[name]
    assert abs(measured.error_count - stored.error_count) <= 1
    assert measured.loss == pytest.approx(stored.loss, rel=0.01)
    predicted = model.directory.read_predictions().argmax(1)
    assert (predicted != labels).sum() == stored.error_count


def test_shipped_models_can_not_be_changed(home: Path) -> None:
    model = find_model("cnn")
    for change in (delete, lambda m: rename(m, "mine"), lambda m: annotate(m, "mine")):
        with pytest.raises(ModelError, match="ships with Digit Lab"):
            change(model)
    assert (PRETRAINED / "cnn" / "run.json").exists()


def test_a_model_is_found_by_id_name_and_path(tiny_model: Path) -> None:
    for reference in ("tiny", tiny_model.name, str(tiny_model)):
        assert find_model(reference).directory.path == tiny_model
    with pytest.raises(ModelError, match=r"no model 'nobody'; the models are: .*tiny"):
        find_model("nobody")


def test_a_reference_means_one_model_whatever_others_are_called(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="ships with Digit Lab; choose another"):
        rename(find_model("tiny"), "cnn-deep")
    with pytest.raises(ModelError, match="looks like a run ID"):
        rename(find_model("tiny"), tiny_model.name)
    RunDirectory(tiny_model).update(name="cnn-deep")  # as one from another machine may be called
    assert not find_model("cnn-deep").shipped
    for model in list_models():
        assert find_model(model.reference).id == model.id


def test_own_models_are_renamed_annotated_and_deleted(tiny_model: Path) -> None:
    rename(find_model("tiny"), "  small ")
    annotate(find_model("small"), "my first")
    assert find_model("small").record.notes == "my first"
    for name in ("", " ", "x" * 61):
        with pytest.raises(ModelError, match="1 to 60 characters"):
            rename(find_model("small"), name)
    with pytest.raises(ModelError, match=r"contain invisible characters; got 'sm\\x07all'"):
        rename(find_model("small"), "sm\x07all")
    assert rename(find_model("small"), "my\u00a0small\none").name == "my small one"
    delete(find_model("my small one"))
    assert not tiny_model.exists()


def test_the_default_is_a_choice_that_survives_its_models_end(tiny_model: Path) -> None:
    set_default(find_model("tiny"))
    assert default_model().name == "tiny"
    shutil.rmtree(tiny_model)
    assert default_model().name == "cnn-deep"


def test_a_damaged_directory_hides_no_other_model(tiny_model: Path) -> None:
    broken = tiny_model.with_name("20200101-000000-000000")
    shutil.copytree(tiny_model, broken)
    RunDirectory(broken).record_file.write_text("{")
    assert "tiny" in [model.name for model in list_models()]
    with pytest.raises(ModelError, match=r"run\.json is damaged"):
        find_model(str(broken))
