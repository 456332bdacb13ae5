"""All models in one table. Ticks belong to models, not to rows: the rows shift when a model comes or goes."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.widgets.address import PageAddress, Parameter, model_id, several
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.theme import on_phone
from models.formatting import CLAIMED, percent
from models.store import StoredModel

ADDRESS = PageAddress({"model": Parameter(state.TICKED, several(model_id), ",".join, noun="model")})
"""What the address of the page says: the models that are ticked."""


def show_model_table(models: Sequence[StoredModel], default_id: str, key: str) -> list[StoredModel]:
    """Shows the table; the models whose rows are ticked."""
    by_id = {model.id: model for model in models}
    models, ids = list(by_id.values()), list(by_id)
    ticked = [model_id for model_id in state.ticked_models() if model_id in by_id]
    names = distinct_labels({model.id: model.name for model in models})
    # other rows make another table, which begins with the ticks of the one before
    widget = f"{key}_{sha256(' '.join(ids).encode()).hexdigest()[:12]}"
    places = [ids.index(model_id) for model_id in ticked]
    if widget not in st.session_state or set(st.session_state[widget]["selection"]["rows"]) != set(places):
        st.session_state[widget] = {"selection": {"rows": places}}
    rows = pd.DataFrame([_row(model, names(model.id), default_id) for model in models])
    st.dataframe(
        rows if any(model.owner for model in models) else rows.drop(columns="Owner"),
        hide_index=True,
        key=widget,
        on_select=partial(_keep_ticks, widget, ids),
        selection_mode="multi-row",
        row_height=38,
        placeholder="-",
        column_config={
            "": st.column_config.TextColumn("", width=36, pinned=True, help="★ marks the default model."),
            "Model": st.column_config.TextColumn(width=130 if on_phone() else "medium", pinned=True),
            "Accuracy": st.column_config.NumberColumn(
                format="%.2f %%", width=90, help="Accuracy on the test images."
            ),
            "By human votes": st.column_config.NumberColumn(
                format="%.2f %%",
                width=110,
                help="Accuracy with disputed test labels settled by the votes of five people.",
            ),
            "95 % interval": st.column_config.TextColumn(width=130),
            "Parameters": st.column_config.NumberColumn(format="localized", width=100),
            "Size": st.column_config.NumberColumn(
                format="%.2f MB", width=85, help="Size of the LiteRT file, the one that answers."
            ),
            "Epochs": st.column_config.NumberColumn(width=70),
            "Seed": st.column_config.NumberColumn(
                width=60, help="What all that is random in the training came from."
            ),
            "Trained": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=140),
        },
        alt=f"Table of {len(models)} models.",
    )
    return [by_id[model_id] for model_id in ticked]


def _keep_ticks(widget: str, ids: Sequence[str]) -> None:
    """Takes over the ticks of a table whose rows were these models, even if the next one has others."""
    rows = st.session_state[widget]["selection"]["rows"]
    state.tick_models([ids[row] for row in rows if row < len(ids)])


def _megabytes(model: StoredModel) -> float | None:
    """Of the LiteRT file; None where somebody has just deleted the model."""
    try:
        return model.directory.litert_file.stat().st_size / 1e6
    except FileNotFoundError:
        return None


def _row(model: StoredModel, name: str, default_id: str) -> dict[str, Any]:
    record, results = model.record, model.record.results
    low, high = results.test_interval if results else (0.0, 0.0)
    votes = results.human_accuracy if results else None
    claimed = results is not None and results.claimed
    return {
        "": "★" if model.id == default_id else "",
        "Model": name,
        "Accuracy": 100 * results.test_accuracy if results else None,
        "95 % interval": f"{100 * low:.2f} to {percent(high)}" if results else "",
        "By human votes": None if votes is None else 100 * votes,
        "Parameters": results.parameters if results else None,
        "Size": _megabytes(model),
        "Architecture": record.config.architecture,
        "Origin": "shipped" if model.shipped else f"own, scores {CLAIMED}" if claimed else "own",
        "Owner": model.owner or None,
        "Status": model.directory.state(record),
        "Epochs": record.epochs_done,
        "Seed": record.config.seed,
        "Trained": pd.to_datetime(record.ended or record.created, errors="coerce", utc=True),
        "Notes": record.notes,
    }
