"""The part of the Explain page that says why: evidence, changes, similar training digits."""

import time
from pathlib import Path

from tests.dashboard.conftest import text_of
from tests.dashboard.test_addresses import open_address


def test_a_test_digit_is_explained_by_the_shipped_default(home: Path) -> None:
    app = open_address("explain", digit="8", show="why", model="cnn-deep")
    assert not app.exception
    words = text_of(app)
    assert "cnn-deep says **5" in words
    assert "<figcaption>no digit</figcaption>" in words, "the eleventh answer"
    assert "**For 5**: top right (odds" in words
    assert "of its ink" in words
    assert "it says 6" in words
    assert app.button(key="find_similar")


def test_similar_training_digits_are_found_beside_the_page(tiny_model: Path) -> None:
    app = open_address("explain", digit="0", show="why", model=tiny_model.name)
    assert not app.exception
    assert "tiny says **7" in text_of(app)
    app.button(key="find_similar").click().run()
    deadline = time.monotonic() + 60
    while "are labeled 7" not in text_of(app) and time.monotonic() < deadline:
        app.run()
    assert not app.exception
    assert "of 8 are labeled 7." in text_of(app)
    assert len(list((tiny_model.parent.parent / "features").iterdir())) == 1
