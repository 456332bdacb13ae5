"""Sweeps: many trainings over several seeds, which configuration is best, and how much of that is luck."""

from dashboard.components.inspection.sweeps.picker import ADDRESS, pick_sweep, show_example
from dashboard.components.inspection.sweeps.standing import show_standing
from dashboard.widgets.message import errors_shown
from dashboard.widgets.page_title import name_tab, show_page_title
from dashboard.widgets.theme import current_palette

show_page_title(
    "Sweeps", "Many trainings with other hyperparameters: which are best, and how much of that is luck."
)
ADDRESS.follow()
sweep = pick_sweep()
name_tab("Sweeps", sweep.record.name)
ADDRESS.write()

with errors_shown():
    show_standing(sweep, current_palette())
    show_example(expanded=False)
