"""Data: with and without a model, each section, a data set that is gone."""

import io
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from models.run_directory import RunDirectory
from pipeline.data.dataset_import import keep, prepare
from pipeline.data.user_datasets import folder, list_saved
from tests.dashboard.conftest import open_page, sign_up, text_of


def test_without_a_model_it_shows_mnist_and_its_license(home: Path, no_shipped_models: Path) -> None:
    app = open_page("data")
    assert not app.exception
    words = text_of(app)
    assert "CC BY-SA 3.0" in words
    assert "60,000 training and 10,000 test images" in words
    assert "Random samples of each digit" in words


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("averages", "Never inked"),
        ("hardest", "The test digits with the highest loss"),
        ("augmentation", "variations of it at strength 1"),
    ],
)
def test_sections_show_the_models_own_data(
    home: Path, shipped_tiny: str, section: str, expected: str
) -> None:
    app = open_page("data", data_section=section)
    assert not app.exception
    words = text_of(app)
    assert expected in words
    assert "few.npz" in words


def test_without_a_model_nothing_is_hard(home: Path, no_shipped_models: Path) -> None:
    app = open_page("data", data_section="hardest")
    assert not app.exception
    assert "No model yet" in text_of(app)


def test_other_samples_at_a_click(home: Path, shipped_tiny: str) -> None:
    app = open_page("data")
    before = text_of(app)
    app.button(key="roll_samples").click().run()
    assert not app.exception
    assert text_of(app) != before


def test_the_slider_varies_the_digits_further(home: Path, shipped_tiny: str) -> None:
    app = open_page("data", data_section="augmentation")
    app.slider(key="varied_strength").set_value(2.5).run()
    assert not app.exception
    assert "variations of it at strength 2.5" in text_of(app)


def test_a_data_set_that_is_gone_is_one_sentence(tiny_model: Path, no_shipped_models: Path) -> None:
    run = RunDirectory(tiny_model)
    run.update(dataset=run.read().dataset.model_copy(update={"path": "/nowhere/gone.npz"}))
    app = open_page("data")
    assert not app.exception
    assert "there is no such dataset file" in app.error[0].value


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    (uploader,) = app.file_uploader
    app = uploader.set_value((name, content, "application/octet-stream")).run()
    assert not app.exception, app.exception
    return app


def inverted(few_digits: Path, step: int = 1) -> bytes:
    """50 test digits dark on bright, without any other part."""
    content = io.BytesIO()
    with np.load(few_digits) as digits:
        np.savez(content, x=255 - digits["x_test"][:50, ::step, ::step], y=digits["y_test"][:50])
    return content.getvalue()


def test_an_upload_is_shown_before_and_after_and_added_when_somebody_agrees(
    home: Path, few_digits: Path, no_shipped_models: Path
) -> None:
    app = upload(open_page("data", data_section="sets"), "small ones.npz", inverted(few_digits, 2))
    words = text_of(app)
    assert words.count(' before"') == words.count(' after"') > 0
    assert "enlarged to 28 by 28" in words
    assert "Dark and bright change places in 50 of 50 images" in words
    assert not list_saved()
    app.checkbox(key="dataset_turn_round").uncheck().run()
    assert "change places in 50 of 50" not in text_of(app)
    app.checkbox(key="dataset_turn_round").check().run()
    app.radio(key="dataset_use").set_value(True).run()
    assert app.button(key="dataset_add").label == "Resize and add data set"
    app.text_input(key="dataset_name small ones.npz").set_value("mnist").run()
    app.button(key="dataset_add").click().run()
    assert "always here; choose another" in app.error[0].value
    app.text_input(key="dataset_name small ones.npz").set_value("tiny images").run()
    app.button(key="dataset_add").click().run()
    assert not app.exception
    (stored,) = list_saved()
    assert (stored.name, stored.train, sum(stored.test)) == ("tiny images", None, 50)
    assert app.selectbox(key="chosen_dataset").value == stored.id
    assert app.dataframe[0].value["Name"].tolist() == ["MNIST", "tiny images"]
    assert [path.name for path in folder().iterdir()] == [stored.id]


def test_an_upload_can_be_canceled_and_a_bad_one_is_refused(home: Path, few_digits: Path) -> None:
    app = upload(open_page("data", data_section="sets"), "ones.npz", inverted(few_digits))
    app.button(key="dataset_cancel").click().run()
    assert not app.exception
    assert [*folder().iterdir()] == []
    app = upload(app, "test.csv", b"pixel0,pixel1,pixel2,pixel3\n0,0,0,0\n")
    assert "test.csv: expected a label and its pixels in each line" in app.error[0].value.replace("\\", "")
    assert "dataset_add" not in [button.key for button in app.button]


