"""The files that a model can be exported to, each declared once; the command line and the page list them."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from models.archive import export_model
from models.errors import ConfigError, ModelError
from models.extras import missing
from models.files import write_text
from models.store import StoredModel
from pipeline.runs.model_card import export_card, model_card
from pipeline.runs.onnx_export import export_onnx


@dataclass(frozen=True)
class ExportFormat:
    """One kind of file.

    Attributes:
        suffix: of its name, which `digitlab models export` goes by.
        label: what the page calls it.
        help: what it is good for, one sentence.
        write: writes the model to a path; `ModelError` where that can't be written.
        missing: tells, in one sentence, what has to be installed for it; "" where nothing has.
    """

    suffix: str
    label: str
    help: str
    write: Callable[[StoredModel, Path], None]
    missing: Callable[[], str] = lambda: ""


def _copy_keras(model: StoredModel, path: Path) -> None:
    _copy(model.directory.keras_file, path)


def _copy_litert(model: StoredModel, path: Path) -> None:
    _copy(model.directory.litert_file, path)


def _copy(file: Path, path: Path) -> None:
    try:
        shutil.copyfile(file, path)
    except OSError as error:
        raise ModelError(f"{path}: the model can't be written there ({error.strerror}).") from None


def _write_archive(model: StoredModel, path: Path) -> None:
    export_model(model, path, export_card(model))


def _write_card(model: StoredModel, path: Path) -> None:
    text = model_card(model)
    try:
        write_text(path, text)
    except OSError as error:
        raise ModelError(f"{path}: the model card can't be written there ({error.strerror}).") from None


EXPORT_FORMATS = (
    ExportFormat(".keras", "Keras (.keras)", "Load it with `keras.models.load_model`.", _copy_keras),
    ExportFormat(
        ".tflite",
        "LiteRT (.tflite)",
        "For phones and small computers; LiteRT is what TensorFlow Lite is called now.",
        _copy_litert,
    ),
    ExportFormat(
        ".onnx",
        "ONNX (.onnx)",
        "For ONNX Runtime and other programs. Its answers to 1,000 test images are compared with LiteRT's first.",
        export_onnx,
        partial(missing, "onnx", "ONNX"),
    ),
    ExportFormat(".zip", "Complete run (.zip)", "For import into another Digit Lab.", _write_archive),
    ExportFormat(
        ".md",
        "Model card (.md)",
        "What it is, how it was trained and how good it is, as text to publish beside it.",
        _write_card,
    ),
)


def find_format(path: Path) -> ExportFormat:
    """The format that a file name asks for; `ConfigError` with those there are."""
    for entry in EXPORT_FORMATS:
        if path.suffix == entry.suffix:
            return entry
    *first, last = (entry.suffix for entry in EXPORT_FORMATS)
    raise ConfigError(f"{path}: expected a name that ends in {', '.join(first)} or {last}.")
