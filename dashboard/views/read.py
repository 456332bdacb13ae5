"""Read: pages of handwritten numbers as text, reviewed by eye, corrected by key, exported as a table."""

import streamlit as st

from dashboard.components.read.batch import follow_address, save_settings
from dashboard.components.read.constraint_form import ask_constraints
from dashboard.components.read.page_review import show_page_review
from dashboard.components.read.page_sources import pick_source, take_pages
from dashboard.components.read.reading_progress import read_pages
from dashboard.components.read.settings import current_settings, restore_settings
from dashboard.widgets.caution import pick_caution
from dashboard.widgets.model_picker import pick_model
from dashboard.widgets.page_title import name_tab, show_page_title
from dashboard.widgets.theme import current_palette

show_page_title(
    "Read",
    "Turn photos or scans of handwritten numbers into text. Doubtful digits are highlighted for review.",
)

restore_settings(follow_address())
with st.container(horizontal=True, gap="small", key="read_bar", vertical_alignment="center"):
    source = pick_source()
    model = pick_model("Model", quiet=True)
    constraints = ask_constraints()
    pick_caution()
name_tab("Read", model.name)

uploads = take_pages(source)
save_settings(current_settings())
if uploads:
    show_page_review(read_pages(uploads, model, constraints), current_palette())
