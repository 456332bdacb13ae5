"""The Models page."""

from dashboard.components.model_picker import pick_model
from dashboard.components.page_title import show_page_title

show_page_title("Models", "This page is being built.")
model = pick_model()
