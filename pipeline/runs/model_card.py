"""The model card of a model, in Markdown: from its records alone, with no claim that they don't hold.

After Mitchell et al., "Model Cards for Model Reporting" (2019).
"""

from models.architectures import CATALOGUE
from models.errors import ModelError
from models.formatting import CLAIMED, duration, percent, percent_if_known, printable
from models.records import Evaluation, RunRecord
from models.store import StoredModel
from pipeline.data.dataset import MNIST_SHA256

_PAIRS = 5
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|"})

_LICENCE = (
    "MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, under the Creative Commons "
    "Attribution-ShareAlike 3.0 license (CC BY-SA 3.0, <https://creativecommons.org/licenses/by-sa/3.0/>)."
)


def model_card(model: StoredModel) -> str:
    """The card as Markdown text.

    Raises:
        ModelError: its evaluation is missing or damaged.
    """
    record = model.record
    sections = {
        "": _what_it_is(record),
        "Intended use": _use(record),
        "Training": _training(record),
        "How good it is": _metrics(record, model.directory.read_evaluation()),
        "Versions": [_table(record.versions) or "Not recorded."],
    }
    if record.notes:
        sections["Notes"] = [_text(line) for line in record.notes.splitlines() if line.strip()]
    parts = [f"# {_text(record.name)}"]
    for title, paragraphs in sections.items():
        parts += [f"## {title}"] if title else []
        parts += paragraphs
    return "\n\n".join(parts) + "\n"


def export_card(model: StoredModel) -> str:
    """As `model_card`, and one sentence in its place where the evaluation can't be read."""
    try:
        return model_card(model)
    except ModelError as error:
        return f"# {_text(model.name)}\n\n{_text(str(error))}\n"


def _text(value: str) -> str:
    """A text from anywhere as it was written, on one line."""
    return printable(value).translate(_MARKS)


def _table(rows: dict[str, str]) -> str:
    """Names and values; "" where there are none."""
    if not rows:
        return ""
    return "\n".join(
        ["| | |", "|---|---|", *(f"| {_text(name)} | {_text(value)} |" for name, value in rows.items())]
    )


def _what_it_is(record: RunRecord) -> list[str]:
    entry = CATALOGUE[record.config.architecture]
    parameters = record.results.parameters if record.results else None
    size = f" It has {parameters:,} parameters." if parameters else ""
    answers = (
        "the ten digits and of “not a digit”"
        if record.config.classes > 10
        else "the ten digits; it has not learned to say that a picture shows none"
    )
    return [
        f"A recognizer of single handwritten digits, made with Digit Lab: {entry.title} (`{entry.name}`).{size}",
        "Input: float32 (n, 28, 28, 1) in [0, 1], one digit an image, stroke bright, in MNIST's form. "
        f"Output: the probabilities of {answers}.",
    ]


def _use(record: RunRecord) -> list[str]:
    if record.adaptation:
        return [
            f"To read the digits of one person: {_text(record.adaptation.model)} was fine-tuned on "
            f"{len(record.adaptation.trained_on)} of them."
        ]
    return [
        "To learn and teach how such networks work, and to read single digits like those that it was tested on.",
        "The figures below hold for digits like the test images. Photographs, other pens and hands may be harder, "
        "and confidence is no promise: check what matters.",
    ]


def _training(record: RunRecord) -> list[str]:
    settings = {name: str(value) for name, value in record.config.flat().items()}
    rows = {
        "data set": record.dataset.name,
        "SHA-256 of the data set": record.dataset.sha256,
        "whole epochs": str(record.epochs_done),
        "training time": duration(record.seconds),
        "ended": record.reason,
        "began with the weights of": record.start_from,
    }
    parts = [_table({name: value for name, value in rows.items() if value})]
    if record.dataset.sha256 == MNIST_SHA256:
        parts.append(_LICENCE)
    if record.command:
        parts += ["The command that repeats the training:", f"    {printable(record.command)}"]
    return [*parts, "Its settings:", _table(settings)]


def _metrics(record: RunRecord, evaluation: Evaluation) -> list[str]:
    low, high = evaluation.interval
    claimed = record.results is not None and record.results.claimed
    rows = {
        "test images": f"{evaluation.count:,}",
        "accuracy": f"{percent(evaluation.accuracy)}, {evaluation.error_count:,} wrong",
        "95 % interval of the accuracy (Wilson)": f"{percent(low)} to {percent(high)}",
        "mean cross-entropy": f"{evaluation.loss:.4f} nats",
        "true digit among the two likeliest": percent(evaluation.top2_accuracy),
        "expected calibration error (15 bins)": percent(evaluation.calibration_error),
    }
    if evaluation.human_accuracy is not None:
        rows["accuracy by human votes on disputed labels"] = percent(evaluation.human_accuracy)
    parts = [_table(rows)]
    if claimed:
        parts.insert(0, f"These figures are {CLAIMED} that it was imported from, not measured here.")
    header = "| digit | test images | precision | recall |\n|---|---|---|---|\n"
    parts.append(
        header
        + "\n".join(
            f"| {row.digit} | {row.support:,} | {percent_if_known(row.precision)} | {percent_if_known(row.recall)} |"
            for row in evaluation.classes
        )
    )
    if pairs := evaluation.confused_pairs[:_PAIRS]:
        told = "; ".join(f"{pair.true} read as {pair.predicted}: {pair.count} times" for pair in pairs)
        parts.append(f"Confused most often: {told}.".replace(": 1 times", ": once"))
    return parts
