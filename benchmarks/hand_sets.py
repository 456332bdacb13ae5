"""Scores `predict` on sets of small scanned digits, hands/*.npz: white on black and filling the frame.

Each has `x`, uint8 (n, h, w), and `y`. They are handed in as the pictures they are.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.recognizer import Recognizer
from pipeline.reading.single_digit import recognize_digit

Answers = dict[str, str]
"""Index -> the digit, with a `?` behind it where it was refused; "" where no digit was found."""


def load_hands(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Pictures and labels of a set."""
    with np.load(path) as file:
        return file["x"].astype(np.uint8), file["y"].astype(np.uint8)


def read_hands(path: Path, recognizer: Recognizer, count: int | None) -> Answers:
    """The answers to `count` pictures, always the same and among any larger number; to all with None."""
    images = load_hands(path)[0]
    answers = {}
    for index in sorted(np.random.default_rng(0).permutation(len(images))[:count].tolist()):
        try:
            told = recognize_digit(images[index], recognizer).prediction
            answers[str(index)] = f"{told.digit}{'?' if told.refused else ''}"
        except InputError:
            answers[str(index)] = ""
    return answers


def score_hands(path: Path, answers: Answers) -> str:
    """Cells of a Markdown table, as `HEADER` names them."""
    labels = load_hands(path)[1]
    truth = [str(labels[int(index)]) for index in answers]
    told = list(answers.values())
    right = [text[:1] == label for text, label in zip(told, truth, strict=True)]
    ones = [text for text, label in zip(told, truth, strict=True) if label == "1"]
    sevens = sum(text.startswith("7") for text in ones)
    return (
        f"{len(told)} | {np.mean(right):.1%} | {sevens} of {len(ones)} ({sevens / max(1, len(ones)):.1%}) | "
        f"{np.mean([text.endswith('?') for text in told]):.1%} | {np.mean([not text for text in told]):.1%}"
    )


HEADER = "pictures | right, refused or not | ones read as 7 | refused | no digit found"


def changed_hands(path: Path, before: Answers, after: Answers) -> str:
    """How many answers changed each way, of pictures that both have."""
    labels = load_hands(path)[1]
    pairs = [(str(labels[int(i)]), before[i], after[i]) for i in after if i in before]
    lost = sum(old[:1] == label != new[:1] for label, old, new in pairs)
    won = sum(old[:1] != label == new[:1] for label, old, new in pairs)
    refused = sum(new.endswith("?") - old.endswith("?") for _, old, new in pairs)
    return f"{len(pairs)} in both: {lost} right -> wrong, {won} wrong -> right, refused {refused:+d}"
