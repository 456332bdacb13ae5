"""Evaluate: how good the chosen model is on digits that it has never seen, and where it goes wrong."""

import streamlit as st

from dashboard.components.evaluate.class_table import show_class_table
from dashboard.components.evaluate.confusion import show_confusion
from dashboard.components.evaluate.results import show_results
from dashboard.figures.calibration import reliability_diagram
from dashboard.figures.classes import precision_and_recall
from dashboard.resources import evaluation
from dashboard.widgets.chart import show_chart
from dashboard.widgets.message import errors_shown
from dashboard.widgets.model_picker import pick_model
from dashboard.widgets.page_title import show_page_title
from dashboard.widgets.theme import current_palette
from models.formatting import percent

show_page_title(
    "Evaluate", "How accurate a model is on test digits it was not trained on, and where it goes wrong."
)
model = pick_model()
palette = current_palette()

with errors_shown():
    results = evaluation(model)
    show_results(model, results)

    st.header("Confusion matrix", anchor=False)
    show_confusion(model, results, palette)

    st.header("Calibration", anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        show_chart(
            reliability_diagram(results.calibration, palette),
            key="reliability",
            alt=f"Accuracy by confidence; the calibration error is {percent(results.calibration_error)}.",
        )
        st.caption(
            "Of all predictions with a confidence of about 90 %, about 90 % should be correct. The calibration error "
            f"({percent(results.calibration_error)}) is the gap between confidence and accuracy, averaged over "
            "all predictions."
        )
    with right:
        show_chart(
            precision_and_recall(results.classes, palette),
            key="by_digit",
            alt="Precision and recall of each digit; the same figures are in the table below.",
        )
    show_class_table(results.classes)
