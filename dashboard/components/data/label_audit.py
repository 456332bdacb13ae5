"""Labels that may be wrong, one after the other: keep, change or drop each with a key, and make a data set of it."""

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.components.data.address import AUDITED, AUDITED_PART
from dashboard.components.data.label_decision import chance, show_decision
from dashboard.figures.style import Palette
from dashboard.quotas import check_quota
from dashboard.resources import dataset, evaluation, whole_dataset
from dashboard.visitor import visitor
from dashboard.widgets.choice import choose
from dashboard.widgets.dataset_names import name_datasets
from dashboard.widgets.digit_buttons import pick_digit
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.message import errors_shown, show_empty
from dashboard.widgets.plain_text import as_written
from dashboard.widgets.work_progress import progress_shown
from models.digits import SIDE
from models.formatting import percent
from models.store import StoredModel
from pipeline.data.dataset import MNIST_SHA256, Dataset
from pipeline.data.label_decisions import PARTS, Decision, Part, correct, decisions_on, images_of
from pipeline.data.user_datasets import MNIST, list_saved
from pipeline.evaluation.trust.label_audit import (
    FEWEST,
    Candidate,
    audit_labels,
    known_audit,
    seen_in_training,
)

OWN = ""
"""Stands for the data set that the model was trained on."""

_PLACE = "_audit_place"
_PAGE = "audit_page"
_PAGE_SIZE = 60


def show_label_audit(model: StoredModel | None, palette: Palette) -> None:
    """The choice of images, the candidate to decide on, all candidates, and the data set that comes of it."""
    st.header("Labels that may be wrong", anchor=False)
    if model is None:
        show_empty("audit", "network_node", "No model yet", "Train a model to have it look at the labels.")
        return
    st.caption(
        "Each label is judged by the other images: which digits have features like this one's for this model. "
        "It is listed where another digit is as probable as that digit usually is in its own images."
    )
    part: Part = "test"
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        digits = _pick_dataset(model)
        if digits.has_train:
            part = choose("Images", PARTS, AUDITED_PART, on_change=_start_over)
    if digits.sha256 == MNIST_SHA256 and part == "test":
        _show_votes(model)
    if seen_in_training(model, digits, part):
        st.caption(
            ":material/info: This model was trained on these very labels and tends to agree with them: more may be "
            "wrong than are listed."
        )
    candidates = _candidates(model, digits, part)
    if not candidates:
        show_empty(
            "labels",
            "task_alt",
            "No label looks wrong",
            f"Digits with fewer than {FEWEST} images aren't judged.",
        )
        return
    decisions = decisions_on(digits.sha256, visitor())
    place = min(st.session_state.get(_PLACE, 0), len(candidates) - 1)
    following = show_decision(digits, part, candidates, place, decisions, palette)
    if following is not None:
        st.session_state[_PLACE] = following
        st.session_state.pop(_PAGE, None)
        st.rerun()
    _show_all(digits, part, candidates, place, decisions, palette)
    _offer_result(digits, list(decisions.values()))


def _pick_dataset(model: StoredModel) -> Dataset:
    own = model.record.dataset
    names = {OWN: own.name}
    if own.sha256 != MNIST_SHA256:
        names[MNIST] = MNIST
    names |= name_datasets([stored for stored in list_saved() if stored.sha256 != own.sha256])
    if st.session_state.get(AUDITED) not in names:
        st.session_state[AUDITED] = OWN
    chosen = st.selectbox(
        "Data set",
        list(names),
        format_func=distinct_labels(names),
        key=AUDITED,
        persist_state="session",
        width=330,
        on_change=_start_over,
    )
    return dataset(model) if chosen == OWN else whole_dataset(chosen, visitor())


def _start_over() -> None:
    st.session_state[_PLACE] = 0
    st.session_state.pop(_PAGE, None)


