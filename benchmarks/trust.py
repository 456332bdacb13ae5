"""What every shipped model promises at a risk, and whether that holds on handwriting that nothing was tuned on.

    python benchmarks/trust.py [FOLDER] [--models NAME ...] [--hands N]

Prints for each model its calibration error, the risk at 99 % coverage with its 95 % upper bound, and what it answers at
each named level on MNIST's test images, which set the thresholds. Then how the same thresholds do on the single
pictures of the confirming half of FOLDER and on N pictures of each set in its hands/, judged as `digitlab predict`
does. A promise is broken where so many wrong answers, or more, would come in less than one of twenty such collections
if it held. What is printed of FOLDER only confirms; nothing is chosen by it.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from hand_sets import load_hands
from numpy.typing import NDArray
from scipy.stats import binomtest
from scores import CONFIRMING, SINGLE, read_manifest

from models.errors import InputError
from models.recognizer import Prediction, Recognizer
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.metrics import evaluate
from pipeline.evaluation.trust.bounds import one_in, upper_bound
from pipeline.evaluation.trust.caution import LEVELS, Caution, caution_for
from pipeline.evaluation.trust.report import in_words, report_trust
from pipeline.reading.single_digit import recognize_digit

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "handwriting"

Picture = tuple[Path | NDArray[np.uint8], int]
"""A picture and its digit."""


def main() -> None:
    """Prints what is promised, and what is held where the folder is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--models", nargs="+", default=["cnn", "cnn-deep", "cnn-fast", "dense"])
    parser.add_argument("--hands", type=int, default=1000)
    options = parser.parse_args()
    labels = load_dataset().test[1]
    collections = dict(_collections(options.folder, options.hands))
    for name in options.models:
        model = find_model(name)
        probabilities = model.directory.read_predictions()
        usual = report_trust(probabilities, labels, 0.001).usual
        error = evaluate(probabilities, labels).calibration_error
        print(
            f"\n{name}: calibration error {error:.3%}; at 99 % coverage {usual.wrong} of {usual.answered} wrong, ",
            end="",
        )
        print(f"at most {usual.bound:.3%}")
        for risk in LEVELS.values():
            print(f"  {in_words(report_trust(probabilities, labels, risk), len(labels))}")
        cautions = {one_in(risk): caution_for(probabilities, labels, risk) for risk in LEVELS.values()}
        least = cautions[one_in(0.001)].least
        cautions[f"as sure as 99 % of test images, {usual.bound:.3%}"] = Caution(usual.bound, usual, least)
        recognizer = Recognizer(model.directory.litert_file)
        for title, pictures in collections.items():
            answers = list(_answers(pictures, recognizer))
            for promise, caution in cautions.items():
                print(f"  {title}, {promise}: {_held(answers, caution)}")


def _collections(folder: Path, count: int) -> Iterable[tuple[str, list[Picture]]]:
    """What is counted, by its name; nothing where the folder isn't there."""
    if not folder.is_dir():
        return
    entries = [entry for entry in read_manifest(folder) if entry.half == CONFIRMING and entry.group == SINGLE]
    yield "confirming half", [(folder / entry.path, int(entry.truth)) for entry in entries]
    for file in sorted((folder / "hands").glob("*.npz")) if count else ():
        images, labels = load_hands(file)
        chosen = np.random.default_rng(0).permutation(len(images))[:count]
        yield file.stem, [(images[place], int(labels[place])) for place in chosen]


def _answers(pictures: list[Picture], recognizer: Recognizer) -> Iterable[tuple[Prediction, int]]:
    """Every answer with the true digit; a picture in which no digit is found has none."""
    for source, digit in pictures:
        try:
            yield recognize_digit(source, recognizer).prediction, digit
        except InputError:
            continue


def _held(answers: list[tuple[Prediction, int]], caution: Caution) -> str:
    """How many answers count, how many of them are wrong, and how often the candidates of the others hold the digit."""
    weighed = [(caution.weigh(prediction), digit) for prediction, digit in answers]
    counted = [(p, digit) for p, digit in weighed if not p.candidates and not p.refused]
    left = [digit in p.candidates for p, digit in weighed if p.candidates]
    wrong = sum(p.digit != digit for p, digit in counted)
    chance = binomtest(wrong, len(counted), caution.risk, alternative="greater").pvalue if counted else 1.0
    verdict = "holds" if chance >= 0.05 else "BROKEN"
    return (
        f"{len(counted)} of {len(answers)} count, {wrong} wrong (bound {upper_bound(wrong, len(counted)):.2%}): "
        f"{verdict}; candidates hold {sum(left)} of {len(left)}"
    )


if __name__ == "__main__":
    main()
