"""Explain: what the chosen model sees in one picture, layer by layer, and why it answers as it does."""

import streamlit as st

from dashboard.components.inspection.explain.picture import pick_source, show_picture
from dashboard.widgets import explain_link
from dashboard.widgets.choice import choose
from dashboard.widgets.message import errors_shown
from dashboard.widgets.model_picker import pick_model
from dashboard.widgets.page_title import name_tab, show_page_title
from dashboard.widgets.theme import current_palette

show_page_title(
    "Explain", "What the network sees in one picture, layer by layer, and why it answers as it does."
)
explain_link.ADDRESS.follow()
with st.container(horizontal=True, gap="small", key="question_bar", vertical_alignment="center"):
    pick_source()
    model = pick_model("Model", quiet=True)
    choose("What to show", explain_link.SECTIONS, explain_link.SECTION, quiet=True)
name_tab("Explain", model.name)
explain_link.ADDRESS.write()

with errors_shown():
    show_picture(model, current_palette())
