"""How many of MNIST's test digits a model still reads when something happened to them; kept beside its evaluations.

Those of the shipped models come along in `shipped_scores.json`: nobody waits for them, on a server that many share.
"""

import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.digits import DIGITS, SIDE
from models.errors import InputError
from models.files import write_text
from models.recognizer import Recognizer
from models.run_directory import RunDirectory
from pipeline.data.corruptions.mnist_c import Corruption
from pipeline.data.corruptions.pixels import Images
from pipeline.data.dataset import Dataset
from pipeline.evaluation.metrics import wilson_interval
from pipeline.evaluation.model_evaluation import evaluation_folder
from pipeline.imaging.normalize import normalize
from pipeline.imaging.picture import read_picture

FEW = 1000
"""Test digits that are measured where nobody asks for all."""

VERSION = 1
"""Of the changes: with another one, what was measured before is measured anew."""

SHIPPED_SCORES = Path(__file__).with_name("shipped_scores.json")
"""By the hashes of network and data set, and by change: how many of `FEW` digits are read right.

`benchmarks/shipped_scores.py` makes it; what was measured on other networks, data or changes isn't found in it.
"""

Way = Literal["image", "picture"]
"""How digits come to the network: as the 28x28 images they are, or as pictures, as Recognize takes those.

A picture's digit is looked for, brought to MNIST's form, and judged from several views. Where no digit is found, the
answer counts as wrong.
"""

_NOTHING = np.zeros((SIDE, SIDE), np.float32)
_BLOCK = 250  # images that are changed and answered at a time
_SEED = 0
_EXAMPLE = 1  # test digit: of MNIST, a 2
_POLL = 0.5  # seconds between two looks whether somebody who waits has given up
_measuring = Lock()


class Score(BaseModel):
    """How many of how many digits were read right."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    right: int = Field(ge=0)
    count: int = Field(gt=0)

    @model_validator(mode="after")
    def _no_more_right_than_there_are(self) -> Self:
        if self.right > self.count:
            raise ValueError(f"{self.right} right of {self.count}")
        return self

    @property
    def accuracy(self) -> float:
        """The share that was read right."""
        return self.right / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % Wilson interval."""
        return wilson_interval(self.right, self.count)


def score_of(answers: NDArray[np.float32], labels: NDArray[np.uint8]) -> Score:
    """Counts answers, float32 (n, 10), that are likeliest right."""
    return Score(right=int((answers.argmax(1) == labels).sum()), count=len(labels))


def measure(
    run: RunDirectory,
    recognizer: Recognizer,
    dataset: Dataset,
    corruptions: Sequence[Corruption],
    count: int = FEW,
    way: Way = "image",
    on_progress: Callable[[float], None] = lambda _: None,
) -> list[Score]:
    """Scores a model on changed test digits, each corruption at once the next time it is asked for.

    What is random depends on the corruption's name and the digits' number alone, so models are compared on the same
    images.

    Args:
        run: the model.
        recognizer: of that model.
        dataset: any.
        corruptions: what happens to the digits.
        count: how many digits, taken evenly from the test images; all where there are fewer.
        way: how they come to the network.
        on_progress: told the share that is done. What it raises ends the work; corruptions done by then are kept.

    Raises:
        ModelError: the run is damaged or was deleted.
    """
    known = known_scores(run, dataset, corruptions, count, way)
    images, labels = some_digits(dataset, count)
    scores: list[Score] = []
    for done, (corruption, score) in enumerate(zip(corruptions, known, strict=True)):
        if score is None:

            def within(share: float, done: int = done) -> None:
                on_progress((done + share) / len(corruptions))

            with _turn(within):
                (score,) = known_scores(run, dataset, [corruption], count, way)
                if score is None:
                    score = _measure_one(recognizer, images, labels, corruption, way, within)
                    with suppress(OSError):  # it is then measured again the next time
                        path = evaluation_folder(run, dataset.sha256) / _name(corruption, count, way)
                        path.parent.mkdir(parents=True, exist_ok=True)
                        write_text(path, score.model_dump_json() + "\n")
        scores.append(score)
        on_progress((done + 1) / len(corruptions))
    return scores


