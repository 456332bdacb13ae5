"""One test digit in full, in a dialog: probabilities, nearest training digits, what other models say."""

from html import escape

import streamlit as st

from dashboard.components.inspection.mistakes.mistake_gallery import PAGE_SIZE
from dashboard.components.inspection.mistakes.other_answers import show_other_answers
from dashboard.figures.probabilities import probability_bars
from dashboard.figures.style import Palette
from dashboard.resources import held_out_set, neighbors, predictions, test_predictions, training_set
from dashboard.widgets import mistake_link
from dashboard.widgets.chart import show_chart
from dashboard.widgets.digit_image import digit_html, show_digit_grid
from dashboard.widgets.explain_link import link_to_why
from dashboard.widgets.message import errors_shown
from models.formatting import percent, show_confidence
from models.store import StoredModel
from pipeline.data.dataset import MNIST_SHA256
from pipeline.data.label_errors import DISPUTES
from pipeline.evaluation.test_predictions import TestPredictions, most_common


def _close() -> None:
    mistake_link.open_digit(None)


@st.dialog("A test digit", width="medium", icon=":material/search:", on_dismiss=_close)
def show_mistake(model: StoredModel, mistakes: TestPredictions, palette: Palette) -> None:
    """Shows the opened digit; from there one can walk through `mistakes`, in the gallery's order."""
    index = mistake_link.current_view().digit
    everything = test_predictions(model)
    if index is None or index >= len(everything):
        st.caption(f"No such test digit: the test set has {len(everything):,}.")
        return
    mistake_link.ADDRESS.write()
    _show_steps(mistakes, index)
    _show_head(model, everything, index, palette)
    if model.record.dataset.sha256 == MNIST_SHA256:
        _show_votes(index)
    link_to_why(model.id, index)
    row = predictions(model)[index]
    true = int(everything.true[index])
    show_chart(
        probability_bars(row.tolist(), palette, f"Probabilities by {model.name}", 230, true),
        key="mistake_bars",
        alt=f"Probabilities of the ten digits: {percent(float(row[true]), 1)} for {true}, the true one, and "
        f"{show_confidence(float(row.max()), 1)} for {int(row.argmax())}.",
    )
    with errors_shown():
        _show_neighbors(model, index, true, int(row.argmax()), palette)
    show_other_answers(model, index, true, palette)


def _show_steps(mistakes: TestPredictions, index: int) -> None:
    place = mistakes.place_of(index)
    if place is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="mistake_steps"):
        for label, icon, to in (("Previous", "arrow_back", place - 1), ("Next", "arrow_forward", place + 1)):
            inside = 0 <= to < len(mistakes)
            st.button(
                label,
                icon=f":material/{icon}:",
                disabled=not inside,
                on_click=_go_to,
                args=(int(mistakes.index[to]), to) if inside else None,
                key=f"mistake_{label.lower()}",
            )
        st.caption(f"{place + 1:,} of {len(mistakes):,}")


def _go_to(index: int, place: int) -> None:
    mistake_link.open_digit(index)
    mistake_link.turn_to(place // PAGE_SIZE + 1)


def _show_head(model: StoredModel, everything: TestPredictions, index: int, palette: Palette) -> None:
    true, read = int(everything.true[index]), int(everything.predicted[index])
    confidence, loss = float(everything.confidence[index]), float(everything.loss[index])
    verdict = "which is correct" if true == read else "which is wrong"
    picture = digit_html(
        held_out_set(model)[0][index], palette, f"Test digit {index}, labeled {true}", width="132px"
    )
    st.html(
        f'<div class="mistake">{picture}<div><div class="mistake-labels">'
        f'<span style="color:{palette.right}"><small>Label</small>{true}</span>'
        f'<span style="color:{palette.answer}"><small>Read as</small>{read}</span></div>'
        f"<p>{escape(model.name)} predicts {read} with {show_confidence(confidence, 1)} confidence, {verdict}. "
        f"Loss {loss:.2f}, where 0 is best.</p>"
        f'<p class="quiet">Test digit {index:,}, counted from 0</p></div></div>'
    )


def _show_votes(index: int) -> None:
    dispute = next((dispute for dispute in DISPUTES if dispute.index == index), None)
    if dispute is None:
        return
    for_given, for_other, for_neither = dispute.votes
    other = "" if dispute.other is None else f"{for_other} see a {dispute.other}, "
    st.caption(
        f":material/how_to_vote: **The label is disputed.** Of five people {for_given} see a {dispute.given}, "
        f"{other}{for_neither} see neither (Northcutt, Athalye, Mueller, 2021)."
    )


def _show_neighbors(model: StoredModel, index: int, true: int, read: int, palette: Palette) -> None:
    nearest = neighbors(index, model)
    images, _ = training_set(model)
    labels = [neighbor.label for neighbor in nearest]
    common, times = most_common(labels)
    st.markdown("### Most similar training digits")
    show_digit_grid(
        [images[neighbor.index] for neighbor in nearest],
        palette,
        [f"Training digit {neighbor.index}, labeled {neighbor.label}" for neighbor in nearest],
        [str(label) for label in labels],
        side=52,
    )
    whose = (
        "the model's prediction"
        if common == read
        else "the label"
        if common == true
        else "neither the label nor the prediction"
    )
    st.caption(f"By pixel difference. {times} of {len(labels)} are labeled {common}, {whose}.")
