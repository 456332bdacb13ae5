"""The Recognize page."""

from dashboard.components.model_picker import pick_model
from dashboard.components.page_title import show_page_title

show_page_title("Recognize", "This page is being built.")
model = pick_model()
