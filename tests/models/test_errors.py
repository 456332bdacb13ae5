"""An error names its subject, keeps it between processes, and takes another one."""

import pickle
from pathlib import Path

from models.errors import InputError


def test_a_sentence_begins_with_the_subject_where_there_is_one() -> None:
    assert (
        str(InputError(Path("folder/a.png"), "there is no such file."))
        == "folder/a.png: there is no such file."
    )
    assert str(InputError("", "The picture is empty.")) == "The picture is empty."


def test_an_error_about_another_subject_has_the_same_reason() -> None:
    error = InputError(".part.npz", "it is damaged (a: b).")
    assert str(error.about("mine.npz")) == "mine.npz: it is damaged (a: b)."


def test_an_error_comes_whole_out_of_another_process() -> None:
    error = pickle.loads(pickle.dumps(InputError("a.png", "it is damaged.")))  # noqa: S301
    assert (error.subject, error.reason, str(error)) == ("a.png", "it is damaged.", "a.png: it is damaged.")
