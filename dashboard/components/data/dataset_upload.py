"""A data set from a file: converted, shown, and added when somebody agrees."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import state
from dashboard.figures.style import Palette
from dashboard.quotas import check_quota
from dashboard.visitor import visitor
from dashboard.widgets.digit_image import show_digit_grid
from dashboard.widgets.message import errors_shown, show_error
from dashboard.widgets.plain_text import as_written
from dashboard.widgets.work_progress import progress_shown
from models.digits import SIDE
from models.errors import DigitLabError
from pipeline.data.conversion import turned_round
from pipeline.data.dataset_import import LARGEST_FILE, Draft, discard, in_words_dark, keep, prepare

_PREPARED = "_prepared_dataset"
_ROUND = "_dataset_round"

_USES = {
    False: "To train and evaluate: a fifth of each digit is held out for testing",
    True: "Only to evaluate",
}


@dataclass(frozen=True)
class _Prepared:
    """What became of an uploaded file: a draft, or why there is none."""

    file_id: str
    draft: Draft | None
    refusal: str = ""


def show_upload(palette: Palette) -> str | None:
    """Takes a file and asks what to do with it; the id of the data set that was just added."""
    file = st.file_uploader(
        "Add a data set",
        ["npz", "csv", "zip"],
        key=f"dataset_file_{st.session_state.get(_ROUND, 0)}",
        max_upload_size=LARGEST_FILE // 1024**2,
        help="An .npz file with arrays x_train, y_train, x_test and y_test, or some of them; a CSV file with a label "
        "and its pixels in each line, as Kaggle has it; or a .zip with pictures in folders 0 to 9. It is kept by the "
        "server that shows this page.",
    )
    prepared = _prepare(file)
    if prepared is None:
        return None
    if prepared.draft is None:
        show_error(prepared.refusal)
        return None
    with st.container(border=True, key="dataset_draft"):
        return _ask(prepared.draft, palette)


def _prepare(file: UploadedFile | None) -> _Prepared | None:
    """The uploaded file, converted once; what was converted before it is forgotten."""
    known: _Prepared | None = st.session_state.get(_PREPARED)
    if known and (file is None or file.file_id != known.file_id):
        if known.draft:
            discard(known.draft)
        del st.session_state[_PREPARED]
        known = None
    if file is None or known:
        return known
    try:
        with progress_shown("Reading the file") as on_progress:
            prepared = _Prepared(file.file_id, prepare(file, file.name, on_progress))
    except DigitLabError as error:
        prepared = _Prepared(file.file_id, None, str(error))
    st.session_state[_PREPARED] = prepared
    return prepared


def _ask(draft: Draft, palette: Palette) -> str | None:
    """Shows some digits before and after, and what is changed; the id of the data set where somebody agrees."""
    turn_round = bool(draft.dark) and st.checkbox(
        f"Dark and bright change places in the {draft.dark:,} images that are dark on bright",
        True,
        key="dataset_turn_round",
        help="Networks expect bright strokes on a dark ground, as in MNIST.",
    )
    _show_samples(draft, turn_round, palette)
    counts = " and ".join(
        f"{count:,} {'' if part == 'all' else f'{part} '}images" for part, count in draft.counts.items()
    )
    changes = [*draft.changes, *([in_words_dark(draft)] if turn_round else [])]
    st.markdown("\n".join([f"{counts}.", *(f"- {as_written(sentence)}" for sentence in changes)]))
    only_to_evaluate = not draft.has_test_part and bool(
        st.radio("Use", list(_USES), format_func=_USES.__getitem__, key="dataset_use")
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", draft.name, max_chars=60, key=f"dataset_name {draft.source}", width=320)
        label = "Add data set" if draft.side == SIDE else "Resize and add data set"
        agreed = st.button(label, type="primary", icon=":material/check:", key="dataset_add")
        st.button("Cancel", icon=":material/close:", key="dataset_cancel", on_click=_next_file)
    if agreed:
        with errors_shown(), progress_shown("Saving the data set") as on_progress:
            check_quota(visitor(), size=SIDE * SIDE * sum(draft.counts.values()))
            added = keep(
                draft,
                name,
                turn_round=turn_round,
                only_to_evaluate=only_to_evaluate,
                owner=visitor().name,
                on_progress=on_progress,
            )
            _next_file()
            state.leave_notice(f"Added {as_written(added.name)}.", "check_circle")
            return added.id
    return None


def _show_samples(draft: Draft, turn_round: bool, palette: Palette) -> None:
    before = [sample.before for sample in draft.samples]
    after = np.stack([sample.after for sample in draft.samples])
    labels = [str(sample.label) for sample in draft.samples]
    st.caption("Some of the digits as they are in the file")
    show_digit_grid(before, palette, [f"A {label} before" for label in labels], side=40, natural=True)
    st.caption("As networks will see them, with their labels")
    show_digit_grid(
        turned_round(after) if turn_round else after,
        palette,
        [f"A {label} after" for label in labels],
        labels,
        side=40,
    )


def _next_file() -> None:
    """Empties the uploader, and forgets what was in it at the next run."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
