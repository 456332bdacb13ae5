"""A map of test digits as a file: a table, or a page with a drawing."""

import csv
import io
from html import escape

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from pipeline.evaluation.test_predictions import TestPredictions

_SIDE, _MARGIN = 800, 16  # units of the drawing

_STYLE = """body{font:16px system-ui,sans-serif;max-width:820px;margin:1rem auto;padding:0 1rem}
body{color:#1c2333;background:#fbfaf7}
circle{fill:#b9bcc6}circle.wrong{fill:#c23b2a}text{font:bold 22px system-ui,sans-serif;text-anchor:middle;fill:#1c2333;
stroke:#fbfaf7;stroke-width:5px;paint-order:stroke}svg{width:100%}"""


def map_to_csv(places: NDArray[np.float32], answers: TestPredictions) -> str:
    """A line for each digit: index, true, predicted, x, y.

    Args:
        places: float32 (m, 2).
        answers: what the model says of these digits, m of them.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["index", "true", "predicted", "x", "y"])
    for index, true, predicted, (x, y) in zip(
        answers.index, answers.true, answers.predicted, places, strict=True
    ):
        writer.writerow([int(index), int(true), int(predicted), f"{x:.6g}", f"{y:.6g}"])
    return text.getvalue()


def map_to_html(places: NDArray[np.float32], answers: TestPredictions, title: str) -> str:
    """A page that needs nothing else: digits as points, wrong ones in red and on top, what they are at the pointer."""
    low, high = places.min(0), places.max(0)
    scale = (_SIDE - 2 * _MARGIN) / max(float((high - low).max()), 1e-9)
    spots = (places - low) * scale + _MARGIN
    spots[:, 1] = _SIDE - spots[:, 1]
    wrong = answers.true != answers.predicted
    points = []
    for place in np.argsort(wrong, kind="stable"):
        (x, y), true, read = spots[place], answers.true[place], answers.predicted[place]
        look = 'class="wrong" r="5"' if wrong[place] else 'r="2.5"'
        words = f"Test digit {answers.index[place]}: a {true} read as {read}"
        points.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" {look}><title>{words}</title></circle>')
    for digit in range(DIGITS):
        members = spots[answers.true == digit]
        if len(members):
            x, y = np.median(members, axis=0)
            points.append(f'<text x="{x:.1f}" y="{y:.1f}">{digit}</text>')
    name = escape(title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{name}</h1>"
        f"<p>{len(answers):,} test digits; {int(wrong.sum()):,} of them, in red, are read wrong. "
        "Those that the network takes for alike lie together.</p>"
        f'<svg viewBox="0 0 {_SIDE} {_SIDE}" role="img" aria-label="{name}">{"".join(points)}</svg></body></html>\n'
    )
