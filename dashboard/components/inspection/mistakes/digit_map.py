"""A map of the test digits as the model sees them, from which digits can be chosen."""

import math

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.figures.feature_map import Coloring, feature_map
from dashboard.figures.style import Palette
from dashboard.resources import dataset
from dashboard.widgets import mistake_link
from dashboard.widgets.answered_digits import pick_answered
from dashboard.widgets.choice import choose
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.live_chart import Picks
from dashboard.widgets.point_chart import show_points
from dashboard.widgets.theme import on_phone
from dashboard.widgets.work_progress import progress_shown
from models.formatting import percent, show_confidence
from models.store import StoredModel, find_model, list_models
from pipeline.evaluation.explanation.feature_map import (
    NEIGHBORS,
    FeatureMap,
    Method,
    known_map,
    labels_alike,
    make_map,
)
from pipeline.evaluation.test_predictions import TestPredictions

CHOSEN = "_map_chosen"
"""Key of the session's state: places in the test set of the digits that were drawn around, and whose they are."""

_PAGE = "map_page"
_PAGE_SIZE = 60
_METHODS: dict[Method, str] = {"pca": "PCA", "tsne": "t-SNE"}
_COLORINGS: dict[Coloring, str] = {"digit": "Digit", "verdict": "Right or wrong"}
_TO_HALF = 0.5
"""Share of a digit's nearest digits that have its label, below which it lies among others."""


def show_map(
    model: StoredModel, answers: TestPredictions, images: NDArray[np.uint8], palette: Palette
) -> int | None:
    """Shows the map, another beside it where that is wanted, and the chosen digits below.

    Args:
        model: whose map it is.
        answers: its answers to all test digits.
        images: uint8 (n, 28, 28), the test set.
        palette: of the page's theme.

    Returns:
        Place in the test set of the digit that was just clicked, in that run of the page only.
    """
    st.header("Map of the test digits", anchor=False)
    st.caption(
        "Each point is a test digit. Digits that the network describes to itself by similar numbers, its features, "
        "lie together. Draw a lasso around points to see their images; select a point for details."
    )
    method, coloring, beside = _ask(model)
    shown = [(model, False)]
    if beside is not None:
        shown.append((model, True) if beside == mistake_link.UNTRAINED else (find_model(beside), False))
    maps = [_map_of(one, model, method, untrained) for one, untrained in shown]
    drawn = answers.take(maps[0].index)
    alike = [labels_alike(one.places, drawn.true) for one in maps]
    chosen = _chosen(model)
    picks: list[Picks] = []
    for column, (one, untrained), points, shares in zip(
        st.columns(len(maps), gap="medium"), shown, maps, alike, strict=True
    ):
        with column:
            name = f"{one.name}, before training" if untrained else one.name
            figure = feature_map(points.places, drawn, chosen, palette, name, coloring, drag=not on_phone())
            key = f"digit_map_{len(picks)}"
            picks.append(show_points(figure, key, alt=f"Map of {len(drawn):,} test digits by {name}."))
            st.caption(_in_words(shares, untrained, one))
    _take_over(model, picks)
    clicked = next((pick.clicked for pick in picks if pick.clicked is not None), None)
    return clicked if clicked is not None else _show_chosen(drawn, chosen, alike[0], images, palette)


