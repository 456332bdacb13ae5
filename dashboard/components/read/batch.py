"""The batch that this session has open: its pages, kept on disk, and its id in the address.

A reload, another tab or a server that was started again opens the same batch by the address. Whatever can't be kept is
told in a sentence and stays in the session, as far as that goes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import batch_store, state
from dashboard.batch_store import KeepingError, KeptFile, sha256_of
from dashboard.components.read import review_state
from dashboard.quotas import QuotaError, check_quota
from dashboard.uploads import Upload, kept_upload, make_upload
from dashboard.visitor import visitor
from dashboard.widgets.message import show_error

_PARAMETER = "batch"
_BATCH = review_state.BATCH
_ADDRESS = "_read_address"
_SETTINGS = "_read_settings"
_ROUND = "_read_round"
_CHANGED = "_read_uploader_changed"
_TAKEN = "_read_taken"
_UNKEPT = "read_unkept"
_MOST_ROOM = 0.9
"""Share of what is kept in all, from which on the page tells that old batches go."""

_HELP = (
    "Reload this page or open its address in another tab to go on; whoever has the address sees these pages. "
    f"At most {batch_store.MOST_BATCHES} batches with {batch_store.MOST_BYTES // 1024**3} GB of files are kept on this "
    "server; the ones used longest ago are removed first."
)


def follow_address() -> Mapping[str, Any]:
    """Opens the batch of an address that somebody came in with, before any widget is drawn.

    Returns:
        What the page stood at then; empty where nothing was opened.
    """
    given = st.query_params.get(_PARAMETER)
    if not given or given == st.session_state.get(_ADDRESS):
        return {}
    _forget()
    st.session_state[_ADDRESS] = st.session_state[_BATCH] = given
    try:
        return batch_store.settings_of(given)
    except KeepingError as error:
        show_error(error)
        return {}


def save_settings(settings: Mapping[str, Any]) -> None:
    """Keeps what the page stands at, for whoever opens the batch next."""
    batch = review_state.open_batch()
    if batch is None or st.session_state.get(_SETTINGS) == (batch, settings) or review_state.refused():
        return
    try:
        batch_store.save_settings(batch, settings, visitor())
        st.session_state[_SETTINGS] = (batch, dict(settings))
    except KeepingError as error:
        show_error(error)


def uploader_key(name: str) -> str:
    """Key of an uploader; another one for each batch, so that it begins empty."""
    return f"{name}_{st.session_state.get(_ROUND, 0)}"


def note_change() -> None:
    """Remembers that a person added or took away files; an uploader is also empty after another page."""
    st.session_state[_CHANGED] = True


def take_in(files: Sequence[UploadedFile]) -> list[Upload]:
    """Brings the batch up to date with what stands in the uploader.

    Returns:
        All files of the batch, and those that can't be kept.
    """
    before: dict[str, tuple[str, str]] = st.session_state.get(_TAKEN, {})
    now = {file.file_id: before.get(file.file_id) or _identity(file) for file in files}
    st.session_state[_TAKEN] = now
    changed = st.session_state.pop(_CHANGED, False)
    if changed:
        state.forget_uploads(_UNKEPT)
    kept: list[KeptFile] = []
    try:
        if changed:
            _take_out(set(before.values()) - set(now.values()))
        kept = _kept_files(bool(files))
        there = {(file.sha256, file.name) for file in kept}
        missing = [file for file in files if now[file.file_id] not in there]
        _keep(missing)
        kept = _kept_files(True) if missing else kept
    except (KeepingError, QuotaError) as error:
        show_error(error)
    there = {(file.sha256, file.name) for file in kept}
    refused = [file for file in files if now[file.file_id] not in there]
    if refused:
        state.save_uploads(_UNKEPT, refused)
        unkept = [(file.name, file.getvalue()) for file in refused]
    else:
        unkept, _ = state.saved_uploads(_UNKEPT)
    _write_address()
    return [*map(kept_upload, kept), *(make_upload(name, data) for name, data in unkept)]


def show_batch(count: int) -> None:
    """How many files are open, that they are kept, and how to begin another batch."""
    batch = review_state.open_batch()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="read_batch"):
        files = f"{count} file{'s' if count != 1 else ''}"
        refused = review_state.refused()
        words = "kept with your corrections at this page's address" if batch else "not kept"
        words = "kept at this page's address" if refused else words
        st.markdown(f":material/bookmark: {files}, {words}", help=_HELP, width="content")
        st.button("New batch", icon=":material/add:", key="read_new_batch", on_click=_begin)
        st.button(
            "Delete",
            icon=":material/delete:",
            key="read_delete_batch",
            disabled=bool(refused),
            help=refused
            or "Removes these pages and corrections from the server, for everybody who has the address.",
            on_click=_delete,
        )
    if refused:
        st.info(f"You can look and export here. {refused}", icon=":material/visibility:")
    try:
        batches, room = batch_store.room_left()
    except KeepingError:
        return  # told already
    most, most_bytes = batch_store.MOST_BATCHES, batch_store.MOST_BYTES
    if batches < (1 - _MOST_ROOM) * most or room < (1 - _MOST_ROOM) * most_bytes:
        st.info(
            f"There is room for {max(batches, 0)} more batches and {max(room, 0) // 1024**2:,} MB of files; "
            "after that, the batches used longest ago are removed. Export what you need.",
            icon=":material/inventory:",
        )


def _identity(file: UploadedFile) -> tuple[str, str]:
    """SHA-256 and name, as the store has them."""
    return sha256_of(file.getvalue()), batch_store.storable(file.name)


def _kept_files(more_come: bool) -> list[KeptFile]:
    """What the batch has; one that is gone is told of, and left unless more files come to it."""
    batch = review_state.open_batch()
    files = batch_store.files_of(batch) if batch else []
    if files is None and not more_come:
        _forget()
        st.info(
            "The pages of this address are no longer kept here; upload them again.", icon=":material/history:"
        )
    return files or []


def _keep(files: Sequence[UploadedFile]) -> None:
    batch = review_state.open_batch() or batch_store.new_batch_id()
    for file in files:
        check_quota(visitor(), size=file.size)
        batch_store.add_file(batch, file.name, file.getvalue(), visitor())
        st.session_state[_BATCH] = batch


def _take_out(files: set[tuple[str, str]]) -> None:
    batch = review_state.open_batch()
    if batch and files:
        batch_store.remove_files(batch, files, visitor())


def _begin() -> None:
    """Has the page begin anew, with an empty uploader."""
    _forget()
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _forget() -> None:
    for key in (_BATCH, _TAKEN, _CHANGED):
        st.session_state.pop(key, None)
    state.forget_uploads(_UNKEPT)
    review_state.forget_page()


def _delete() -> None:
    batch = review_state.open_batch()
    _begin()
    try:
        if batch:
            batch_store.delete_batch(batch, visitor())
    except KeepingError as error:
        state.leave_notice(str(error), "error")


def _write_address() -> None:
    """Brings the address up to date."""
    batch = review_state.open_batch()
    if batch:
        st.session_state[_ADDRESS] = batch
        if st.query_params.get(_PARAMETER) != batch:
            st.query_params[_PARAMETER] = batch
    elif _PARAMETER in st.query_params:
        del st.query_params[_PARAMETER]
