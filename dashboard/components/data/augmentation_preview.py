"""What augmentation and disturbances make of a few digits, live."""

import numpy as np
import streamlit as st

from dashboard.components.data.address import ADDRESS, VARIED
from dashboard.figures.style import Palette
from dashboard.widgets.digit_filter import filter_by_digit
from dashboard.widgets.digit_rows import show_digit_rows
from models.train_config import field_bounds, field_help, field_title
from pipeline.data.augmentation import Variation, vary
from pipeline.data.dataset import Dataset
from pipeline.data.disturbance import disturb
from pipeline.data.statistics import sample_by_class

_SEED = "_varied_seed"
_STRENGTH = "varied_strength"
_DISTURBED = "varied_disturbed"
_ROWS, _VARIATIONS = 5, 20


@st.fragment
def show_augmentation(dataset: Dataset, palette: Palette) -> None:
    """A slider for the strength, and rows of one original with variations of it."""
    st.header("Augmented digits", anchor=False)
    st.caption(
        "With augmentation, the network sees each digit slightly changed in every epoch: tilted, resized, slanted, "
        "shifted, bent, thicker or thinner. Training uses strength 1 by default."
    )
    low, high = field_bounds("augment_strength")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        strength = st.slider(
            "Strength", float(low), float(high), 1.0, 0.1, key=_STRENGTH, persist_state="session", width=360
        )
        disturbed = st.toggle(
            field_title("disturbed"), key=_DISTURBED, persist_state="session", help=field_help("disturbed")
        )
        st.button("Others", icon=":material/casino:", on_click=_roll, key="roll_variations")
    digit = filter_by_digit("Digit", VARIED)
    ADDRESS.write()
    seed = st.session_state.get(_SEED, 0)
    originals = _choose(dataset, digit, seed)
    images, labels = dataset.train
    random = np.random.default_rng(seed)
    amount = Variation().times(strength)
    rows = []
    for index in originals:
        varied = vary(np.repeat(images[index : index + 1], _VARIATIONS, axis=0), random, amount)
        if disturbed:
            disturb(varied, random, out=varied)
        rows.append(np.concatenate([images[index : index + 1], varied]))
    show_digit_rows(
        rows,
        [str(labels[index]) for index in originals],
        [f"A {labels[index]}, and variations of it at strength {strength:g}" for index in originals],
        palette,
        side=58,
        mark_first=True,
    )
    st.caption("Framed: the original image from the data set.")


def _choose(dataset: Dataset, digit: int | None, seed: int) -> list[int]:
    _, labels = dataset.train
    if digit is not None:
        return [int(index) for index in sample_by_class(labels, _ROWS, seed)[digit]]
    firsts = [members[0] for members in sample_by_class(labels, 1, seed) if len(members)]
    return [int(index) for index in np.random.default_rng(seed).permutation(firsts)[:_ROWS]]


def _roll() -> None:
    st.session_state[_SEED] = st.session_state.get(_SEED, 0) + 1
