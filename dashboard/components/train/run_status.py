"""A run's state as a word, a color and an icon, the same on every page."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from models.records import State

Color = Literal["gray", "blue", "green", "orange", "red"]


@dataclass(frozen=True)
class StateBadge:
    """How a state is shown."""

    icon: str
    color: Color


BADGES: dict[State, StateBadge] = {
    "queued": StateBadge("hourglass_top", "gray"),
    "running": StateBadge("model_training", "blue"),
    "finished": StateBadge("check_circle", "green"),
    "stopped": StateBadge("stop_circle", "orange"),
    "interrupted": StateBadge("power_off", "orange"),
    "failed": StateBadge("error", "red"),
}


def show_state(state: State) -> None:
    """A small badge."""
    badge = BADGES[state]
    st.badge(state, icon=f":material/{badge.icon}:", color=badge.color)
