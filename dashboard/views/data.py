"""Data: what networks are trained and tested on."""

import streamlit as st

from dashboard.components.data.address import ADDRESS, SECTION, SECTIONS
from dashboard.components.data.augmentation_preview import show_augmentation
from dashboard.components.data.class_averages import show_averages, show_pixels
from dashboard.components.data.class_samples import show_counts, show_samples
from dashboard.components.data.dataset_list import show_datasets
from dashboard.components.data.dataset_source import show_source
from dashboard.components.data.hardest_digits import show_hardest
from dashboard.components.data.label_audit import show_label_audit
from dashboard.components.data.my_digits import show_my_digits
from dashboard.resources import dataset
from dashboard.widgets.choice import choose
from dashboard.widgets.message import errors_shown
from dashboard.widgets.model_picker import pick_model
from dashboard.widgets.page_title import name_tab, show_page_title
from dashboard.widgets.theme import current_palette
from models.store import list_models

show_page_title("Data", "The images that networks are trained and tested on.")
ADDRESS.follow()
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    section = choose("Look at", SECTIONS, SECTION, wrap=True)
    asks = "Model" if section in ("labels", "mine") else "Data of the model"
    model = pick_model(asks) if section != "sets" and list_models() else None
name_tab("Data", model.name if model else "")
palette = current_palette()

with errors_shown():
    if section not in ("sets", "labels", "mine"):
        show_source(dataset(model))
    if section == "sets":
        show_datasets(palette)
    elif section == "labels":
        show_label_audit(model, palette)
    elif section == "mine":
        show_my_digits(model, palette)
    elif section == "averages":
        show_averages(model, palette)
        show_pixels(model, palette)
    elif section == "hardest":
        show_hardest(model, palette)
    elif section == "augmentation":
        show_augmentation(dataset(model), palette)
    else:
        show_counts(dataset(model), palette)
        show_samples(dataset(model), palette)
ADDRESS.write()