def _show_votes(model: StoredModel) -> None:
    """Accuracy as labeled and by people's votes; nothing for a model that was trained on other data."""
    if model.record.dataset.sha256 != MNIST_SHA256:
        return
    result = evaluation(model)
    if result.human_accuracy is None:
        return
    show_facts(
        [
            Fact("Accuracy as labeled", percent(result.accuracy), f"{result.error_count} errors"),
            Fact("By human votes", percent(result.human_accuracy), f"{result.human_error_count} errors"),
        ]
    )
    st.caption(
        "By votes: MNIST's 15 disputed test labels as the majority of five people sees them, without the images in "
        "which most saw no digit (Northcutt, Athalye, Mueller, 2021)."
    )


def _candidates(model: StoredModel, digits: Dataset, part: Part) -> list[Candidate]:
    known = known_audit(model, digits, part)
    if known is not None:
        return known
    count = len(images_of(digits, part)[1])
    with progress_shown(f"Looking at {count:,} labels; the result is kept for the next time") as on_progress:
        return audit_labels(model, digits, part, on_progress)


def _show_all(
    digits: Dataset,
    part: Part,
    candidates: Sequence[Candidate],
    place: int,
    decisions: dict[tuple[Part, int], Decision],
    palette: Palette,
) -> None:
    """All candidates as pictures, page by page; a click goes to one."""
    decided = sum((part, one.index) in decisions for one in candidates)
    many = "s" if len(candidates) > 1 else ""
    st.subheader(f"{len(candidates):,} label{many} to check, {decided:,} decided", anchor=False)
    pages = -(-len(candidates) // _PAGE_SIZE)
    number = min(st.session_state.get(_PAGE) or place // _PAGE_SIZE + 1, pages)
    start = (number - 1) * _PAGE_SIZE
    shown = candidates[start : start + _PAGE_SIZE]
    st.caption("Label → suggestion, and the probability of the label; or what you decided.")
    images, _ = images_of(digits, part)
    picked = pick_digit(
        images[[one.index for one in shown]],
        palette,
        [f"{PARTS[part].removesuffix('s')} {one.index}, labeled {one.given}" for one in shown],
        [_caption(one, decisions.get((part, one.index))) for one in shown],
        key="audit_grid",
        chosen=place - start,
        side=84,
    )
    if pages > 1:
        st.pagination(pages, default=number, max_visible_pages=5, key=_PAGE)
    if picked is not None and picked < len(shown):
        st.session_state[_PLACE] = start + picked
        st.rerun()


def _caption(one: Candidate, decision: Decision | None) -> str:
    if decision:
        return f"{one.given} · {decision.in_words}"
    return f"{one.given} → {one.suggested} · {chance(one.quality)}"


def _offer_result(digits: Dataset, decisions: list[Decision]) -> None:
    """Asks for a name and stores the data set as decided."""
    changed = sum(one.after is not None and not one.keeps for one in decisions)
    dropped = sum(one.after is None for one in decisions)
    st.subheader("The corrected data set", anchor=False)
    st.caption(
        f"{changed:,} to change and {dropped:,} to drop of {as_written(digits.name)}, which stays as it is. What was "
        "changed, by whom and when is kept with the new data set."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name", f"{digits.name} corrected"[:60], max_chars=60, key="audit_name", width=320
        )
        agreed = st.button(
            "Make data set",
            type="primary",
            icon=":material/check:",
            key="audit_make",
            disabled=not changed + dropped,
        )
    if agreed:
        with errors_shown(), progress_shown("Saving the data set") as on_progress:
            size = (
                SIDE
                * SIDE
                * sum(len(images_of(digits, part)[1]) for part in PARTS if part == "test" or digits.has_train)
            )
            check_quota(visitor(), size=size)
            made = correct(digits, decisions, name, visitor().name, on_progress)
            state.leave_notice(f"Added {as_written(made.name)}; it is among the data sets.", "check_circle")
            st.rerun()
