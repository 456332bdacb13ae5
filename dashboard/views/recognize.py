"""Recognize, the start page: draw, upload or photograph a digit and see what the networks say."""

import streamlit as st

from dashboard import state
from dashboard.components.recognize.canvas_panel import show_drawing
from dashboard.components.recognize.saved_digits import show_saved_digits
from dashboard.components.recognize.upload_panel import show_camera, show_uploads
from dashboard.widgets.address import MODEL, PageAddress, Parameter, model_id, one_of, several
from dashboard.widgets.caution import CAUTION, pick_caution
from dashboard.widgets.choice import choose
from dashboard.widgets.model_picker import pick_model, pick_more_models
from dashboard.widgets.page_title import name_tab, show_page_title
from dashboard.widgets.theme import current_palette

SOURCES = {
    "draw": ":material/draw: Draw",
    "upload": ":material/upload_file: Upload",
    "camera": ":material/photo_camera: Camera",
}
ADDRESS = PageAddress(
    {
        "model": MODEL,
        "compare": Parameter(state.COMPARED, several(model_id), ",".join, []),
        "risk": CAUTION,
        "input": Parameter(state.SOURCE, one_of(SOURCES), default="draw"),
    }
)

show_page_title("Recognize", "Draw a digit or upload a picture of one. The model answers after every stroke.")
ADDRESS.follow()

with st.container(horizontal=True, gap="small", key="question_bar", vertical_alignment="center"):
    source = choose("Source of the picture", SOURCES, state.SOURCE, quiet=True)
    model = pick_model("Model", quiet=True)
    models = [model, *pick_more_models(model)]
    pick_caution(model)
name_tab("Recognize", model.name)
ADDRESS.write()

palette = current_palette()
if source == "upload":
    show_uploads(models, palette)
elif source == "camera":
    show_camera(models, palette)
else:
    show_drawing(models, palette)

show_saved_digits(palette)
