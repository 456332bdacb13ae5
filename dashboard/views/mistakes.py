"""Mistakes: every test digit that the chosen model misreads, to filter, to open, to export."""

from dashboard.components.inspection.mistakes.digit_map import show_map
from dashboard.components.inspection.mistakes.mistake_detail import show_mistake
from dashboard.components.inspection.mistakes.mistake_export import show_mistake_export
from dashboard.components.inspection.mistakes.mistake_filters import show_mistake_filters
from dashboard.components.inspection.mistakes.mistake_gallery import show_gallery
from dashboard.resources import held_out_set, predictions, test_predictions
from dashboard.widgets import mistake_link
from dashboard.widgets.choice import choose
from dashboard.widgets.message import errors_shown
from dashboard.widgets.model_picker import pick_model
from dashboard.widgets.page_title import name_tab, show_page_title
from dashboard.widgets.theme import current_palette

show_page_title(
    "Mistakes",
    "Every test digit that the model misreads. The page address links to this exact view.",
)
mistake_link.ADDRESS.follow()
model = pick_model()
name_tab("Mistakes", model.name)
palette = current_palette()

with errors_shown():
    answers = test_predictions(model)
    images, _ = held_out_set(model)
    if choose("View", mistake_link.VIEWS, mistake_link.VIEW, quiet=True) == "map":
        selected = answers.take(slice(0, 0))
        picked = show_map(model, answers, images, palette)
    else:
        mistakes = answers.mistakes()
        show_mistake_filters()
        view = mistake_link.current_view()
        selected = mistakes.select(view.true, view.read).sort(view.order)
        picked = show_gallery(selected, len(mistakes), images, palette)
    if picked is not None:
        mistake_link.open_digit(picked)
    if len(selected):
        show_mistake_export(model, selected, predictions(model), images)
    mistake_link.ADDRESS.write()
    if mistake_link.current_view().digit is not None:
        show_mistake(model, selected, palette)
