"""What is measured on the Stress page, and what its address says of it."""

from dataclasses import dataclass

import streamlit as st

from dashboard import state
from dashboard.widgets.address import MODEL, PageAddress, Parameter, model_id, one_of, several, whole_number
from dashboard.widgets.choice import choose
from pipeline.evaluation.stress.measure import FEW, Way
from pipeline.evaluation.stress.sweeps import SWEEPS

SWEEP = "stress_sweep"
"""Widget key: the kind of change."""

LEVEL = "stress_level"
"""Widget key: which of its levels is shown, from 0."""

_IMAGES = "stress_images"
_WAY = "stress_way"
_AMOUNTS = {200: "200", FEW: f"{FEW:,}", 10_000: "All 10,000"}
_WAYS: dict[Way, str] = {"image": "As images", "picture": "As pictures"}


def _read_amount(text: str) -> int | None:
    return next((amount for amount in _AMOUNTS if text == str(amount)), None)


ADDRESS = PageAddress(
    {
        "model": MODEL,
        "compare": Parameter(state.COMPARED, several(model_id), ",".join, []),
        "change": Parameter(SWEEP, one_of(SWEEPS), default="turn"),
        "level": Parameter(LEVEL, whole_number(0, 5), default=3),
        "images": Parameter(_IMAGES, _read_amount, default=FEW),
        "way": Parameter(_WAY, one_of(_WAYS), default="image"),
    }
)
"""What the address of the page says."""


@dataclass(frozen=True)
class Settings:
    """How many test digits are measured for each change, and how they come to the network."""

    count: int
    way: Way


def choose_settings() -> Settings:
    """The controls."""
    with st.container(horizontal=True, gap="medium"):
        amount = choose("Test digits for each change", _AMOUNTS, _IMAGES)
        way = choose(
            "Handed to the model",
            _WAYS,
            _WAY,
            help="As the 28x28 images that they are, which is how MNIST-C is meant; or as pictures, as Recognize takes "
            "them: the digit is found and centered first, and judged from several views. Pictures take longer.",
        )
    return Settings(amount, way)
