"""Every door that takes files or words from elsewhere, with damaged ones: it works, or says one sentence.

The examples are the same each time. To look for new ones: DIGITLAB_FUZZ=1000 pytest -n 0 tests/test_damaged_files.py
"""

import io
import json
import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from dashboard import batch_store, people
from dashboard.widgets.mistake_link import ADDRESS
from models.archive import export_model, import_model
from models.errors import DigitLabError, InputError
from models.store import find_model, list_models
from pipeline.cli import main
from pipeline.data import user_datasets
from pipeline.data.dataset import load_dataset
from pipeline.data.dataset_import import keep, prepare
from pipeline.imaging.decode import FORMATS
from pipeline.imaging.documents import Content, find_pages, page_pixels
from pipeline.imaging.picture import read_picture
from pipeline.reading.constraints import parse_constraint
from tests.conftest import copy_model, save_digits

_MORE = int(os.environ.get("DIGITLAB_FUZZ", "0"))

_MOST_MEMORY = 700 * 1024**2
"""Bytes beyond what the process had: a picture of 50 megapixels, the largest that is taken, is in there a few times."""

Edits = list[tuple[float, bytes, int]]
EDITS: st.SearchStrategy[Edits] = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=6), st.sampled_from([0, 1, 4, 4, 200, 10**9])),
    min_size=1,
    max_size=3,
)
"""Where in a file, as a share of its length, what is put there, and how many bytes it is put in the place of."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("9" * 400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module", autouse=True)
def bounded_memory() -> Iterator[None]:
    """No file makes the process take more memory than the largest that is allowed does."""
    if sys.platform == "win32":
        yield
        return
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < _MOST_MEMORY


def examples(count: int) -> Callable[[Any], Any]:
    """So many examples, always the same ones and with no bound on the time of one."""
    return settings(
        max_examples=_MORE or count,
        derandomize=not _MORE,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def damaged(data: bytes, edits: Edits) -> bytes:
    for share, new, gone in edits:
        place = int(share * len(data))
        data = data[:place] + new + data[place + gone :]
    return data


@contextmanager
def works_or_tells() -> Iterator[None]:
    """Anything but an error for people is a defect; what it says, beside the name that came, is fit for a terminal."""
    sentence = ""
    try:
        yield
    except InputError as error:
        sentence = error.reason
    except DigitLabError as error:
        sentence = str(error)
    assert sentence.isprintable(), repr(sentence)


def files_below(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def a_picture(form: str) -> bytes:
    pixels = np.full((40, 30), 255, np.uint8)
    pixels[8:32, 12:16] = 0
    first, second = (
        Image.fromarray(pixels).convert("RGB"),
        Image.fromarray(pixels[::-1].copy()).convert("RGB"),
    )
    file = io.BytesIO()
    more: dict[str, Any] = (
        {"save_all": True, "append_images": [second]} if form in ("TIFF", "GIF", "PDF") else {}
    )
    first.save(file, form, **more)
    return file.getvalue()


def look_at(content: Content) -> None:
    """As the Read page and `digitlab read` do."""
    for page in find_pages(content, "file")[:3]:
        with works_or_tells():
            assert page_pixels(content, page).shape[2:] == (3,)


PICTURES = {form: a_picture(form) for form in (*(form.decoder for form in FORMATS), "PDF")}


@pytest.mark.parametrize("form", PICTURES)
@examples(25)
@given(edits=EDITS)
def test_pictures_and_documents(form: str, edits: Edits) -> None:
    content = damaged(PICTURES[form], edits)
    with works_or_tells():
        read_picture(content)
    look_at(content)


@examples(15)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=200))
def test_pictures_that_claim_any_size(width: int, height: int, rest: bytes) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rest))
    gif = b"GIF89a" + struct.pack("<HH", width % 2**16, height % 2**16) + PICTURES["GIF"][10:]
    bmp = PICTURES["BMP"][:18] + struct.pack("<II", width, height) + PICTURES["BMP"][26:]
    for content in (png, gif, bmp):
        with works_or_tells():
            read_picture(content)


@examples(60)
@given(edits=EDITS, name=st.text(max_size=20))
def test_archives_of_pictures(tmp_path: Path, edits: Edits, name: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, form in (("a.png", "PNG"), ("b/c.pdf", "PDF"), (f"../{name}.gif", "GIF")):
            archive.writestr(entry, PICTURES[form])
    path = tmp_path / "pictures.zip"
    for content in (file.getvalue(), damaged(file.getvalue(), edits)):
        path.write_bytes(content)
        look_at(content)
        look_at(path)
    assert files_below(tmp_path) == {path}


@pytest.fixture(scope="module")
def a_data_set(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return save_digits(tmp_path_factory.mktemp("digits") / "digits.npz", 12, 12).read_bytes()


@examples(60)
@given(edits=EDITS, name=st.text(max_size=20))
def test_data_sets(a_data_set: bytes, home: Path, tmp_path: Path, edits: Edits, name: str) -> None:
    path = tmp_path / "damaged.npz"
    path.write_bytes(damaged(a_data_set, edits))
    with works_or_tells():
        assert load_dataset(path).test[0].shape[1:] == (28, 28)
    with works_or_tells():
        keep(prepare(io.BytesIO(path.read_bytes()), name))
    with works_or_tells():
        keep(prepare(io.BytesIO(a_data_set), "digits.npz"), name)
    for kept in user_datasets.list_saved():
        assert kept.path.parent.parent == user_datasets.folder()
        user_datasets.delete(kept)
    assert all(file.name.startswith(".") for file in files_below(user_datasets.folder())), (
        "drafts, which are swept"
    )


@pytest.fixture
def unchecked_archive(tiny_model: Path, tmp_path: Path) -> Path:
    """An exported model whose run.json names another file's hash, so that no process is started to check it."""
    export_model(find_model("tiny"), tmp_path / "tiny.zip")
    with zipfile.ZipFile(tmp_path / "tiny.zip") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    (tmp_path / "tiny.zip").unlink()
    record = json.loads(entries["run.json"])
    record["files"]["model.tflite"] = 64 * "0"
    entries["run.json"] = json.dumps(record).encode()
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return tmp_path / "model.zip"


