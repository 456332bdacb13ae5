"""The network as it was after each epoch of its training, where its run kept snapshots."""

from collections import Counter

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.figures.learning import answers_by_epoch
from dashboard.figures.style import Palette
from dashboard.resources import networks_by_epoch
from dashboard.widgets import explain_link
from dashboard.widgets.chart import show_chart
from models.formatting import percent
from models.recognizer import among_digits
from models.store import StoredModel

_SLIDER = "explain_epoch"
_NOW = -1
"""In place of an epoch: the model as it is."""


def pick_epoch(model: StoredModel) -> int | None:
    """The slider over the epochs, and where it stands; None for the model as it is, or where there are no snapshots."""
    epochs = list(networks_by_epoch(model))
    if not epochs:
        return None
    wanted = explain_link.current_view().epoch
    st.session_state[_SLIDER] = wanted if wanted in epochs else _NOW
    picked = st.select_slider(
        "The network as it was",
        [*epochs, _NOW],
        format_func=_name,
        key=_SLIDER,
        on_change=_go,
        help="After each epoch of its training. A calibration after the last epoch makes it more "
        "or less sure, and changes no answer.",
    )
    return None if picked == _NOW else int(picked)


def show_learning(image: NDArray[np.float32], model: StoredModel, answer: int, palette: Palette) -> None:
    """How the answer to the picture changed while the network learned."""
    networks = networks_by_epoch(model)
    if not networks:
        st.caption(
            "Models that you train here also show how they learned, epoch by epoch; ensembles and huge ones do not."
        )
        return
    scores = np.stack([network.outputs(image)[-1] for network in networks.values()])
    answers = among_digits(scores)
    often = Counter(answers.argmax(1).tolist())
    others = [digit for digit, _ in often.most_common() if digit != answer][:2]
    show_chart(
        answers_by_epoch(
            list(networks),
            answers[:, [answer, *others]],
            [answer, *others],
            palette,
            explain_link.current_view().epoch,
        ),
        key="explain_learning",
        alt=f"Probability of {answer} for this picture: {percent(float(answers[0, answer]), 0)} at first, "
        f"{percent(float(answers[-1, answer]), 0)} after the last epoch.",
        live=True,
    )


def _name(epoch: int) -> str:
    if epoch == _NOW:
        return "Finished"
    return f"Epoch {epoch}" if epoch else "Before training"


def _go() -> None:
    epoch = st.session_state[_SLIDER]
    explain_link.go_to_epoch(None if epoch == _NOW else int(epoch))
