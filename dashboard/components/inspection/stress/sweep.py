"""One kind of change, more and more of it: accuracy against severity, and examples with the model's answers."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dashboard.components.inspection.stress.measuring import measured
from dashboard.components.inspection.stress.settings import ADDRESS, LEVEL, SWEEP, Settings
from dashboard.figures.severity import accuracy_by_severity
from dashboard.figures.style import Palette
from dashboard.resources import held_out_set, recognizer
from dashboard.widgets.chart import show_chart
from dashboard.widgets.choice import choose
from dashboard.widgets.digit_image import show_digit_grid
from models.digits import DIGITS
from models.formatting import percent, show_confidence
from models.store import StoredModel
from pipeline.data.corruptions.mnist_c import Corruption
from pipeline.evaluation.stress.measure import Score, changed, picture_scores
from pipeline.evaluation.stress.sweeps import SWEEPS, Sweep


def show_sweep(models: Sequence[StoredModel], settings: Settings, palette: Palette) -> None:
    """Shows the choice of the change, the chart, and ten digits at the chosen severity."""
    chosen = st.selectbox(
        "Change",
        list(SWEEPS),
        format_func=lambda name: SWEEPS[name].label,
        key=SWEEP,
        persist_state="session",
        width=330,
    )
    sweep = SWEEPS[chosen]
    st.caption(sweep.note)
    # not in the fragment: Streamlit lets a run of the whole page end before it hears of a fragment's button to stop
    scores = measured(models, sweep.levels, settings, "sweep")
    _show_levels(models, scores, sweep, settings, palette)


@st.fragment
def _show_levels(
    models: Sequence[StoredModel],
    scores: Sequence[Sequence[Score]] | None,
    sweep: Sweep,
    settings: Settings,
    palette: Palette,
) -> None:
    labels = [level.label for level in sweep.levels]
    level = choose(sweep.measure, dict(enumerate(labels)), LEVEL, wrap=True)
    if scores:
        _show_curves(models, scores, sweep, labels, level, palette)
    _show_examples(models[0], sweep.levels[level], settings, palette)
    ADDRESS.write()


def _show_curves(
    models: Sequence[StoredModel],
    scores: Sequence[Sequence[Score]],
    sweep: Sweep,
    labels: Sequence[str],
    level: int,
    palette: Palette,
) -> None:
    curves = [
        (model.name, [score.accuracy for score in row], [score.interval for score in row])
        for model, row in zip(models, scores, strict=True)
    ]
    words = "; ".join(
        f"{name}: "
        + ", ".join(f"{percent(share, 1)} at {label}" for label, share in zip(labels, shares, strict=True))
        for name, shares, _ in curves
    )
    show_chart(
        accuracy_by_severity(labels, curves, level, sweep.label, sweep.measure, palette),
        key="severity",
        alt=f"Accuracy by {sweep.measure.lower()}. {words}.",
    )
    st.caption(
        f"Of {scores[0][0].count:,} test digits of MNIST each, the share that is still read right, with 95 % intervals."
    )


def _show_examples(model: StoredModel, level: Corruption, settings: Settings, palette: Palette) -> None:
    images, labels = held_out_set()
    of_each = np.array([int(np.argmax(labels == digit)) for digit in range(DIGITS)])
    shown = changed(level, images[of_each])
    answerer = recognizer(model)
    if settings.way == "picture":
        scores = picture_scores(shown, answerer)[:, :DIGITS]
        answers = scores / np.maximum(scores.sum(1, keepdims=True), 1e-12)
    else:
        answers = answerer.probabilities(shown)
    captions, alts = [], []
    for digit, row in enumerate(answers):
        told = int(row.argmax())
        if not row.any():
            captions.append("no digit found")
        else:
            mark = "✓" if told == digit else "✗"
            captions.append(f"{mark} {told} · {show_confidence(float(row.max()))}")
        alts.append(f"A {digit}; {model.name} says {captions[-1].strip('✓✗ ')}")
    show_digit_grid(shown, palette, alts, captions, side=82)
    st.caption(f"A digit of each kind at this severity, and what {model.name} says, with its confidence.")