@examples(40)
@given(edits=EDITS, near_the_end=st.booleans())
def test_archives_of_models(unchecked_archive: Path, edits: Edits, near_the_end: bool) -> None:
    data = unchecked_archive.read_bytes()
    tail = len(data) - 900 if near_the_end else 0  # there the names and sizes stand
    path = unchecked_archive.with_name("damaged.zip")
    path.write_bytes(data[:tail] + damaged(data[tail:], edits))
    before = files_below(path.parent)
    with works_or_tells():
        import_model(path)
        raise AssertionError("it was imported")
    assert files_below(path.parent) == before


def with_other_value(record: dict[str, Any], share: float, value: Any) -> dict[str, Any]:
    """The record with another value in one of its places."""

    def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        keys = part.keys() if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
        for key in keys:
            yield (*path, key)
            yield from places(part[key], (*path, key))

    every = list(places(record))
    *way, last = every[int(share * (len(every) - 1))]
    changed = part = json.loads(json.dumps(record))
    for key in way:
        part = part[key]
    part[last] = value
    return dict(changed)


@examples(20)
@given(share=st.floats(0, 1), value=JSON, edits=st.none() | EDITS)
def test_records_of_runs(
    tiny_model: Path, capsys: pytest.CaptureFixture[str], share: float, value: Any, edits: Edits | None
) -> None:
    other = tiny_model.with_name("20260101-000000-000000")
    if not other.exists():
        copy_model(tiny_model, other.name, "other")
    record = with_other_value(json.loads((tiny_model / "run.json").read_text()), share, value)
    content = json.dumps(record).encode()
    (other / "run.json").write_bytes(damaged(content, edits) if edits else content)
    assert any(model.id == tiny_model.name for model in list_models())
    for command in ("models list", "runs list", f"models show {other.name}"):
        with pytest.raises(SystemExit):
            main(command.split())
        said = capsys.readouterr()
        assert (said.out + said.err).replace("\n", "").isprintable()


@examples(100)
@given(st.sampled_from(sorted(ADDRESS.parameters)), st.text(max_size=12) | st.integers().map(str))
def test_what_stands_in_addresses(home: Path, name: str, text: str) -> None:
    parameter = ADDRESS.parameters[name]
    value = parameter.read(text)
    assert value is None or parameter.read(parameter.write(value)) == value


@examples(40)
@given(st.text(max_size=40))
def test_batches_and_names_in_addresses(home: Path, text: str) -> None:
    batch = batch_store.new_batch_id()
    batch_store.add_file(batch, text, b"content")
    with works_or_tells():
        assert batch_store.files_of(text) is None
        assert batch_store.settings_of(text) == {}
    assert people.name_of(text) is None
    with works_or_tells():
        assert people.name_of(people.register(text)).isprintable()  # type: ignore[union-attr]
    batch_store.delete_batch(batch)


@examples(150)
@given(
    st.builds(
        "".join,
        st.lists(
            st.sampled_from(["length=", "range=", "..", "date=", "one-of=", "luhn", "DDMMYYYY", ","])
            | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
            | st.integers().map(str),
            max_size=5,
        ),
    ),
    st.text("0123456789", max_size=20),
)
def test_rules_for_lines(rule: str, line: str) -> None:
    with works_or_tells():
        assert parse_constraint(rule).holds(line) in (True, False)
