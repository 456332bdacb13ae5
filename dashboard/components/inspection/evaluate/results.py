"""What a model is worth on its test set, in figures."""

import streamlit as st

from dashboard.components.inspection.evaluate.test_answers import TestAnswers
from dashboard.resources import best_epoch_optimism
from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.plain_text import as_written
from models.formatting import CLAIMED, percent
from models.store import StoredModel
from pipeline.evaluation.trust.wording import flattery_of_epochs


def show_results(model: StoredModel, answers: TestAnswers) -> None:
    """Shows accuracy with its interval, mistakes, loss and calibration."""
    evaluation = answers.evaluation
    low, high = evaluation.interval
    facts = [
        Fact("Accuracy", percent(evaluation.accuracy), f"95 % interval {100 * low:.2f} to {percent(high)}"),
        Fact(
            "Mistakes",
            f"{evaluation.error_count:,}",
            f"of {evaluation.count:,} test image{'s' if evaluation.count > 1 else ''}",
        ),
        Fact("Top-2 accuracy", percent(evaluation.top2_accuracy), "true digit among the two likeliest"),
        Fact("Loss", f"{evaluation.loss:.4f}", "cross-entropy per image, 0 at best"),
        Fact(
            "Calibration error",
            percent(evaluation.calibration_error),
            "mean gap between confidence and accuracy",
        ),
    ]
    if evaluation.human_accuracy is not None:
        note = f"{evaluation.human_error_count:,} mistakes, disputed labels settled by votes"
        facts.insert(2, Fact("By human votes", percent(evaluation.human_accuracy), note))
    show_facts(facts)
    if not answers.own:
        st.caption(
            f":material/info: On {as_written(answers.name)}; this model was trained on "
            f"{as_written(model.record.dataset.name)}."
        )
        return
    _show_fairness(model)
    if model.record.results and model.record.results.claimed:
        st.caption(f":material/help: All figures are {CLAIMED}; they were not measured on this computer.")
    record = model.record.dataset
    if record.path is not None:
        st.caption(
            f":material/info: This model was trained on **{as_written(record.name)}** and is evaluated on that file's "
            "test images, so its figures can't be compared with figures on MNIST."
        )


def _show_fairness(model: StoredModel) -> None:
    """Shows how much the score would flatter, had the epoch been chosen by it."""
    told = best_epoch_optimism(model)
    if told:
        st.caption(
            f":material/verified: {flattery_of_epochs(*told)}",
            help="A simulation: each epoch gets a test score, by chance above or below its validation accuracy, and "
            "the best score is compared with the accuracy behind it. Scores of one run move together, so this is the "
            "most to expect. See Cawley and Talbot (2010) on selection bias.",
        )