def _ask(model: StoredModel) -> tuple[Method, Coloring, str | None]:
    """How the map is made, what its colors say, and what stands beside it."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        method = choose(
            "Arranged by",
            _METHODS,
            mistake_link.METHOD,
            help="PCA lays the digits down along the two directions in which their features vary most, at once. t-SNE "
            "keeps neighbors together instead, which takes about half a minute the first time; distances between "
            "far groups then mean nothing.",
        )
        coloring = choose("Colors", _COLORINGS, mistake_link.COLORING)
        others = {mistake_link.UNTRAINED: "The same network before training"}
        others |= {other.id: other.name for other in list_models() if other.id != model.id}
        if st.session_state.get(mistake_link.BESIDE) not in (None, *others):
            st.session_state[mistake_link.BESIDE] = None
        beside = st.selectbox(
            "Beside it",
            list(others),
            format_func=distinct_labels(others),
            index=None,
            key=mistake_link.BESIDE,
            persist_state="session",
            placeholder="Nothing",
            width=300,
            help="Before training, the same layers have random weights: what a map shows then comes from the images "
            "alone, not from learning.",
        )
    return method, coloring, beside


def _map_of(one: StoredModel, model: StoredModel, method: Method, untrained: bool) -> FeatureMap:
    """The map by one model of the digits of another."""
    digits = dataset(model)
    known = known_map(one, digits, method, untrained=untrained)
    if known is not None:
        return known
    words = f"Arranging {len(digits.test[1]):,} test digits; the map is kept for the next time"
    with progress_shown(words) as on_progress:
        return make_map(one, digits, method, untrained=untrained, on_progress=on_progress)


def _in_words(alike: NDArray[np.float64], untrained: bool, model: StoredModel) -> str:
    """What a map shows, in a sentence."""
    before = (
        f" With random weights drawn from seed {model.record.config.seed}: a start like its own."
        if untrained
        else ""
    )
    return (
        f"Of the {NEIGHBORS} digits nearest to a digit on this map, {percent(float(alike.mean()), 1)} have its label, "
        f"on average.{before}"
    )


def _chosen(model: StoredModel) -> NDArray[np.int64]:
    """The digits that were drawn around on this model's map."""
    owner, places = st.session_state.get(CHOSEN, ("", []))
    return np.asarray(places if owner == model.id else [], np.int64)


def _take_over(model: StoredModel, picks: list[Picks]) -> None:
    """Keeps what was just drawn around, and has the page show it."""
    for pick in picks:
        if pick.picked is not None:
            st.session_state[CHOSEN] = (model.id, sorted(map(int, pick.picked)))
            st.session_state.pop(_PAGE, None)
            st.rerun()


def _show_chosen(
    drawn: TestPredictions,
    chosen: NDArray[np.int64],
    alike: NDArray[np.float64],
    images: NDArray[np.uint8],
    palette: Palette,
) -> int | None:
    """The digits that were drawn around or, without any, those that lie among others."""
    if len(chosen):
        shown, figures = drawn.take(np.isin(drawn.index, chosen)), None
        words = f"{len(shown):,} selected digit{'s' if len(shown) != 1 else ''}"
    else:
        odd = np.flatnonzero(alike < _TO_HALF)
        odd = odd[np.argsort(alike[odd], kind="stable")]
        shown = drawn.take(odd)
        figures = [f"{round(NEIGHBORS * share)} of {NEIGHBORS}" for share in alike[odd]]
        words = f"{len(shown):,} digit{'s' if len(shown) != 1 else ''} among digits of another label"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(words, anchor=False, width="content")
        if len(chosen):
            st.button("Clear selection", icon=":material/close:", key="map_clear", on_click=_clear)
    if not len(shown):
        st.caption("Each digit has at least half of its neighbors from its own label.")
        return None
    pages = math.ceil(len(shown) / _PAGE_SIZE)
    number = min(st.session_state.get(_PAGE) or 1, pages)
    some = slice((number - 1) * _PAGE_SIZE, number * _PAGE_SIZE)
    part = f" {some.start + 1:,} to {min(some.stop, len(shown)):,} shown." if pages > 1 else ""
    meaning = (
        "the confidence"
        if figures is None
        else f"how many of the {NEIGHBORS} nearest digits on the map have its label"
    )
    st.caption(f"True digit → prediction, and {meaning}; select one for details.{part}")
    page = shown.take(some)
    notes = figures[some] if figures else [show_confidence(float(value)) for value in page.confidence]
    picked = pick_answered(page, images, notes, palette, key="map_grid")
    if pages > 1:
        st.pagination(pages, default=number, max_visible_pages=5, key=_PAGE)
    return picked


def _clear() -> None:
    st.session_state.pop(CHOSEN, None)
    st.session_state.pop(_PAGE, None)
