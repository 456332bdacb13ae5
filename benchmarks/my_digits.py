"""What fine-tuning on 40 corrected digits of one writer gives, and what it costs on all others.

    uv run python benchmarks/my_digits.py --writers 6 --hands ../shared/handwriting/hands/semeion.npz

A writer is somebody with a font or pen of the made pages, each of whose digits is bent in a way of its own, always
the same: a hand that no model was trained on. Of 240 digits 40 are corrected, as a person would: up to 20 that the
model reads wrongly, the rest at random. 400 others of the writer are read before and after. A set of scans counts as
one more writer; it is measured with and nothing else.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from hand_sets import load_hands
from numpy.typing import NDArray

from models.errors import InputError
from models.recognizer import Recognizer
from models.store import StoredModel, find_model
from pipeline.data.dataset import load_recorded
from pipeline.data.own_digits import OwnDigits, from_saved
from pipeline.data.saved_digits import SavedDigit, SavedRecord
from pipeline.evaluation.before_after import wrong_digits
from pipeline.imaging.normalize import normalize
from pipeline.imaging.picture import read_picture
from pipeline.pages.digits import as_seen, written
from pipeline.pages.scribes import FontScribe, Mark, PenScribe, Scribe, any_font

FIRST, CORRECTED, WRONG, HELD_OUT = 240, 40, 20, 400
BENT = 0.09
"""Standard deviation of the bend of a digit, in its heights."""


@dataclass(frozen=True)
class Digits:
    """Images, uint8 (n, 28, 28), and labels, uint8 (n,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


class StrangeScribe:
    """A scribe each of whose digits is bent in its own way, always the same."""

    printed = False

    def __init__(self, scribe: Scribe, rng: np.random.Generator) -> None:
        self._scribe = scribe
        self._bends = {str(digit): rng.normal(0, BENT, (2, 4, 4)).astype(np.float32) for digit in range(10)}

    def write(self, character: str, height: float) -> Mark | None:
        """As `Scribe`."""
        mark = self._scribe.write(character, height)
        if mark is None:
            return None
        room = int(0.4 * height) + 2
        mask = cv2.copyMakeBorder(mark.mask, room, room, room, room, cv2.BORDER_CONSTANT)
        size = (mask.shape[1], mask.shape[0])
        x, y = (
            cv2.resize(bend, size, interpolation=cv2.INTER_CUBIC) * height for bend in self._bends[character]
        )
        rows, columns = np.mgrid[: mask.shape[0], : mask.shape[1]].astype(np.float32)
        bent = cv2.remap(mask, columns + x, rows + y, cv2.INTER_LINEAR)
        left, top, width, tall = cv2.boundingRect((bent > 40).astype(np.uint8))
        if not width:
            return mark
        return Mark(
            np.asarray(bent[top : top + tall, left : left + width], np.uint8),
            mark.left,
            mark.top,
            mark.advance,
        )


def strange_writer(seed: int) -> Digits:
    """Digits of a writer; every second has a font of those kept from training, the others a pen."""
    rng = np.random.default_rng([seed, 0x5CB])
    scribe: Scribe = (
        PenScribe(rng, float(np.exp(rng.uniform(np.log(0.05), np.log(0.2)))))
        if seed % 2
        else FontScribe(rng, any_font(rng, held_out=True), max(0.0, rng.normal(0, 0.06)))
    )
    strange = StrangeScribe(scribe, rng)
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    while len(images) < FIRST + HELD_OUT:
        image = as_seen(written(strange, str(len(images) % 10), rng), rng)
        if image is not None:
            labels.append(len(images) % 10)
            images.append(image)
    return Digits(np.stack(images), np.array(labels, np.uint8))


def scanned(path: Path) -> Digits:
    """A set of scans as one writer, in an order of its own."""
    pictures, labels = load_hands(path)
    images, kept = [], []
    for index in np.random.default_rng(0).permutation(len(pictures))[: FIRST + HELD_OUT]:
        try:
            images.append(np.rint(normalize(read_picture(pictures[index])).image * 255).astype(np.uint8))
            kept.append(labels[index])
        except InputError:
            continue
    return Digits(np.stack(images), np.array(kept, np.uint8))


def corrected(digits: Digits, wrong: NDArray[np.bool_], seed: int) -> OwnDigits:
    """What a person would have corrected of the first digits: wrong ones, and some at random."""
    rng = np.random.default_rng(seed)
    missed = rng.permutation(np.flatnonzero(wrong[:FIRST]))[:WRONG]
    others = rng.permutation(np.setdiff1d(np.arange(FIRST), missed))[: CORRECTED - len(missed)]
    chosen = rng.permutation(np.concatenate([missed, others]))
    moment = "2026-11-26T00:00:00+00:00"
    saved = [
        SavedDigit(
            f"{place:03d}",
            SavedRecord(label=int(digits.labels[index]), predicted=0, confidence=0.5, model="", saved=moment),
            digits.images[index],
        )
        for place, index in enumerate(chosen)
    ]
    return from_saved(saved, refuses=False)


def measure(name: str, digits: Digits, seed: int, model: StoredModel) -> str:
    """Adapts the model to a writer; a row of the table."""
    from models.networks import build
    from pipeline.runs.adaptation import adapted_config
    from pipeline.training.adaptation import adapt
    from pipeline.training.callbacks import Callbacks

    wrong = wrong_digits(Recognizer(model.directory.litert_file).scores(digits.images), digits.labels)
    own = corrected(digits, wrong, seed)
    network = build(model.record.config.model_copy(update={"dropout": 0.0}))
    network.load_weights(model.directory.keras_file)
    began, computed = time.perf_counter(), time.process_time()
    dataset = load_recorded(model.record.dataset)
    adapted = adapt(adapted_config(model, own), network, dataset, own, Callbacks())
    seconds, computed = time.perf_counter() - began, time.process_time() - computed
    rest = digits.images[FIRST:]
    after = wrong_digits(network(rest[..., None] / np.float32(255)).numpy(), digits.labels[FIRST:])
    test, world, judged = adapted.test, adapted.world, adapted.own
    points = 100 * (test.errors_after - test.errors) / test.count
    return (
        f"| {name} | {len(own.trained_on)} | {wrong[FIRST:].sum()} -> {after.sum()} of {len(rest)} | "
        f"{judged.errors} -> {judged.errors_after} of {judged.count} | {adapted.share:g} | "
        f"{adapted.validation.errors} -> {adapted.validation.errors_after} | {test.errors} -> {test.errors_after} "
        f"({points:+.2f}) | {world.errors} -> {world.errors_after} | {seconds:.0f} ({computed:.0f}) |"
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="shipped:cnn-deep")
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--hands", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    model = find_model(options.model)
    print(
        "| writer | learned | wrong of the writer's other digits | of those kept back | share | validation | test "
        "(points lost) | hands of the world | seconds (of processor) |\n|" + "---|" * 9
    )
    for seed in range(options.writers):
        kind = "pen" if seed % 2 else "font"
        print(measure(f"{seed} ({kind})", strange_writer(seed), seed, model), flush=True)
    for path in options.hands:
        print(measure(path.stem, scanned(path), 0, model), flush=True)


if __name__ == "__main__":
    main()
