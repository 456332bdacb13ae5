"""`import digitlab`: what Python programs get."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path

import pytest
from PIL import Image

import digitlab
from tests.conftest import PROJECT
from tests.pipeline.cli.test_read import pdf_with_a_bad_page
from tests.pipeline.reading.test_reader import page_of


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, digitlab; assert not {'numpy', 'PIL', 'cv2', 'pydantic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, timeout=60)


def test_predict_takes_a_path_or_bytes(home: Path, tmp_path: Path) -> None:
    picture = tmp_path / "four.png"
    Image.fromarray(page_of(("4",))).save(picture)
    answer = digitlab.predict(picture)
    assert (answer.digit, answer.refused, len(answer.probabilities)) == (4, False, 10)
    assert answer.confidence == max(answer.probabilities)
    assert sum(answer.probabilities) == pytest.approx(1)
    assert digitlab.predict(picture.read_bytes()) == digitlab.predict(str(picture)) == answer
    assert digitlab.predict(picture, model="cnn").probabilities != answer.probabilities
    with pytest.raises(FrozenInstanceError):
        answer.digit = 5  # type: ignore[misc]


def test_read_gives_the_pages(home: Path, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    Image.fromarray(page_of(("12", "345"))).save(picture)
    (page,) = digitlab.read(picture, expect=["range=1..999"])
    assert (page.number, page.lines, page.text, page.error) == (None, ("12", "345"), "12\n345", "")
    assert page.numbers == ((12,), (345,))
    assert [(one.text, one.line) for one in page.characters] == [
        ("1", 1),
        ("2", 1),
        ("3", 2),
        ("4", 2),
        ("5", 2),
    ]
    left, top, width, height = page.characters[0].box
    assert 30 <= left < left + width <= 86
    assert 30 <= top < top + height <= 86
    first, bad, last = digitlab.read(pdf_with_a_bad_page())
    assert (first.number, first.text, last.text) == (1, "3141", "5358")
    assert bad.lines == ()
    assert bad.error.startswith("picture, page 2: ")


def test_models_are_listed_and_found_again(home: Path) -> None:
    found = digitlab.models()
    deep = next(model for model in found if model.name == "cnn-deep")
    assert asdict(deep) == {**asdict(deep), "shipped": True, "architecture": "cnn-deep"}
    assert deep.test_accuracy is not None
    assert deep.test_accuracy > 0.99
    assert len({model.id for model in found}) == len(found)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: digitlab.predict(b"text"), "this is a text file"),
        (lambda: digitlab.predict("nowhere.png"), "nowhere.png: there is no such file"),
        (lambda: digitlab.read(b""), "picture: .* empty"),
        (lambda: digitlab.read(b"", model="none such"), "There is no model 'none such'"),
        (lambda: digitlab.read(b"", expect=["length"]), "expected length=N"),
    ],
)
def test_errors_are_one_sentence(home: Path, call: object, sentence: str) -> None:
    assert callable(call)
    with pytest.raises(digitlab.DigitLabError, match=sentence):
        call()
