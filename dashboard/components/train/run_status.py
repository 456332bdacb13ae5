"""A run's state as a word, a color and an icon, the same on every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from models.formatting import duration
from models.records import Progress, State

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


@dataclass(frozen=True)
class Pace:
    """How far a training is and how fast it goes.

    Attributes:
        done: share of all epochs, 0 to 1.
        seconds_left: until the last epoch's end; None before that can be told.
        images_per_second: over the last seconds; None likewise.
    """

    done: float
    seconds_left: float | None = None
    images_per_second: float | None = None

    def in_words(self) -> str:
        """One line for people."""
        parts = []
        if self.seconds_left is not None:
            parts.append(f"{duration(self.seconds_left)} left")
        if self.images_per_second:
            parts.append(f"{self.images_per_second:,.0f} images per second")
        return " · ".join(parts) or "getting ready"


def measure_pace(lines: Sequence[Progress], epochs: int, window: float = 8.0) -> Pace:
    """The pace of a training that goes on.

    Args:
        lines: of progress.jsonl, in order.
        epochs: how many there will be in all.
        window: seconds to look back.
    """
    if not lines:
        return Pace(0.0)
    last = lines[-1]
    done = _share(last, epochs)
    # image counts start anew when a run is resumed, so only lines of this stretch are compared
    recent = [
        line
        for line in lines[-120:]
        if line.images < last.images and 0 < last.seconds - line.seconds <= window
    ]
    if not recent:
        return Pace(done)
    first = recent[0]
    seconds = last.seconds - first.seconds
    gained = done - _share(first, epochs)
    left = seconds / gained * (1 - done) if gained > 0 else None
    return Pace(done, left, (last.images - first.images) / seconds)


def _share(line: Progress, epochs: int) -> float:
    return min(1.0, (line.epoch - 1 + line.step / line.steps) / max(1, epochs))
