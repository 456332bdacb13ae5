"""Evaluate: how good the chosen model is on digits that it has never seen, and where it goes wrong."""

import streamlit as st

from dashboard.components.inspection.evaluate.address import ADDRESS
from dashboard.components.inspection.evaluate.better.which_is_better import show_which_is_better
from dashboard.components.inspection.evaluate.class_table import show_digit_by_digit
from dashboard.components.inspection.evaluate.comparison import show_comparison
from dashboard.components.inspection.evaluate.confusion import show_confusion
from dashboard.components.inspection.evaluate.how_sure import show_how_sure
from dashboard.components.inspection.evaluate.results import show_results
from dashboard.components.inspection.evaluate.test_answers import answers_to, pick_data
from dashboard.widgets.choice import choose
from dashboard.widgets.comparison_link import SECTION, SECTIONS
from dashboard.widgets.message import errors_shown
from dashboard.widgets.model_picker import pick_model
from dashboard.widgets.page_title import name_tab, show_page_title
from dashboard.widgets.theme import current_palette

show_page_title(
    "Evaluate", "How accurate a model is on test digits it was not trained on, and where it goes wrong."
)
ADDRESS.follow()
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    model = pick_model()
    data, *others = pick_data(model)
section = choose("Look at", SECTIONS, SECTION, wrap=True)
name_tab("Evaluate", model.name)
ADDRESS.write()
palette = current_palette()

with errors_shown():
    answers = answers_to(model, *data)
    if section == "sure":
        st.header("How sure", anchor=False)
        show_how_sure(model, answers, palette)
    elif section == "better":
        show_which_is_better(model, data[0], palette)
    else:
        show_results(model, answers)
        for other in others:
            show_comparison(answers, answers_to(model, *other))
        st.header("Confusion matrix", anchor=False)
        show_confusion(model, answers, palette)
        show_digit_by_digit(answers.evaluation.classes, palette)
