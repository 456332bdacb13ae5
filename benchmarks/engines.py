"""Digit Lab, RapidOCR and Tesseract behind one door: a picture's file -> the text that was read.

The others aren't dependencies: `uv sync --group side-by-side` brings RapidOCR, `apt-get install tesseract-ocr`
Tesseract. Each runs as it comes, told only what helps it: Tesseract that there are digits alone, both that
a picture shows one character.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from models.errors import DigitLabError
from models.recognizer import Recognizer
from pipeline.reading.reader import read_page
from pipeline.reading.single_digit import recognize_digit

DIGIT_LAB, RAPID_OCR, TESSERACT = "Digit Lab", "RapidOCR", "Tesseract"
ENGINES = {"digitlab": DIGIT_LAB, "rapidocr": RAPID_OCR, "tesseract": TESSERACT}


class Engine(Protocol):
    """What reads pictures."""

    name: str

    def read(self, path: Path, *, single: bool) -> str:
        """The text of a picture, all its symbols; "" where nothing was read.

        Args:
            path: of a picture's file.
            single: whether it shows one digit.
        """


class DigitLab:
    """This project: `predict` for one digit, `read` for all others."""

    name = DIGIT_LAB

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    def read(self, path: Path, *, single: bool) -> str:
        """As in `Engine`."""
        try:
            if single:
                return str(recognize_digit(path, self._recognizer).prediction.digit)
            return read_page(path, self._recognizer).text
        except DigitLabError:
            return ""


class RapidOcr:
    """RapidOCR with the models and settings that its wheel ships."""

    name = RAPID_OCR

    def __init__(self) -> None:
        self._read: Any = import_module("rapidocr").RapidOCR(params={"Global.log_level": "critical"})

    def read(self, path: Path, *, single: bool) -> str:
        """As in `Engine`. A picture of one digit is one line: its search for text would find half of them."""
        found = self._read(str(path), use_det=not single, use_cls=not single)
        return "\n".join(getattr(found, "txts", None) or ())


class Tesseract:
    """The program `tesseract`, digits only, a block of text (page mode 6) or one character (10)."""

    name = TESSERACT

    def read(self, path: Path, *, single: bool) -> str:
        """As in `Engine`."""
        only_digits = ["-c", "tessedit_char_whitelist=0123456789"]
        command = ["tesseract", str(path), "stdout", "--psm", "10" if single else "6", *only_digits]
        alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # its threads wait for each other on a busy machine
        done = subprocess.run(command, env=alone, capture_output=True, text=True, check=False)
        return done.stdout.strip()


def available(names: Sequence[str], recognizer: Recognizer) -> list[Engine]:
    """The engines of these names (keys of `ENGINES`); a sentence for each that is not installed."""
    engines: list[Engine] = []
    if "digitlab" in names:
        engines.append(DigitLab(recognizer))
    if "rapidocr" in names:
        if find_spec("rapidocr") and find_spec("onnxruntime"):
            engines.append(RapidOcr())
        else:
            print("RapidOCR is left out: `uv sync --group side-by-side` installs it.")
    if "tesseract" in names:
        if shutil.which("tesseract"):
            engines.append(Tesseract())
        else:
            print("Tesseract is left out: `apt-get install tesseract-ocr` installs it.")
    return engines
