"""What a network would look like: its layers, their shapes, and what they cost."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.widgets.theme import on_phone
from models.layer_shapes import LayerSummary


def show_model_summary(layers: Sequence[LayerSummary]) -> None:
    """Totals, and a row a layer."""
    parameters = sum(layer.parameters for layer in layers)
    multiplications = sum(layer.multiplications for layer in layers)
    with st.container(horizontal=True, gap="medium", key="summary_totals"):
        st.metric("Parameters", f"{parameters:,}", width="content")
        st.metric(
            "Multiplications per image",
            short_number(multiplications),
            width="content",
            help="Multiply-accumulate operations for one prediction, without normalization and activation.",
        )
        st.metric(
            "Size", f"{4 * parameters / 1e6:.2f} MB", width="content", help="At four bytes per parameter."
        )
    rows = "".join(_row(layer) for layer in layers)
    with st.expander("Layers", icon=":material/layers:", expanded=not on_phone()):
        st.html(
            '<table class="layers"><caption class="unseen">The layers of the network</caption><thead><tr>'
            '<th scope="col">Layer</th><th scope="col">Output</th><th scope="col">Parameters</th>'
            f'<th scope="col">Multiplications</th></tr></thead><tbody>{rows}</tbody></table>'
        )


def _row(layer: LayerSummary) -> str:
    shape = " x ".join(map(str, layer.output_shape))
    parameters = f"{layer.parameters:,}" if layer.parameters else ""
    return (
        f"<tr><td><b>{escape(layer.kind)}</b><span>{escape(layer.detail)}</span></td><td>{shape}</td>"
        f"<td>{parameters}</td><td>{short_number(layer.multiplications)}</td></tr>"
    )


def short_number(value: float) -> str:
    """A count in at most four digits: 1,234 -> 1.23 k."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:g}" if value else ""