@contextmanager
def _turn(on_progress: Callable[[float], None]) -> Iterator[None]:
    """One measures at a time: of many who ask for the same, the first does, and the others find what was kept."""
    while not _measuring.acquire(timeout=_POLL):
        on_progress(0)
    try:
        yield
    finally:
        _measuring.release()


def known_scores(
    run: RunDirectory,
    dataset: Dataset,
    corruptions: Sequence[Corruption],
    count: int = FEW,
    way: Way = "image",
) -> list[Score | None]:
    """What was measured before, as `measure` gives it; None for what was not."""
    folder = evaluation_folder(run, dataset.sha256)
    return [_kept_score(folder, _name(corruption, count, way)) for corruption in corruptions]


def _kept_score(folder: Path, name: str) -> Score | None:
    try:
        return Score.model_validate_json((folder / name).read_text(encoding="utf-8"))
    except (OSError, UnicodeError, ValidationError):
        right = _shipped_scores().get(folder.name, {}).get(Path(name).stem)
        return None if right is None else Score(right=right, count=FEW)


@cache
def _shipped_scores() -> dict[str, dict[str, int]]:
    scores: dict[str, dict[str, int]] = json.loads(SHIPPED_SCORES.read_text(encoding="utf-8"))
    return scores


def some_digits(dataset: Dataset, count: int) -> tuple[Images, NDArray[np.uint8]]:
    """So many test images, taken evenly, and their labels; all where there are fewer."""
    images, labels = dataset.test
    chosen = np.arange(min(count, len(images))) * len(images) // min(count, len(images))
    return images[chosen], labels[chosen]


def changed(corruption: Corruption, images: Images, block: int = 0) -> Images:
    """Images after the corruption; what is random is another thing in each block of them."""
    seed = (_SEED, zlib.crc32(corruption.name.encode()), block)
    return corruption.apply(images, np.random.default_rng(seed))


def example_of(corruption: Corruption, dataset: Dataset) -> NDArray[np.uint8]:
    """The same test digit after any corruption, uint8 (28, 28)."""
    images, _ = dataset.test
    number = min(_EXAMPLE, len(images) - 1)
    return np.asarray(changed(corruption, images[number : number + 1])[0])


def picture_scores(images: Images, recognizer: Recognizer) -> NDArray[np.float32]:
    """What a model answers to images handed in as pictures, as `Recognizer.scores`; zeros where no digit is found."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        normalized = list(pool.map(_normalized, images))
    found = np.array([image is not None for image in normalized])
    answers = recognizer.steady_scores(
        np.stack([image if image is not None else _NOTHING for image in normalized])
    )
    answers[~found] = 0
    return answers


def _normalized(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    try:
        return normalize(read_picture(image)).image
    except InputError:
        return None


def _measure_one(
    recognizer: Recognizer,
    images: Images,
    labels: NDArray[np.uint8],
    corruption: Corruption,
    way: Way,
    on_progress: Callable[[float], None],
) -> Score:
    right = 0
    for block, start in enumerate(range(0, len(images), _BLOCK)):
        on_progress(start / len(images))
        part = slice(start, start + _BLOCK)
        inputs = changed(corruption, images[part], block)
        answers = recognizer.scores(inputs) if way == "image" else picture_scores(inputs, recognizer)
        found = answers.any(1)
        right += int(((answers[:, :DIGITS].argmax(1) == labels[part]) & found).sum())
    return Score(right=right, count=len(images))


def _name(corruption: Corruption, count: int, way: Way) -> str:
    parts = ("stress", str(VERSION), corruption.name, corruption.level, str(count), way)
    return "-".join(filter(None, parts)) + ".json"
