"""A ten by ten matrix of which one cell can be chosen by mouse, thumb or keyboard."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

import streamlit as st

from dashboard.figures.confusion import Cell
from dashboard.widgets.component_assets import declare


def show_matrix(
    cells: Sequence[Sequence[Cell]],
    label: str,
    key: str,
    on_pick: Callable[[], None],
    chosen: tuple[int, int] | None = None,
) -> None:
    """Shows the matrix.

    Args:
        cells: cells[true][predicted].
        label: what it says, for screen readers.
        key: unique on the page.
        on_pick: called when a cell was chosen; `picked_cell` tells which.
        chosen: the cell to mark.
    """
    size = len(cells)
    data = {
        "cells": [[asdict(cell) for cell in row] for row in cells],
        "label": label,
        "chosen": None if chosen is None else chosen[0] * size + chosen[1],
    }
    declare("digit_matrix")(data=data, key=key, on_picked_change=on_pick)


def picked_cell(key: str, size: int = 10) -> tuple[int, int] | None:
    """The cell that was chosen, (true, predicted), where `on_pick` is being called."""
    place = st.session_state[key].get("picked")
    return None if place is None else divmod(int(place), size)
