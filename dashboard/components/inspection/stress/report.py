"""The report card of the chosen model: in figures, and as files to keep."""

import streamlit as st

from dashboard.components.inspection.stress.measuring import may_begin, stop
from dashboard.resources import recognizer
from dashboard.visitor import visitor
from dashboard.widgets.download import offer_download
from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.work_progress import progress_shown
from models.store import StoredModel
from pipeline.evaluation.stress.report_card import known_card, report_card
from pipeline.evaluation.stress.report_html import about_mnist_c, facts_of, to_html


def show_report_card(model: StoredModel, count: int) -> None:
    """Shows the card, with buttons to save it; a button that makes it where there is none yet."""
    answerer = recognizer(model)
    card = known_card(model, answerer, count, visitor())
    if card is None:
        st.caption(
            "All that a model is worth on one page: MNIST, MNIST-C, handwriting of the world, your saved digits, and "
            "what it refuses."
        )
        request = f"{model.version} {count}"
        if not may_begin("report", request, "Make the report card"):
            return
        with progress_shown(
            f"Making the report card of {model.name}", lambda: stop("report", request), "report_stop"
        ) as on_progress:
            card = report_card(model, answerer, count, visitor(), on_progress)
    show_facts([Fact(*fact) for fact in facts_of(card)])
    st.caption(about_mnist_c(card))
    finished = card
    with st.container(horizontal=True):
        offer_download(
            "Report card (HTML)",
            lambda: to_html(finished),
            f"report-card-{model.id}.html",
            help="One file to print or to send: no scripts, nothing loaded from elsewhere.",
        )
        offer_download(
            "Report card (JSON)", lambda: finished.model_dump_json(indent=2), f"report-card-{model.id}.json"
        )
