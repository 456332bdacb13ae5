"""Digits that a person corrected and saved: picture, 28x28 image, label, model and date, in `<home>/my_digits/`.

What a person says is no digit is saved as well, and is part of no data set.

Each is three files with one name: the picture and the image as PNG, the rest as JSON. The JSON is written last
and deleted first, so a digit is there whole or not at all.
"""

import io
import json
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from models.digits import SIDE
from models.errors import InputError
from models.files import replacing, write_text
from models.locations import home
from models.ownership import ADMINISTRATOR, Person, check_may_change, may_change

Digit = Annotated[int, Field(ge=0, le=9)]
Part = Literal["train", "test"]

_IMAGE_ENDING = "-28x28.png"
_LARGEST_SIDE = 640  # pixels of a saved picture: enough to see what it was


class SavedRecord(BaseModel):
    """What is known of a saved digit.

    Attributes:
        label: what the person says it is; None for not a digit.
        predicted: what the model said.
        confidence: how sure it was, 0 to 1.
        model: the model's name.
        saved: when, ISO 8601, UTC; "kept" in the file.
        source: canvas, upload or camera.
        part: of a data set made from saved digits that it belongs to, for good.
        owner: who saved it; "" for a lone user.
    """

    model_config = ConfigDict(frozen=True, validate_by_name=True)

    label: Digit | None
    predicted: Digit
    confidence: float = Field(ge=0, le=1, allow_inf_nan=False)
    model: str
    saved: str = Field(alias="kept")
    source: str = "canvas"
    part: Part = "train"
    owner: str = ""

    @field_validator("saved")
    @classmethod
    def _names_a_moment(cls, saved: str) -> str:
        datetime.fromisoformat(saved)
        return saved

    @property
    def label_name(self) -> str:
        """The label in words."""
        return "not a digit" if self.label is None else str(self.label)

    @property
    def moment(self) -> datetime:
        """When it was saved."""
        return datetime.fromisoformat(self.saved)


@dataclass(frozen=True)
class SavedDigit:
    """One saved digit.

    Attributes:
        id: the name of its files.
        record: what is known of it.
        image: what the model saw, uint8 (28, 28), the stroke bright.
    """

    id: str
    record: SavedRecord
    image: NDArray[np.uint8] = field(repr=False, compare=False)

    @property
    def picture_file(self) -> Path:
        """The picture as it was uploaded or drawn, as PNG."""
        return folder() / f"{self.id}.png"

    @property
    def image_file(self) -> Path:
        """The 28x28 image that the model saw, as PNG."""
        return folder() / f"{self.id}{_IMAGE_ENDING}"

    def picture(self) -> bytes | None:
        """The picture as PNG, at most 640 pixels wide and high; None where it is gone or damaged."""
        try:
            content = self.picture_file.read_bytes()
        except OSError:
            return None
        return content if _open_png(content, _LARGEST_SIDE) is not None else None


def folder() -> Path:
    """Where saved digits are; it need not exist yet."""
    return home() / "my_digits"


