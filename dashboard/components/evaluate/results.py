"""What a model is worth on its test set, in figures."""

import streamlit as st

from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.plain_text import as_written
from models.formatting import percent
from models.records import Evaluation
from models.store import StoredModel


def show_results(model: StoredModel, evaluation: Evaluation) -> None:
    """Shows accuracy with its interval, mistakes, loss and calibration."""
    low, high = evaluation.interval
    facts = [
        Fact("Accuracy", percent(evaluation.accuracy), f"95 % interval {100 * low:.2f} to {percent(high)}"),
        Fact("Mistakes", f"{evaluation.error_count:,}", f"of {evaluation.count:,} test images"),
        Fact("In the first two", percent(evaluation.top2_accuracy), "top-2 accuracy"),
        Fact("Loss", f"{evaluation.loss:.4f}", "cross-entropy, nats an image"),
        Fact("Calibration error", percent(evaluation.calibration_error), "confidence against accuracy"),
    ]
    if evaluation.human_accuracy is not None:
        note = f"{evaluation.human_error_count:,} mistakes, disputed labels as people see them"
        facts.insert(2, Fact("By human votes", percent(evaluation.human_accuracy), note))
    show_facts(facts)
    record = model.record.dataset
    if record.path is not None:
        st.caption(
            f":material/info: This model learned from **{as_written(record.name)}** and is judged by the test images "
            "of that file, so these figures don't compare with those on MNIST."
        )
