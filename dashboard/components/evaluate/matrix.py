"""A ten by ten matrix of which one cell can be chosen by mouse, thumb or keyboard."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

import streamlit as st

from dashboard.figures.confusion import Cell

_CSS = """
.frame { container-type: inline-size; display: grid; grid-template-columns: auto 1fr; gap: 4px;
  font: 400 0.85rem/1.2 var(--st-font); color: var(--st-text-color); }
.read { grid-column: 2; text-align: center; opacity: 0.72; }
.true { writing-mode: vertical-rl; transform: rotate(180deg); text-align: center; opacity: 0.72; }
table { width: 100%; table-layout: fixed; border-collapse: separate; border-spacing: 2px; }
th { font-weight: 400; padding: 0; }
th.corner { width: 1.1rem; }
td { padding: 0; }
button { all: unset; box-sizing: border-box; cursor: pointer; display: grid; place-items: center; width: 100%;
  height: clamp(36px, 7.6cqi, 50px); border-radius: 5px; font-size: clamp(11px, 2.3cqi, 14px);
  font-variant-numeric: tabular-nums; touch-action: manipulation; }
button:hover { outline: 2px solid var(--st-border-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
button[aria-pressed="true"] { outline: 3px solid var(--st-primary-color); outline-offset: -1px; }
"""

_HTML = """
<div class="frame"><div class="read">Read as</div><div class="true">True digit</div>
<table><thead></thead><tbody></tbody></table></div>
"""

_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const size = data.cells.length;
  const table = parentElement.querySelector("table");
  const entry = (name, text) => Object.assign(document.createElement(name), { textContent: text ?? "" });
  if (table.tBodies[0].rows.length !== size) {
    const head = document.createElement("tr");
    head.append(Object.assign(entry("th"), { className: "corner" }), ...data.cells.map((_, j) => entry("th", j)));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...data.cells.map((row, i) => {
      const line = document.createElement("tr");
      line.append(entry("th", i), ...row.map(() => {
        const place = document.createElement("td");
        place.append(document.createElement("button"));
        return place;
      }));
      return line;
    }));
  }
  const buttons = [...table.querySelectorAll("button")];
  const mark = (chosen) => buttons.forEach((button, place) => {
    button.setAttribute("aria-pressed", String(place === chosen));
    button.tabIndex = place === (chosen ?? 0) ? 0 : -1;
  });
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -size, ArrowDown: size };
  data.cells.flat().forEach((cell, place) => {
    const button = buttons[place];
    button.textContent = cell.text;
    button.style.background = cell.background;
    button.style.color = cell.color;
    button.title = cell.label;
    button.setAttribute("aria-label", cell.label);
    button.onclick = () => { mark(place); setTriggerValue("picked", place); };
    button.onkeydown = (event) => {
      const next = buttons[place + (steps[event.key] ?? NaN)];
      if (next) { event.preventDefault(); next.focus(); }
    };
  });
  table.setAttribute("aria-label", data.label);
  mark(data.chosen);
}
"""


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
    matrix = st.components.v2.component("digit_matrix", html=_HTML, css=_CSS, js=_JS)
    data = {
        "cells": [[asdict(cell) for cell in row] for row in cells],
        "label": label,
        "chosen": None if chosen is None else chosen[0] * size + chosen[1],
    }
    matrix(data=data, key=key, on_picked_change=on_pick)


def picked_cell(key: str, size: int = 10) -> tuple[int, int] | None:
    """The cell that was chosen, (true, predicted), where `on_pick` is being called."""
    place = st.session_state[key].get("picked")
    return None if place is None else divmod(int(place), size)