def reduce_picture(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture as it is saved: uint8 (h, w, 3), RGB, at most 640 pixels wide and high."""
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    return np.array(picture)


def save(
    pixels: NDArray[np.uint8],
    image: NDArray[np.float32],
    label: int | None,
    predicted: int,
    confidence: float,
    model: str,
    source: str = "canvas",
    owner: str = "",
) -> SavedDigit:
    """Saves a digit under its correct label.

    Args:
        pixels: the picture, uint8 (h, w, 3), RGB.
        image: what the model saw, float32 (28, 28) in [0, 1].
        label: what it is, 0 to 9; None for not a digit.
        predicted: what the model said.
        confidence: how sure it was.
        model: the model's name.
        source: canvas, upload or camera.
        owner: whose it is.

    Raises:
        InputError: it can't be written, or the label is no digit.
    """
    moment = datetime.now(UTC)
    try:
        record = SavedRecord(
            label=label,
            predicted=predicted,
            confidence=round(confidence, 6),
            model=model,
            saved=moment.isoformat(timespec="seconds"),
            source=source,
            part=_smaller_part(owner),
            owner=owner,
        )
    except ValidationError:
        raise InputError("", f"Expected a label from 0 to 9, got {label!r}.") from None
    seen = (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    digit = SavedDigit(f"{moment:%Y%m%d-%H%M%S-%f}-{uuid4().hex[:8]}", record, seen)
    try:
        folder().mkdir(parents=True, exist_ok=True)
        for file, content in ((digit.picture_file, reduce_picture(pixels)), (digit.image_file, seen)):
            with replacing(file) as part:
                Image.fromarray(content).save(part, "PNG")
        write_text(folder() / f"{digit.id}.json", record.model_dump_json(by_alias=True) + "\n")
    except OSError as error:
        raise InputError(folder(), f"the digit can't be saved there ({error.strerror}).") from None
    return digit


def list_saved(who: Person = ADMINISTRATOR) -> list[SavedDigit]:
    """Those that `who` may change, newest first; damaged ones are passed over."""
    digits = []
    for file in sorted(folder().glob("*.json"), reverse=True):
        try:
            record = SavedRecord.model_validate_json(file.read_text(encoding="utf-8"))
            if not may_change(record.owner, who):
                continue
            content = file.with_name(f"{file.stem}{_IMAGE_ENDING}").read_bytes()
        except (OSError, ValueError):
            continue
        image = _open_png(content, SIDE)
        if image is not None and image.shape == (SIDE, SIDE):
            digits.append(SavedDigit(file.stem, record, image))
    return digits


def labeled(digits: list[SavedDigit]) -> list[SavedDigit]:
    """Those that are digits."""
    return [digit for digit in digits if digit.record.label is not None]


def _open_png(content: bytes, largest: int) -> NDArray[np.uint8] | None:
    """The picture in shades of gray; None where it is damaged or larger than that, which is not decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels, before the size can be asked
            with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
                return np.asarray(picture.convert("L")) if max(picture.size) <= largest else None
    except Exception:
        return None  # decoders raise nearly anything on damaged bytes


def _smaller_part(owner: str) -> Part:
    """Where an owner's next digit goes, so that both parts stay as large as each other."""
    parts = [digit.record.part for digit in labeled(list_saved()) if digit.record.owner == owner]
    return "test" if parts.count("test") < parts.count("train") else "train"


def delete(digit: SavedDigit, who: Person = ADMINISTRATOR) -> None:
    """Deletes one; it is no error when it is gone already. `ModelError` where `who` may not."""
    check_may_change(digit.record.owner, who)
    (folder() / f"{digit.id}.json").unlink(missing_ok=True)
    digit.image_file.unlink(missing_ok=True)
    digit.picture_file.unlink(missing_ok=True)


def export_npz(digits: list[SavedDigit]) -> bytes:
    """An .npz that `digitlab train` and `evaluate` take as `--dataset`.

    Each digit is for training or for testing as was decided when it was saved, so it never changes sides; where
    one side is empty, all digits are both. What is not a digit is left out.

    Raises:
        InputError: there is no digit to export.
    """
    digits = labeled(digits)
    if not digits:
        raise InputError("", "Expected at least one saved digit to export, but there is none.")
    digits = sorted(digits, key=lambda digit: digit.id)
    images = np.stack([digit.image for digit in digits])
    labels = np.array([digit.record.label for digit in digits], np.uint8)
    test = np.array([digit.record.part == "test" for digit in digits])
    train = ~test
    if test.all() or train.all():
        train = test = np.ones(len(digits), bool)
    file = io.BytesIO()
    arrays: dict[str, Any] = {
        "x_train": images[train],
        "y_train": labels[train],
        "x_test": images[test],
        "y_test": labels[test],
    }
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def export_zip(digits: list[SavedDigit]) -> bytes:
    """A zip with both PNGs of every digit, named by label, and `labels.json`; pictures that are gone are left out."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        listing = []
        for digit in digits:
            name = f"{digit.record.label_name.replace(' ', '-')}-{digit.id}.png"
            small = io.BytesIO()
            Image.fromarray(digit.image).save(small, "PNG")
            files = {
                "picture": (f"pictures/{name}", digit.picture()),
                "image": (f"28x28/{name}", small.getvalue()),
            }
            there = {kind: (path, content) for kind, (path, content) in files.items() if content is not None}
            for path, content in there.values():
                archive.writestr(path, content)
            paths = {kind: path for kind, (path, _) in there.items()}
            listing.append({**paths, **digit.record.model_dump(by_alias=True)})
        archive.writestr("labels.json", json.dumps(listing, indent=2) + "\n")
    return file.getvalue()
