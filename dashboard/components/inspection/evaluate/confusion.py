"""The confusion matrix, and the test images behind each of its cells."""

import streamlit as st

from dashboard.components.inspection.evaluate.address import (
    ADDRESS,
    CELL,
    CELL_KIND,
    CELLS,
    UNIT,
    UNITS,
    Cell,
)
from dashboard.components.inspection.evaluate.matrix import picked_cell, show_matrix
from dashboard.components.inspection.evaluate.test_answers import TestAnswers
from dashboard.figures.confusion import confusion_cells
from dashboard.figures.style import Palette
from dashboard.widgets.choice import choose
from dashboard.widgets.digit_buttons import pick_digit
from dashboard.widgets.digit_image import show_digit_grid
from dashboard.widgets.message import show_empty
from dashboard.widgets.mistake_link import MistakeView, to_parameters
from models.errors import DigitLabError
from models.formatting import percent, show_confidence
from models.records import Evaluation
from models.store import StoredModel

_MATRIX = "confusion_matrix"
_PAIR = "confusion_pair"
_MOST_IMAGES = 24
_MOST_PAIRS = 8


@st.fragment
def show_confusion(model: StoredModel, answers: TestAnswers, palette: Palette) -> None:
    """Shows the matrix beside the images of the chosen cell, at first those of the most confused pair."""
    evaluation = answers.evaluation
    pairs = [(pair.true, pair.predicted) for pair in evaluation.confused_pairs[:_MOST_PAIRS]]
    cell: Cell | None = st.session_state.get(CELL) or (pairs[0] if pairs else None)
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        with st.container(horizontal=True, gap="small"):
            shares = choose("Unit", UNITS, UNIT, quiet=True) == "shares"
            errors = choose("Cells", CELLS, CELL_KIND, quiet=True) == "errors"
        unit = "Percent of the true digit's images" if shares else "Test images"
        st.caption(f"{unit}. Select a cell to see its images.")
        show_matrix(
            confusion_cells(evaluation.confusion, palette, shares, errors),
            _put_in_words(evaluation),
            _MATRIX,
            _choose_cell,
            cell,
        )
    with right:
        if pairs:
            _show_pairs(evaluation, pairs, cell)
        if cell is None:
            show_empty("cell", "task_alt", "No mistakes", "Select a cell to see its images.")
        else:
            _show_cell(model, answers, cell, palette)
    ADDRESS.write()


def _show_pairs(evaluation: Evaluation, pairs: list[Cell], cell: Cell | None) -> None:
    counts = {(pair.true, pair.predicted): pair.count for pair in evaluation.confused_pairs}
    st.session_state[_PAIR] = cell if cell in pairs else None
    st.pills(
        "Most often confused",
        pairs,
        format_func=lambda pair: f"{pair[0]} → {pair[1]} · {counts.get(tuple(pair), 0)}",
        key=_PAIR,
        on_change=_choose_pair,
        wrap=True,
    )


def _show_cell(model: StoredModel, answers: TestAnswers, cell: Cell, palette: Palette) -> None:
    true, predicted = cell
    row = answers.evaluation.confusion[true]
    count, total = row[predicted], sum(row)
    with st.container(key="cell", border=True):
        st.subheader(
            f"{true} read as {predicted}" if true != predicted else f"{true} read correctly", anchor=False
        )
        if not count:
            st.caption(f"None of {total:,} test images." if total else f"No test image is a {true}.")
            return
        st.caption(f"{count:,} of {total:,} images of a {true}, {percent(count / max(total, 1))}")
        try:
            _show_images(model, answers, cell, palette)
        except DigitLabError as error:
            show_empty("images", "folder_off", "The images can't be shown", str(error))


def _show_images(model: StoredModel, answers: TestAnswers, cell: Cell, palette: Palette) -> None:
    true, predicted = cell
    images = answers.images()
    inside = answers.predictions().select(true, predicted).sort("unsurest" if true == predicted else "surest")
    shown = inside.page(1, _MOST_IMAGES)
    alts = [f"Test digit {index}: a {true} read as {predicted}" for index in shown.index]
    captions = [show_confidence(float(confidence)) for confidence in shown.confidence]
    if true == predicted:
        show_digit_grid(images[shown.index], palette, alts, captions, side=56)
        st.caption(
            f"The least confident of {len(inside):,}, with their confidence."
            if len(inside) > 1
            else "With its confidence."
        )
        return
    if not answers.own:
        show_digit_grid(images[shown.index], palette, alts, captions, side=62)
        st.caption(f"The most confident of {len(inside):,}, with their confidence.")
        return
    picked = pick_digit(images[shown.index], palette, alts, captions, key="cell_digits", side=62)
    st.caption("Confidence of each prediction; select one for details.")
    if picked is not None and picked < len(shown):
        view = MistakeView(true, predicted, digit=int(shown.index[picked]))
        st.switch_page("views/mistakes.py", query_params=to_parameters(model.id, view))
    st.page_link(
        "views/mistakes.py",
        label="Open on Mistakes" if len(inside) <= _MOST_IMAGES else f"See all {len(inside):,} on Mistakes",
        icon=":material/arrow_forward:",
        query_params=to_parameters(model.id, MistakeView(true, predicted)),
    )


def _choose_cell() -> None:
    cell = picked_cell(_MATRIX)
    if cell:
        st.session_state[CELL] = cell


def _choose_pair() -> None:
    chosen = st.session_state.get(_PAIR)
    if chosen:
        st.session_state[CELL] = tuple(chosen)


def _put_in_words(evaluation: Evaluation) -> str:
    pairs = ", ".join(
        f"{pair.true} read as {pair.predicted} {pair.count} times" for pair in evaluation.confused_pairs[:3]
    )
    return (
        f"Confusion matrix of {evaluation.count} test images, {evaluation.error_count} of them mistakes. "
        f"Most often: {pairs or 'none'}."
    )