def test_a_data_set_is_renamed_and_deleted_on_the_page(
    tiny_model: Path, few_digits: Path, no_shipped_models: Path
) -> None:
    with few_digits.open("rb") as file:
        stored = keep(prepare(file, "few.npz"))
    app = open_page("data", data_section="sets")
    app.text_input(key=f"dataset_new_name {stored.id}").set_value("other").run()
    app.button(key=f"dataset_rename {stored.id}").click().run()
    assert not app.exception
    assert [dataset.name for dataset in list_saved()] == ["other"]
    assert "Models that were trained on it stay" in "".join(text.value for text in app.markdown)
    assert app.dataframe[0].value["Training images"].tolist() == [60_000, 2000]
    app.button(key=f"dataset_delete {stored.id}").click().run()
    assert not app.exception
    assert list_saved() == []


def test_only_the_owner_changes_a_data_set(shared: Path, few_digits: Path, no_shipped_models: Path) -> None:
    with few_digits.open("rb") as file:
        stored = keep(prepare(file, "few.npz"), owner="Ann")
    bob = sign_up("Bob")
    bob.session_state["data_section"] = "sets"
    bob.switch_page("views/data.py").run()
    assert bob.dataframe[0].value["Owner"].fillna("").tolist() == ["", "Ann"]
    bob.button(key=f"dataset_delete {stored.id}").click().run()
    assert "Only Ann or the teacher can change this" in bob.error[0].value
    assert list_saved() == [stored]


def test_labels_are_kept_changed_and_dropped_and_the_decisions_outlive_the_session(
    home: Path, shipped_tiny: str, tmp_path: Path, few_digits: Path
) -> None:
    with np.load(few_digits) as digits:
        labels = digits["y_test"][:300].copy()
        labels[[5, 50, 100, 150]] = (labels[[5, 50, 100, 150]] + 3) % 10
        np.savez(tmp_path / "doubtful.npz", x_test=digits["x_test"][:300], y_test=labels)
    with (tmp_path / "doubtful.npz").open("rb") as file:
        stored = keep(prepare(file, "doubtful.npz"))
    app = open_page("data", data_section="labels", audited_data=stored.id)
    assert not app.exception
    assert {"section": "labels", "set": stored.id}.items() <= {**app.query_params}.items()
    keys = {
        button.label.split()[0]: str(button.key)
        for button in app.button
        if str(button.key).startswith("label_answer")
    }
    assert list(keys) == ["Keep", "Change", "Drop"]
    assert app.button(key="audit_make").disabled
    app.button(key=keys["Change"]).click().run()
    app.button(key=keys["Drop"]).click().run()
    app.button(key=keys["Keep"]).click().run()
    assert not app.exception
    assert "3 decided" in text_of(app)

    later = open_page("data", data_section="labels", audited_data=stored.id)
    assert "3 decided" in text_of(later)
    assert "You decided: now " in text_of(later)
    later.button(key="label_undo").click().run()
    assert "2 decided" in text_of(later)
    later.button(key="label_digit_8").click().run()
    assert "1 to change and 1 to drop of doubtful" in text_of(later)
    later.text_input(key="audit_name").set_value("better").run()
    later.button(key="audit_make").click().run()
    assert not later.exception
    made = list_saved()[0]
    assert (made.name, made.source, sum(made.test)) == ("better", "doubtful", 299)
    record = made.path.with_name("corrections.csv").read_text().splitlines()
    assert record[0] == "part,index,before,after,who,when"
    assert len(record) == 3


def test_labels_of_mnist_have_their_accuracy_by_votes_beside(home: Path) -> None:
    app = open_page("data", data_section="labels", model="cnn-fast")
    assert not app.exception
    words = text_of(app)
    assert "Accuracy as labeled" in words
    assert "By human votes" in words
    assert "Of five people" in words


def test_nobody_sees_what_others_decided(shared: Path, shipped_tiny: str) -> None:
    ann = sign_up("Ann")
    ann.session_state["data_section"] = "labels"
    ann.switch_page("views/data.py").run()
    ann.button(key="label_answer_0").click().run()
    assert "1 decided" in text_of(ann)
    bob = sign_up("Bob")
    bob.session_state["data_section"] = "labels"
    bob.switch_page("views/data.py").run()
    assert not bob.exception
    assert "0 decided" in text_of(bob)
