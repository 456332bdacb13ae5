"""Train: put a training together, and watch it learn."""

from dashboard.components.train import train_state
from dashboard.components.train.run_list import read_runs
from dashboard.components.train.run_monitor import show_runs
from dashboard.components.train.train_form import show_train_form
from dashboard.widgets.choice import choose
from dashboard.widgets.page_title import show_page_title
from dashboard.widgets.theme import current_palette

TABS = {"settings": ":material/tune: New training", "watch": ":material/timeline: Runs"}

show_page_title(
    "Train",
    "Choose a network and its hyperparameters. Training continues if you close this page.",
)

train_state.ADDRESS.follow()
default = "watch" if any(run.active and run.mine for run in read_runs()) else "settings"
train_state.settle_tab(default)
tab = choose("Show", TABS, train_state.TAB, quiet=True)

if tab == "watch":
    show_runs(current_palette())
else:
    show_train_form()
train_state.ADDRESS.write()
