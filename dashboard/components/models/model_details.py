"""One model: what it is, and what can be done with it. Every button is named for its model, and acts on no other."""

import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.resources import int8_file
from dashboard.visitor import visitor
from dashboard.widgets.download import offer_download
from dashboard.widgets.message import errors_shown
from dashboard.widgets.plain_text import as_written
from dashboard.widgets.test_metrics import show_test_metrics
from models.formatting import duration
from models.ownership import refusal
from models.store import StoredModel, annotate, delete, rename, set_default
from pipeline.runs.export_formats import EXPORT_FORMATS, ExportFormat


def show_model(model: StoredModel, is_default: bool) -> None:
    """A card with the model's facts, files and settings."""
    with st.container(border=True, key="model_card"):
        with st.container(horizontal=True, vertical_alignment="center", key="model_head"):
            st.header(as_written(model.name), anchor=False, width="content")
            if model.shipped:
                st.badge("shipped", icon=":material/inventory_2:", color="gray")
            elif model.owner:
                st.badge(as_written(model.owner), icon=":material/person:", color="gray")
            if is_default:
                st.badge("default", icon=":material/star:", color="blue")
        _show_facts(model)
        _show_actions(model, is_default)
        _show_downloads(model)
        if model.record.notes:
            st.markdown("**Notes**")
            st.text(model.record.notes)
        with st.expander("All settings", icon=":material/tune:"):
            st.code(model.record.command or "No command recorded.", language=None, wrap_lines=True)
            st.code(model.record.config.model_dump_json(indent=2), language=None, wrap_lines=True)


def _show_actions(model: StoredModel, is_default: bool) -> None:
    """What can be done with it; what would change it is disabled where the model is another's."""
    refused = refusal(model.owner, visitor())
    changing = partial(st.button, help=refused)
    with st.container(horizontal=True, key="model_actions"):
        if st.button("Use on all pages", icon=":material/draw:", key=f"model_use {model.id}"):
            state.choose_model(model.id)
            st.switch_page("views/recognize.py")
        if changing(
            "Set as default",
            icon=":material/star:",
            disabled=is_default or bool(refused),
            key=f"model_default {model.id}",
        ):
            with errors_shown():
                set_default(model, visitor())
                st.rerun()
        if model.shipped:
            return
        changing = partial(changing, disabled=bool(refused))
        if changing("Rename and annotate", icon=":material/edit:", key=f"model_edit {model.id}"):
            _ask_name(model)
        if changing("Delete", icon=":material/delete:", key=f"model_delete {model.id}"):
            _ask_delete(model)


def _show_facts(model: StoredModel) -> None:
    record, results = model.record, model.record.results
    with st.container(horizontal=True, gap="medium", key="model_facts"):
        if results is not None:
            show_test_metrics(results)
            if results.parameters:
                st.metric("Parameters", f"{results.parameters:,}", width="content")
        if record.seconds:
            st.metric("Training time", duration(record.seconds), width="content")
        st.metric("Trained on", as_written(record.dataset.name), width="content")


def _show_downloads(model: StoredModel) -> None:
    with st.container(horizontal=True, key="model_downloads"):
        for entry in EXPORT_FORMATS:
            missing = entry.missing()
            offer_download(
                entry.label,
                partial(_export, model, entry),
                f"{model.name}{entry.suffix}",
                missing or entry.help,
                key=f"model_export {entry.suffix} {model.id}",
                disabled=bool(missing),
            )
    _show_int8(model)


def _export(model: StoredModel, entry: ExportFormat) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model{entry.suffix}"
        entry.write(model, path)
        return path.read_bytes()


def _show_int8(model: StoredModel) -> None:
    """A smaller file, made on request because it takes its time."""
    wanted = f"int8 {model.id}"
    if not st.session_state.get(wanted):
        if st.button(
            "Quantize to int8",
            icon=":material/compress:",
            key=f"model_int8 {model.id}",
            help="Weights and activations become 8-bit integers (int8), a quarter of the size. The file is evaluated "
            "on the test set first, and offered only if it loses less than 0.02 points of accuracy.",
        ):
            st.session_state[wanted] = True
            st.rerun()
        return
    content, sentence = int8_file(model)
    if content is not None:
        offer_download(
            "LiteRT, int8 (.tflite)",
            content,
            f"{model.name}-int8.tflite",
            key=f"model_int8_file {model.id}",
        )
    st.caption(sentence)


@st.dialog("Rename and annotate", icon=":material/edit:")
def _ask_name(model: StoredModel) -> None:
    name = st.text_input("Name", model.name, max_chars=60, key=f"model_name {model.id}")
    notes = st.text_area(
        "Notes",
        model.record.notes,
        max_chars=10_000,
        key=f"model_notes {model.id}",
        placeholder="What is this model good at?",
    )
    if st.button("Save", type="primary", icon=":material/check:", key=f"model_save {model.id}"):
        with errors_shown():
            rename(model, name, visitor())
            annotate(model, notes, visitor())
            st.rerun()


@st.dialog("Delete this model?", icon=":material/delete:")
def _ask_delete(model: StoredModel) -> None:
    st.write(f"**{as_written(model.name)}**, its run and its files will be permanently deleted.")
    with st.container(horizontal=True):
        if st.button(
            "Delete", type="primary", icon=":material/delete:", key=f"model_delete_confirmed {model.id}"
        ):
            with errors_shown():
                delete(model, visitor())
                st.rerun()
        if st.button("Cancel", key=f"model_delete_canceled {model.id}"):
            st.rerun()
