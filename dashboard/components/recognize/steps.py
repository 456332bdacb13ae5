"""How a picture became the 28x28 image, step by step."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.figures.style import Palette
from dashboard.widgets.digit_image import digit_uri
from pipeline.imaging.picture import Step


def show_steps(steps: Sequence[Step], palette: Palette) -> None:
    """Shows every stage with its picture and one sentence."""
    items = []
    for number, step in enumerate(steps, start=1):
        source = digit_uri(step.picture, palette, natural=step is steps[0])
        items.append(
            f'<li><div class="step-picture"><img src="{source}" alt="{escape(step.title)}"></div>'
            f"<div><b>{number}. {escape(step.title)}</b><span>{escape(step.explanation)}</span></div></li>"
        )
    st.html(f'<ol class="steps">{"".join(items)}</ol>')
