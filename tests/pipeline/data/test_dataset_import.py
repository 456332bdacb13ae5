"""Files from other programs become data sets of MNIST's form, or are refused in one sentence."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError, ModelError
from models.ownership import Person
from pipeline.data.dataset_import import Draft, keep, prepare
from pipeline.data.user_datasets import (
    StoredDataset,
    delete,
    find_saved,
    folder,
    list_saved,
    open_stored,
    rename,
)


@pytest.fixture
def digits(few_digits: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """100 test digits of MNIST and their labels."""
    with np.load(few_digits) as arrays:
        return arrays["x_test"][:100], arrays["y_test"][:100]


def npz(**arrays: Any) -> io.BytesIO:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    content.seek(0)
    return content


def csv_of(
    images: NDArray[Any], labels: NDArray[Any] | None = None, names: bool = True, last: bool = False
) -> io.BytesIO:
    pixels = images.reshape(len(images), images[0].size if len(images) else 784)
    columns = [pixels] if labels is None else [pixels, labels[:, None]] if last else [labels[:, None], pixels]
    words = [f"pixel{place}" for place in range(pixels.shape[1])]
    head = ",".join(words if labels is None else [*words, "label"] if last else ["label", *words])
    lines = [",".join(map(str, row)) for row in np.hstack(columns).tolist()]
    return io.BytesIO("\r\n".join([head, *lines] if names else lines).encode())


def digits_for_testing(dataset: StoredDataset) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return open_stored(dataset, test_only=True).test


Make = Callable[[NDArray[np.uint8], NDArray[np.uint8]], io.BytesIO]

FORMS: dict[str, tuple[Make, list[str]]] = {
    "as it is": (lambda x, y: npz(x_test=x, y_test=y), []),
    "x and y": (lambda x, y: npz(x=x, y=y), ["All images are for testing."]),
    "one channel, long integers": (
        lambda x, y: npz(x_test=x[..., None].astype(np.int64), y_test=y[:, None]),
        [],
    ),
    "channel first, halves": (
        lambda x, y: npz(x_test=(x[:, None] / 255).astype(np.float32), y_test=y.astype(float)),
        ["Values from 0 to 1 become 0 to 255."],
    ),
    "rows of floats": (
        lambda x, y: npz(x_test=x.reshape(-1, 784).astype(float), y_test=y),
        [
            "Values from 0 to 255 are rounded to whole numbers.",
            "Rows of 784 values become images of 28 by 28 pixels.",
        ],
    ),
    "one-hot, inverted": (
        lambda x, y: npz(x_test=255 - x, y_test=np.eye(10)[y]),
        [
            "Rows of ten zeros and ones become labels from 0 to 9.",
            "Dark and bright change places in 100 of 100 images.",
        ],
    ),
    "Kaggle": (
        lambda x, y: csv_of(x, y),
        ["Rows of 784 values become images of 28 by 28 pixels.", "All images are for testing."],
    ),
    "CSV without names": (
        lambda x, y: csv_of(x, y, names=False),
        ["Rows of 784 values become images of 28 by 28 pixels.", "All images are for testing."],
    ),
    "CSV of fractions, the label last": (
        lambda x, y: csv_of(x / 255, y, last=True),
        [
            "Values from 0 to 1 become 0 to 255.",
            "Rows of 784 values become images of 28 by 28 pixels.",
            "All images are for testing.",
        ],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_digits_and_says_what_was_changed(
    home: Path, digits: tuple[NDArray[np.uint8], NDArray[np.uint8]], form: str
) -> None:
    make, changes = FORMS[form]
    draft = prepare(make(*digits), "some digits.dat")
    assert [sample.label for sample in draft.samples] == digits[1][
        np.linspace(0, 99, 20).round().astype(int)
    ].tolist()
    assert not list_saved(), "nobody has agreed yet"
    stored = keep(draft, only_to_evaluate=True, owner="Ann")
    images, labels = digits_for_testing(stored)
    assert np.array_equal(images, digits[0])
    assert np.array_equal(labels, digits[1])
    assert list(stored.changes) == changes
    assert (stored.name, stored.owner, stored.source, stored.train) == (
        "some digits",
        "Ann",
        "some digits.dat",
        None,
    )
    assert stored.test == np.bincount(digits[1], minlength=10).tolist()
    assert list_saved() == [stored]
    assert [path.name for path in folder().iterdir()] == [stored.id], "nothing else stays on the disk"


def test_a_file_in_the_right_form_is_kept_as_it_is(home: Path, few_digits: Path) -> None:
    with few_digits.open("rb") as file:
        stored = keep(prepare(file, "few.npz"), "mine")
    assert stored.path.read_bytes() == few_digits.read_bytes()
    assert (sum(stored.train or []), sum(stored.test)) == (2000, 1000)
    with few_digits.open("rb") as file:
        assert keep(prepare(file, "again.npz"), "again") == stored, "what is there already is stored once"


def test_small_images_are_enlarged_and_inverted_ones_stay_where_somebody_wants_that(
    home: Path, digits: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> None:
    images, labels = digits
    small = images.reshape(-1, 14, 2, 14, 2).mean((2, 4))
    draft = prepare(npz(x=(255 - small) / 255, y=labels), "small.npz")
    assert (draft.side, draft.dark) == (14, 100)
    assert draft.samples[0].before.shape == (14, 14)
    assert draft.samples[0].before[0, 0] == 255
    kept = keep(draft, turn_round=False)
    assert "Images of 14 by 14 pixels are enlarged to 28 by 28." in kept.changes
    assert digits_for_testing(kept)[0][:, 0, 0].min() == 255
    sixteenths = np.round(images.reshape(-1, 14, 2, 14, 2).mean((2, 4)) / 16).clip(0, 16)
    kept = keep(prepare(npz(x=sixteenths, y=labels), "sixteenths.npz"))
    assert "Values from 0 to 16 become 0 to 255." in kept.changes
    assert digits_for_testing(kept)[0].max() == 255


def test_without_a_test_part_a_fifth_is_held_out_the_same_each_time(
    home: Path, digits: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> None:
    images, labels = digits
    stored = keep(prepare(npz(x_train=images, y_train=labels), "train.npz"))
    again = keep(prepare(csv_of(images, labels), "train.csv"), owner="Ann")
    assert stored.train is not None
    assert sum(stored.train) + sum(stored.test) == 100
    assert sum(stored.test) == pytest.approx(20, abs=3)
    assert stored.changes == (
        f"{sum(stored.test)} of 100 images, drawn with seed 0, are held out for testing.",
    )
    assert np.array_equal(digits_for_testing(stored)[0], digits_for_testing(again)[0])
    assert len(open_stored(stored).train[1]) == sum(stored.train)
    one = keep(prepare(npz(x=images[:1], y=labels[:1]), "one.npz"))
    assert (one.train, sum(one.test)) == (None, 1)
    with pytest.raises(InputError, match="one: it has no training images"):
        open_stored(one)


def a_picture(image: NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(255 - image).resize((112, 112)).save(content, "PNG")
    return content.getvalue()


def folders(names: dict[str, bytes]) -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    content.seek(0)
    return content


def test_pictures_in_folders_take_the_way_of_every_picture(
    home: Path, digits: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> None:
    images, labels = digits[0][:6], digits[1][:6]
    files = {
        f"mine/{label}/{place}.png": a_picture(image)
        for place, (image, label) in enumerate(zip(images, labels, strict=True))
    }
    shares: list[float] = []
    draft = prepare(
        folders({**files, "mine/3/bad.png": b"no", "mine/notes/x.png": b"", "../9/up.txt": b""}),
        "own.zip",
        shares.append,
    )
    assert shares[-1] == 1
    assert draft.samples[0].before.shape == (96, 96)
    stored = keep(draft, only_to_evaluate=True)
    found, truth = digits_for_testing(stored)
    assert sorted(truth) == sorted(labels)
    assert min(np.abs(found.astype(int) - image).mean((1, 2)).min() for image in images) < 12
    assert "mine/3/bad.png: expected a PNG" in stored.changes[1]
    assert stored.changes[2] == "Pictures and documents in other folders are left out: 1."
    halves = {
        f"{part}/{place}": data
        for part in ("train", "test")
        for place, data in (("7/a.png", a_picture(images[0])), ("1/b.png", a_picture(images[2])))
    }
    stored = keep(prepare(folders(halves), "halves.zip"))
    assert stored.train == stored.test == [0, 1, 0, 0, 0, 0, 0, 1, 0, 0]


def bad_header(header: bytes) -> io.BytesIO:
    array = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header
    return folders({"x.npy": array, "y.npy": array})


X, Y = np.full((4, 28, 28), 200, np.uint8), np.arange(4)

REFUSED: dict[str, tuple[Callable[[], io.BytesIO], str]] = {
    "nothing": (io.BytesIO, "expected an .npz file, a CSV file, or a .zip"),
    "binary": (lambda: io.BytesIO(b"\x7fELF\0\0"), "expected an .npz file, a CSV file, or a .zip"),
    "text": (lambda: io.BytesIO(b"some words\nand more\n"), "such as 785 columns, got 1"),
    "test.csv": (lambda: csv_of(X), "784 pixels without a label; without labels, as in Kaggle's test.csv"),
    "words": (
        lambda: io.BytesIO(csv_of(X, Y, names=False).getvalue().replace(b"200", b"ink", 1)),
        "after 0 digits some line",
    ),
    "a gap": (
        lambda: io.BytesIO(csv_of(X, Y, names=False).getvalue().replace(b",200,", b",,", 1)),
        "785 numbers in each line",
    ),
    "a long line": (lambda: io.BytesIO(csv_of(X, Y).getvalue() + b",1,2"), "785 numbers in each line"),
    "names alone": (lambda: csv_of(X[:0], Y[:0]), "expected 1 to 300,000 images, got 0"),
    "no end of line": (
        lambda: io.BytesIO(csv_of(X, Y).getvalue() + b"\n" + b"1" * 9 * 1024**2),
        "lines of at most 1 MB",
    ),
    "a label of 12": (lambda: npz(x=X, y=Y + 9), "expected labels from 0 to 9, got 9 to 12"),
    "half a label": (lambda: npz(x=X, y=Y / 2), "expected labels from 0 to 9"),
    "two hot": (lambda: npz(x=X, y=np.ones((4, 10))), "one 1 and nine 0s"),
    "five labels": (lambda: npz(x=X, y=np.arange(5)), "got 4 images and 5 labels"),
    "no labels": (lambda: npz(x_test=X), "expected the two arrays x_test and y_test, got one"),
    "other names": (lambda: npz(a=X, b=Y), "or x and y, got a, b"),
    "colors": (lambda: npz(x=np.zeros((4, 28, 28, 3)), y=Y), "expected square gray images"),
    "not square": (lambda: npz(x=np.zeros((4, 28, 20)), y=Y), "expected square gray images"),
    "no images": (lambda: npz(x=np.zeros((0, 28, 28)), y=Y[:0]), "expected 1 to 300,000 images, got 0"),
    "two sizes": (lambda: npz(x_train=X, y_train=Y, x_test=X[:, :14, :14], y_test=Y), "images of one size"),
    "negative": (lambda: npz(x=X - 201.0, y=Y), "from 0 to 1 or from 0 to 255, got -1 to -1"),
    "not a number": (lambda: npz(x=X * np.nan, y=Y), "got nan to nan"),
    "pickled": (lambda: npz(x=np.array([{}] * 4), y=Y), "never unpickled"),
    "words in y": (lambda: npz(x=X, y=np.array(["a"] * 4)), "expected numbers in y"),
    "header": (
        lambda: bad_header(b"{'descr': '|u1', 'fortran_order': False, 'shape': 20}"),
        "x, but it can't be read",
    ),
    "terabytes": (
        lambda: bad_header(b"{'descr': '|u1', 'fortran_order': False, 'shape': (10**9, 28, 28)}"),
        "x, but it can't be read",
    ),
    "cut short": (lambda: io.BytesIO(npz(x=X, y=Y).getvalue()[:-40]), "damaged"),
    "no folders": (lambda: folders({"a/b.png": a_picture(X[0])}), "expected folders named 0 to 9"),
    "no pictures": (lambda: folders({"1/b.txt": b"1"}), "expected pictures"),
    "only bad ones": (lambda: folders({"1/b.png": b"1"}), "none can be read: 1/b.png"),
    "both ways": (lambda: folders({"1/b.png": b"1", "test/1/b.png": b"1"}), "but there are both"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_not_be_used_is_refused_in_one_sentence(home: Path, case: str) -> None:
    make, words = REFUSED[case]
    with pytest.raises(InputError) as refused:
        prepare(make(), "given.npz")
    sentence = str(refused.value)
    assert sentence.startswith("given.npz: ")
    assert words in sentence
    assert len(sentence.splitlines()) == 1
    assert not [*folder().glob("*")]


def test_what_claims_too_much_is_refused_before_it_is_read(home: Path) -> None:
    bomb = npz(x=np.zeros((60_000, 28, 28), np.uint8), y=np.zeros(60_000, np.uint8))
    tracemalloc.start()
    with pytest.raises(InputError, match="more than 100 times its size"):
        prepare(bomb, "bomb.npz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024**2
    with (home / "large.csv").open("w+b") as large:
        large.truncate(201 * 1024**2)
        with pytest.raises(InputError, match=r"at most 200 MB, got 201\.0 MB"):
            prepare(large, "large.csv")


def test_a_data_set_is_renamed_and_deleted_by_its_owner_alone(home: Path, few_digits: Path) -> None:
    with few_digits.open("rb") as file:
        stored = keep(prepare(file, "../../etc/few.npz"), owner="Ann")
    assert stored.name == "few"
    for who in (Person("Bob"), Person("")):
        with pytest.raises(ModelError, match="Only Ann or the teacher"):
            rename(stored, "his", who)
        with pytest.raises(ModelError, match="Only Ann or the teacher"):
            delete(stored, who)
    for name in ("", "mnist", "My digits", "a\x1b[2J"):
        with pytest.raises(ModelError):
            rename(stored, name)
    renamed = rename(stored, "../hers", Person("Ann"))
    assert find_saved("../hers") == find_saved(stored.id) == renamed
    delete(renamed, Person("Ann"))
    assert [*folder().iterdir()] == []
    for action in (lambda: delete(renamed), lambda: rename(renamed, "gone")):
        with pytest.raises(ModelError, match="no longer exists"):
            action()


def test_a_draft_that_was_swept_is_told(home: Path) -> None:
    draft: Draft = prepare(npz(x=X, y=Y), "late.npz")
    draft.path.unlink()
    with pytest.raises(InputError, match=r"late\.npz: it was uploaded too long ago"):
        keep(draft)
    assert [*folder().iterdir()] == []
