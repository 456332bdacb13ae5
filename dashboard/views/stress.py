"""Stress: how much a model can take: changes of every kind, MNIST-C, and its report card."""

import streamlit as st

from dashboard.components.inspection.stress.corruptions import show_corruptions
from dashboard.components.inspection.stress.report import show_report_card
from dashboard.components.inspection.stress.settings import ADDRESS, choose_settings
from dashboard.components.inspection.stress.sweep import show_sweep
from dashboard.widgets.message import errors_shown
from dashboard.widgets.model_picker import pick_model, pick_more_models
from dashboard.widgets.page_title import name_tab, show_page_title
from dashboard.widgets.theme import current_palette

show_page_title("Stress", "How much a model can take before it misreads digits.")
ADDRESS.follow()
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    model = pick_model()
    models = [model, *pick_more_models(model)]
settings = choose_settings()
name_tab("Stress", model.name)
ADDRESS.write()
palette = current_palette()

with errors_shown():
    st.header("Accuracy by severity", anchor=False)
    show_sweep(models, settings, palette)

    st.header("MNIST-C", anchor=False)
    show_corruptions(models, settings, palette)

    st.header("Report card", anchor=False)
    show_report_card(model, settings.count)
