"""Models: shipped and own, side by side."""

import streamlit as st

from dashboard.components.models.model_details import show_model
from dashboard.components.models.model_import import show_import
from dashboard.components.models.model_table import ADDRESS, show_model_table
from dashboard.figures.training import Curves, training_curves
from dashboard.run_progress import progress_of
from dashboard.widgets.chart import drawn, show_chart
from dashboard.widgets.comparison_link import comparison_parameters
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.message import show_empty
from dashboard.widgets.page_title import name_tab, show_page_title
from dashboard.widgets.plain_text import as_written
from dashboard.widgets.theme import current_palette, on_phone
from models.store import default_model, list_models

show_page_title("Models", "Shipped models and your own. Select one for details, several to compare.")
ADDRESS.follow()
show_import()

models = list_models()
if not models:
    show_empty(
        "models",
        "network_node",
        "No models yet",
        "Train one, or import a run.zip exported from another Digit Lab.",
        page="views/train.py",
        page_label="Train a model",
    )
    st.stop()

default_id = default_model().id
ticked = show_model_table(models, default_id, key="model_table") or [
    model for model in models if model.id == default_id
]

ADDRESS.write()
name_tab("Models", ticked[0].name if len(ticked) == 1 else "")

if len(ticked) == 1:
    show_model(ticked[0], ticked[0].id == default_id)

if len(ticked) > 1:
    st.page_link(
        "views/evaluate.py",
        label="Which of them is better?",
        icon=":material/compare_arrows:",
        query_params=comparison_parameters(ticked),
    )

names = distinct_labels({model.id: model.name for model in models})
curves = [Curves(names(model.id), progress_of(model.directory)) for model in ticked]
without = [as_written(curve.name) for curve in curves if not curve.epochs()]
curves = [curve for curve in curves if curve.epochs()]
if curves:
    current, earlier = (curves[0], []) if len(ticked) == 1 else (None, curves)
    figure = drawn(
        training_curves,
        current,
        earlier,
        current_palette(),
        title="Training curves",
        revision=" ".join(c.name for c in curves),
        zoom=not on_phone(),
    )
    show_chart(
        figure,
        key="model_curves",
        alt="Loss and accuracy while training: " + ", ".join(curve.name for curve in curves),
        zoom=True,
        live=True,
    )
    if without:
        st.caption(f"No complete epoch is recorded for {' and '.join(without)}.")
else:
    show_empty(
        "model_curves",
        "timeline",
        "No curves",
        "No complete epoch is recorded for the selected models.",
    )
