"""What people corrected becomes training data: fine-tune a model on it, see what that did, keep it or not."""

import streamlit as st

from dashboard.components.data.adaptation_progress import show_progress
from dashboard.components.data.adaptation_result import show_result
from dashboard.figures.style import Palette
from dashboard.quotas import check_quota
from dashboard.visitor import visitor
from dashboard.widgets.digit_image import show_digit_grid
from dashboard.widgets.message import errors_shown, show_empty, show_error
from dashboard.widgets.plain_text import as_written
from models.errors import InputError
from models.records import ENDED
from models.store import StoredModel
from pipeline.data import saved_digits
from pipeline.data.own_digits import OwnDigits
from pipeline.data.saved_digits import SavedDigit
from pipeline.runs.adaptation import adaptations, own_digits, submit

_MOST_SHOWN = 40


def show_my_digits(model: StoredModel | None, palette: Palette) -> None:
    """The digits, what a model may learn from them, and what came of it the last time."""
    st.header("Learn from my digits", anchor=False)
    digits = saved_digits.list_saved(visitor())
    run, record = next(adaptations(visitor()), (None, None))
    active = run is not None and record is not None and run.state(record) not in ENDED
    if not digits:
        show_empty(
            "my_digits",
            "draw",
            "No saved digits yet",
            "Correct an answer on Recognize: the picture is saved with the right label, and a model can learn it here.",
            page="views/recognize.py",
            page_label="Recognize",
        )
    else:
        _show_digits(digits, palette)
        if not active:
            with errors_shown():
                undecided = record is not None and record.status == "finished" and not record.results
                _offer(model, quiet=undecided)
    if run is None or record is None:
        return
    if active:
        show_progress(run)
    else:
        show_result(run, record)


def _show_digits(digits: list[SavedDigit], palette: Palette) -> None:
    shown = digits[:_MOST_SHOWN]
    names = [digit.record.label_name for digit in shown]
    others = len(digits) - len(shown)
    st.caption(
        f"The {len(digits)} digits that you corrected on Recognize"
        + (f", the newest {len(shown)} of them." if others else ".")
    )
    show_digit_grid(
        [digit.image for digit in shown],
        palette,
        [
            f"Saved as {name}, read as {digit.record.predicted}"
            for name, digit in zip(names, shown, strict=True)
        ],
        ["x" if digit.record.label is None else str(digit.record.label) for digit in shown],
        side=40,
    )


def _offer(model: StoredModel | None, *, quiet: bool) -> None:
    """The button, `quiet` beside a more important one, with what it does.

    Where there are too few digits or no model, what to do.
    """
    if model is None:
        show_empty(
            "adapt_model", "network_node", "No model yet", "Train one first; then it can learn your digits."
        )
        return
    who = visitor()
    try:
        digits = own_digits(model, who=who)
    except InputError as error:
        show_error(error) if error.subject else st.info(as_written(str(error)), icon=":material/info:")
        st.page_link("views/recognize.py", label="Correct more on Recognize", icon=":material/draw:")
        return
    st.markdown(_explain(model, digits))
    if st.button(
        f"Fine-tune {as_written(model.name)} on my digits",
        type="secondary" if quiet else "primary",
        icon=":material/school:",
        key="adapt_start",
        help="Takes about a minute. You can leave the page.",
    ):
        with st.spinner("Starting"):
            check_quota(who, runs=1)
            submit(model, digits, owner=who.name)
        st.rerun()


def _explain(model: StoredModel, digits: OwnDigits) -> str:
    name, held_out = as_written(model.name), len(digits.held_out)
    if digits.fold_count == 1:
        split = (
            f"**{len(digits.trained_on)}** of your digits are learned; **{held_out}** are held out, never learned, "
            "and judge the result."
        )
    else:
        split = (
            f"All **{len(digits.trained_on)}** of your digits are learned. They are few, so copies of the model that "
            f"each learn without a quarter of them judge the result on that quarter (cross-validation)."
        )
    return (
        f"{split} Beside them the model rehearses what it knows, so that it forgets nothing. "
        f"{name} itself stays as it is: what comes of it is a model of its own, which you keep or throw away."
    )
