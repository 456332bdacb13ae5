"""A model's report card: what it is worth on MNIST, on changed digits, on hands of the world, on what is no digit."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from models.digits import DIGITS
from models.files import write_text
from models.ownership import ADMINISTRATOR, Person
from models.recognizer import SURELY_DIGIT, Recognizer
from models.store import StoredModel
from pipeline.data.corruptions.mnist_c import MNIST_C
from pipeline.data.corruptions.pixels import shares
from pipeline.data.dataset import MNIST_SHA256, load_dataset
from pipeline.data.dataset_choice import open_to_evaluate
from pipeline.data.saved_digits import labeled, list_saved
from pipeline.data.user_datasets import MY_DIGITS
from pipeline.evaluation.model_evaluation import evaluate_model, evaluation_folder, known_evaluation
from pipeline.evaluation.stress.measure import FEW, VERSION, Score, measure, score_of
from pipeline.pages.digits import made_digits
from pipeline.pages.non_digits import made_non_digits

_SEED = 7  # of the made digits and of what is no digit, as in benchmarks/refusal.py
_MOST_MADE = 2000  # made digits, and pictures of no digit
_PICTURES = 4  # test digits for each of them that is handed in as a picture

Progress = Callable[[float], None]


class Measured(BaseModel):
    """A score with what follows from it, as JSON has it."""

    model_config = ConfigDict(frozen=True)

    count: int
    right: int
    accuracy: float
    interval: tuple[float, float]


class ChangedDigits(Measured):
    """A corruption of MNIST-C.

    Attributes:
        name, label: as in `MNIST_C`.
        as_pictures: the same digits handed in as pictures are, fewer of them.
    """

    name: str
    label: str
    as_pictures: Measured


class Refusal(BaseModel):
    """What a model that can refuse takes for no digit, at the digit score below which pages do.

    Attributes:
        non_digits, refused: made pictures of letters, words, signs and drawings, and how many it refuses.
        digits, digits_refused: made digits of held-out hands, and how many of these it refuses.
    """

    model_config = ConfigDict(frozen=True)

    non_digits: int
    refused: int
    digits: int
    digits_refused: int


class ReportCard(BaseModel):
    """All of it. Accuracies are shares, 0 to 1, with 95 % Wilson intervals.

    Attributes:
        model, name: the model's id and name.
        created: when it was measured, ISO 8601.
        images: test digits that each corruption was measured on.
        mnist: MNIST's test digits.
        human_accuracy: on these, with disputed labels settled by human votes.
        calibration_error: mean gap between confidence and accuracy, in 15 bins, on these.
        mnist_c: mean accuracy over the corruptions.
        mnist_c_as_pictures: the same, of the digits handed in as pictures.
        corruptions: each of MNIST-C.
        world_hands: made digits in fonts of handwriting that no training sees.
        my_digits: the half for testing of what was saved on Recognize; None without any.
        refusal: None for a model that has not learned to refuse.
    """

    model_config = ConfigDict(frozen=True)

    model: str
    name: str
    created: str
    images: int
    mnist: Measured
    human_accuracy: float | None
    calibration_error: float
    mnist_c: float
    mnist_c_as_pictures: float
    corruptions: list[ChangedDigits]
    world_hands: Measured
    my_digits: Measured | None
    refusal: Refusal | None


def report_card(
    model: StoredModel,
    recognizer: Recognizer,
    count: int = FEW,
    who: Person = ADMINISTRATOR,
    on_progress: Progress = lambda _: None,
) -> ReportCard:
    """Measures all that a report card says, and keeps it for `known_card`.

    Args:
        model: any.
        recognizer: of that model.
        count: test digits for each corruption.
        who: whose saved digits count.
        on_progress: told the share that is done. What it raises ends the work; what was measured by then is kept.

    Raises:
        DigitLabError: the model is damaged or was deleted, or the saved digits can't be read.
    """
    known = known_card(model, recognizer, count, who)
    if known:
        on_progress(1)
        return known
    card = _measure_all(model, recognizer, count, on_progress)
    with suppress(OSError):  # it is then measured again the next time
        path = _file_of(model, count)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, card.model_dump_json() + "\n")
    return card.model_copy(update={"my_digits": _of_saved_digits(recognizer, who)})


def known_card(
    model: StoredModel, recognizer: Recognizer, count: int = FEW, who: Person = ADMINISTRATOR
) -> ReportCard | None:
    """The report card that was made before, with the saved digits as they are now; None where none was made."""
    try:
        card = ReportCard.model_validate_json(_file_of(model, count).read_text(encoding="utf-8"))
    except (OSError, UnicodeError, ValidationError):
        return None
    now = {"model": model.id, "name": model.name, "my_digits": _of_saved_digits(recognizer, who)}
    return card.model_copy(update=now)


def _file_of(model: StoredModel, count: int) -> Path:
    return evaluation_folder(model.directory, MNIST_SHA256) / f"report-{VERSION}-{count}.json"


def _measure_all(model: StoredModel, recognizer: Recognizer, count: int, on_progress: Progress) -> ReportCard:
    """All but what belongs to a person."""
    run, dataset = model.directory, load_dataset()

    def part(start: float, end: float) -> Progress:
        return lambda share: on_progress(start + share * (end - start))

    known = known_evaluation(run, dataset.sha256)
    evaluation = (known or evaluate_model(run, recognizer, dataset, part(0, 0.05))).evaluation
    images = measure(run, recognizer, dataset, MNIST_C, count, on_progress=part(0.05, 0.4))
    few = max(1, count // _PICTURES)
    pictures = measure(run, recognizer, dataset, MNIST_C, few, "picture", part(0.4, 0.8))
    made, labels = made_digits(np.random.default_rng(_SEED), min(2 * count, _MOST_MADE), held_out=True)
    answers = recognizer.steady_scores(shares(made))
    on_progress(0.9)
    return ReportCard(
        model=model.id,
        name=model.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        images=images[0].count,
        mnist=_measured(Score(right=evaluation.count - evaluation.error_count, count=evaluation.count)),
        human_accuracy=evaluation.human_accuracy,
        calibration_error=evaluation.calibration_error,
        mnist_c=float(np.mean([score.accuracy for score in images])),
        mnist_c_as_pictures=float(np.mean([score.accuracy for score in pictures])),
        corruptions=[
            ChangedDigits(
                name=corruption.name,
                label=corruption.label,
                as_pictures=_measured(picture),
                **_measured(image).model_dump(),
            )
            for corruption, image, picture in zip(MNIST_C, images, pictures, strict=True)
        ],
        world_hands=_measured(score_of(answers[:, :DIGITS], labels)),
        my_digits=None,
        refusal=_refusal(recognizer, answers, count),
    )


def _measured(score: Score) -> Measured:
    return Measured(**score.model_dump(), accuracy=score.accuracy, interval=score.interval)


def _of_saved_digits(recognizer: Recognizer, who: Person) -> Measured | None:
    if not labeled(list_saved(who)):
        return None
    images, labels = open_to_evaluate(MY_DIGITS, who).test
    return _measured(score_of(recognizer.probabilities(images), labels))


def _refusal(recognizer: Recognizer, of_digits: NDArray[np.float32], count: int) -> Refusal | None:
    """How many of so many pictures of no digit are refused, and of the digits with these scores, float32 (n, 11)."""
    if of_digits.shape[1] == DIGITS:
        return None
    nothing = made_non_digits(np.random.default_rng(_SEED), min(count, _MOST_MADE), held_out=True)
    refused, digits_refused = (
        int((1 - scores[:, DIGITS] < SURELY_DIGIT).sum())
        for scores in (recognizer.steady_scores(shares(nothing)), of_digits)
    )
    return Refusal(
        non_digits=len(nothing), refused=refused, digits=len(of_digits), digits_refused=digits_refused
    )
