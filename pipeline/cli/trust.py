"""How `digitlab evaluate`, `predict` and `read` tell what a chosen risk comes to."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from models.errors import ConfigError
from models.formatting import percent
from pipeline.cli.terminal import echo

if TYPE_CHECKING:
    from models.recognizer import Prediction
    from models.store import StoredModel
    from pipeline.evaluation.trust.caution import Caution
    from pipeline.evaluation.trust.report import TrustReport
    from pipeline.evaluation.trust.selection import Selection


def trust_record(report: TrustReport) -> dict[str, Any]:
    """A report as JSON has it."""
    return {
        "risk": report.risk,
        "chosen": None if report.chosen is None else _selection_record(report.chosen),
        "at_99_percent": _selection_record(report.usual),
        "sets": [asdict(entry) for entry in report.sets],
    }


def _selection_record(selection: Selection) -> dict[str, Any]:
    return {**asdict(selection), "coverage": selection.coverage, "left": selection.left}


def print_trust(report: TrustReport, count: int) -> None:
    """Prints a report for people; `count` is that of the test images."""
    from pipeline.evaluation.trust.report import in_words

    echo(in_words(report, count))
    chosen, usual = report.chosen, report.usual
    if chosen:
        echo(
            f"  {chosen.wrong} of {chosen.answered:,} wrong, bound {percent(chosen.bound, 3)}; {chosen.left:,} left"
        )
    echo(
        f"  at {percent(usual.coverage, 0)} coverage {usual.wrong} of {usual.answered:,} wrong, "
        f"bound {percent(usual.bound, 3)}"
    )
    for entry in report.sets:
        what = "digits" if entry.length == 1 else f"numbers of {entry.length} digits"
        echo(
            f"  candidates for {what}: {percent(entry.promised, 1)} promised, {percent(entry.covered, 1)} held on the "
            f"other half, {entry.mean_told:.3f} told on average"
        )
    echo("")


def cautious(model: StoredModel, risk: float) -> Caution:
    """How careful the model is at this risk, by the test images of the data set that it was trained on.

    Raises:
        DigitLabError: the data set or the model's answers to it are gone, or can't show that the risk holds.
    """
    from pipeline.data.dataset import load_recorded
    from pipeline.evaluation.trust.caution import caution_for
    from pipeline.evaluation.trust.report import in_words, report_trust

    labels = load_recorded(model.record.dataset).test[1]
    probabilities = model.directory.read_predictions()
    caution = caution_for(probabilities, labels, risk)
    if caution.selection is None:
        raise ConfigError(f"{model.name} {in_words(report_trust(probabilities, labels, risk), len(labels))}.")
    return caution


def said_cautiously(answer: Prediction) -> str:
    """An answer that doesn't count, in words."""
    from pipeline.evaluation.trust.caution import between

    return f"too doubtful to count, {between(answer)}"
