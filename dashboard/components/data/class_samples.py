"""How many digits of each kind there are, and some of them."""

import streamlit as st

from dashboard.figures.dataset import digit_counts
from dashboard.figures.style import Palette
from dashboard.widgets.chart import drawn, show_chart
from dashboard.widgets.digit_rows import show_digit_rows
from pipeline.data.dataset import Dataset
from pipeline.data.statistics import count_digits, sample_by_class

_SEED = "_samples_seed"
_MOST = 24


def show_counts(dataset: Dataset, palette: Palette) -> None:
    """Shows how often each digit occurs."""
    train, test = (count_digits(labels) for _, labels in (dataset.train, dataset.test))
    show_chart(
        drawn(digit_counts, train, test, palette),
        key="digit_counts",
        alt=f"{sum(train):,} training images, {min(train):,} to {max(train):,} of each digit; "
        f"{sum(test):,} test images, {min(test):,} to {max(test):,} of each.",
    )


@st.fragment
def show_samples(dataset: Dataset, palette: Palette) -> None:
    """Shows random training digits, a row for each digit."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.header("Random samples of each digit", anchor=False, width="content")
        st.button("Others", icon=":material/casino:", on_click=_roll, key="roll_samples")
    images, labels = dataset.train
    chosen = sample_by_class(labels, _MOST, st.session_state.get(_SEED, 0))
    digits = [digit for digit in range(10) if len(chosen[digit])]
    show_digit_rows(
        [images[chosen[digit]] for digit in digits],
        [str(digit) for digit in digits],
        [f"Random training images of a {digit}" for digit in digits],
        palette,
    )


def _roll() -> None:
    st.session_state[_SEED] = st.session_state.get(_SEED, 0) + 1
