"""What a model is worth on its test set, in figures."""

import streamlit as st

from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.plain_text import as_written
from models.formatting import percent
from models.store import StoredModel
from pipeline.evaluation.metrics import Evaluation


def show_results(model: StoredModel, found: Evaluation) -> None:
    """Shows accuracy with its interval, mistakes, loss and calibration."""
    low, high = found.interval
    facts = [
        Fact("Accuracy", percent(found.accuracy), f"95 % interval {100 * low:.2f} to {percent(high)}"),
        Fact("Mistakes", f"{found.error_count:,}", f"of {found.count:,} test images"),
        Fact("In the first two", percent(found.top2_accuracy), "top-2 accuracy"),
        Fact("Loss", f"{found.loss:.4f}", "cross-entropy, nats an image"),
        Fact("Calibration error", percent(found.calibration_error), "confidence against accuracy"),
    ]
    if found.human_accuracy is not None:
        note = f"{found.human_error_count:,} mistakes, disputed labels as people see them"
        facts.insert(2, Fact("By human votes", percent(found.human_accuracy), note))
    show_facts(facts)
    record = model.record.dataset
    if record.path is not None:
        st.caption(
            f":material/info: This model learned from **{as_written(record.name)}** and is judged by the test images "
            "of that file, so these figures don't compare with those on MNIST."
        )
