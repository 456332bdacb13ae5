"""All data sets that are here, and one of those that were added in full."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state
from dashboard.components.data.dataset_upload import show_upload
from dashboard.figures.style import Palette
from dashboard.resources import digits_to_evaluate
from dashboard.visitor import visitor
from dashboard.widgets.digit_image import show_digit_grid
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.message import errors_shown
from dashboard.widgets.plain_text import as_written
from models.ownership import refusal
from models.store import list_models
from pipeline.data.conversion import spread
from pipeline.data.user_datasets import MNIST, StoredDataset, delete, list_saved, rename

_CHOSEN = "chosen_dataset"
"""Widget key: id of the data set that is shown in full."""


def show_datasets(palette: Palette) -> None:
    """The uploader, the table, and a card of the chosen data set."""
    added = show_upload(palette)
    if added:
        st.session_state[_CHOSEN] = added
        st.rerun()
    datasets = {dataset.id: dataset for dataset in list_saved()}
    _show_table(list(datasets.values()))
    if not datasets:
        st.caption("Data sets that are added can be chosen on Evaluate and Train.")
        return
    if st.session_state.get(_CHOSEN) not in (None, *datasets):
        del st.session_state[_CHOSEN]
    chosen = st.selectbox(
        "Data set",
        list(datasets),
        format_func=distinct_labels({key: dataset.name for key, dataset in datasets.items()}),
        key=_CHOSEN,
        persist_state="session",
        width=330,
    )
    _show_dataset(datasets[chosen], palette)


def _show_table(datasets: list[StoredDataset]) -> None:
    rows = [
        {
            "Name": MNIST,
            "Training images": 60_000,
            "Test images": 10_000,
            "Owner": None,
            "File": "comes with Digit Lab",
            "Added": None,
        }
    ]
    rows += [
        {
            "Name": dataset.name,
            "Training images": sum(dataset.train) if dataset.train else None,
            "Test images": sum(dataset.test),
            "Owner": dataset.owner or None,
            "File": dataset.source,
            "Added": pd.to_datetime(dataset.created),
        }
        for dataset in datasets
    ]
    table = pd.DataFrame(rows)
    st.dataframe(
        table if any(dataset.owner for dataset in datasets) else table.drop(columns="Owner"),
        hide_index=True,
        placeholder="-",
        column_config={
            "Training images": st.column_config.NumberColumn(
                format="localized", help="Without any, a data set is only for evaluating."
            ),
            "Test images": st.column_config.NumberColumn(format="localized"),
            "Added": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        },
        alt=f"Table of {len(rows)} data sets.",
    )


def _show_dataset(dataset: StoredDataset, palette: Palette) -> None:
    refused = refusal(dataset.owner, visitor())
    with st.container(border=True, key="dataset_card"):
        st.header(as_written(dataset.name), anchor=False)
        if dataset.changes:
            st.markdown("\n".join(f"- {as_written(sentence)}" for sentence in dataset.changes))
        with errors_shown():
            images, labels = digits_to_evaluate(dataset.id, visitor()).test
            shown = spread(len(images))
            names = [str(labels[place]) for place in shown]
            show_digit_grid(images[shown], palette, [f"A test {name}" for name in names], names, side=40)
        counts = pd.DataFrame(
            [dataset.test], index=["Test images"], columns=[str(digit) for digit in range(10)]
        )
        if dataset.train:
            counts.loc["Training images"] = dataset.train
        st.dataframe(
            counts.astype("Int64").where(counts > 0),
            placeholder="-",
            alt="How many images there are of each digit.",
        )
        with st.container(horizontal=True):
            with _changing("Rename", "edit", refused):
                _ask_name(dataset)
            with _changing("Delete", "delete", refused):
                _ask_delete(dataset)


def _changing(label: str, icon: str, refused: str | None) -> DeltaGenerator:
    """A button that opens what changes the data set; disabled where that is refused."""
    return st.popover(label, icon=f":material/{icon}:", disabled=bool(refused), help=refused)


def _ask_name(dataset: StoredDataset) -> None:
    name = st.text_input("New name", dataset.name, max_chars=60, key=f"dataset_new_name {dataset.id}")
    if st.button("Save", type="primary", icon=":material/check:", key=f"dataset_rename {dataset.id}"):
        with errors_shown():
            rename(dataset, name, visitor())
            st.rerun()


def _ask_delete(dataset: StoredDataset) -> None:
    trained = [model.name for model in list_models() if model.record.dataset.sha256 == dataset.sha256]
    st.write(f"**{as_written(dataset.name)}** will be permanently deleted.")
    if trained:
        st.write(
            f"Models that were trained on it stay, but can't be trained further, nor their test images be shown: "
            f"{as_written(', '.join(trained))}."
        )
    if st.button("Delete", type="primary", icon=":material/delete:", key=f"dataset_delete {dataset.id}"):
        with errors_shown():
            delete(dataset, visitor())
            state.leave_notice(f"Deleted {as_written(dataset.name)}.", "delete")
            st.rerun()
