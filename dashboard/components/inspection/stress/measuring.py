"""Measuring while somebody waits: with progress, and a button to stop; what is known is there at once."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.inspection.stress.settings import Settings
from dashboard.resources import dataset, recognizer
from dashboard.widgets.work_progress import progress_shown
from models.store import StoredModel
from pipeline.data.corruptions.mnist_c import Corruption
from pipeline.evaluation.stress.measure import Score, known_scores, measure


def measured(
    models: Sequence[StoredModel],
    corruptions: Sequence[Corruption],
    settings: Settings,
    section: str,
    offer: str = "",
) -> list[list[Score]] | None:
    """A list of scores for each model; None where they are not known yet, with a button in their place.

    Args:
        models: the models.
        corruptions: what happens to the digits.
        settings: how many digits, and how they come.
        section: unique on the page.
        offer: what the button says; without it, measuring begins at once.
    """
    digits = dataset()
    found: list[list[Score]] = []
    missing = []
    for model in models:
        known = known_scores(model.directory, digits, corruptions, settings.count, settings.way)
        found.append([score for score in known if score is not None])
        if None in known:
            missing.append(model)
    names = [corruption.name for corruption in corruptions]
    request = f"{[model.id for model in models]} {settings} {names}"
    if missing and not may_begin(section, request, offer):
        return None
    if not missing:
        return found
    what = "Measuring " + ", ".join(model.name for model in missing)
    with progress_shown(what, lambda: stop(section, request), f"{section}_stop") as on_progress:
        for number, model in enumerate(missing):

            def of_all(share: float, number: int = number) -> None:
                on_progress((number + share) / len(missing))

            found[models.index(model)] = measure(
                model.directory,
                recognizer(model),
                digits,
                corruptions,
                settings.count,
                settings.way,
                of_all,
            )
    return found


def may_begin(section: str, request: str, offer: str) -> bool:
    """Whether to begin work that takes long; where not, a button stands in its place.

    Args:
        section: unique on the page.
        request: what the work is; a person's decision holds for this alone.
        offer: what the button says; without it, the work begins at once, unless a person stopped it.
    """
    decision = st.session_state.get(_key(section), ("", False))
    decided, go = decision if decision[0] == request else (request, not offer)
    if go:
        return True
    with st.container(border=True, key=f"empty-{section}", horizontal_alignment="center"):
        if decided == decision[0]:
            st.caption("Stopped. What was measured by then is kept.")
        label = offer or "Go on"
        st.button(
            label,
            key=f"{section}_begin",
            icon=":material/play_arrow:",
            on_click=_decide,
            args=(section, request),
        )
    return False


def stop(section: str, request: str) -> None:
    """Has the work not begun again before a person asks for it."""
    st.session_state[_key(section)] = (request, False)


def _decide(section: str, request: str) -> None:
    st.session_state[_key(section)] = (request, True)


def _key(section: str) -> str:
    return f"_stress_{section}"
