"""All settings of a run, beside its curves."""

from html import escape
from typing import Any

import streamlit as st

from dashboard.widgets.theme import on_phone
from models.architectures import CATALOGUE
from models.controls import Choices, Slider
from models.formatting import percent
from models.records import RunRecord
from models.train_config import TrainConfig, field_control, field_title


def show_settings(record: RunRecord) -> None:
    """What was trained, on what and how; open at once where there is room."""
    entries = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in _settings(record).items()
    )
    with st.expander("Settings", icon=":material/tune:", expanded=not on_phone()):
        st.html(f'<dl class="facts settings">{entries}</dl>')


def _settings(record: RunRecord) -> dict[str, str]:
    config = record.config
    entry = CATALOGUE.get(config.architecture)
    labels = {parameter.name: parameter.label for parameter in entry.parameters} if entry else {}
    fields = [name for name in TrainConfig.model_fields if name not in ("architecture", "parameters")]
    return {
        "Architecture": entry.title if entry else config.architecture,
        **{labels.get(name, name): f"{size:,}" for name, size in config.parameters.items()},
        "Data set": record.dataset.name,
        "Initial weights": record.start_from or "random",
        **{field_title(name): _in_words(name, getattr(config, name)) for name in fields},
    }


def _in_words(name: str, value: Any) -> str:
    control = field_control(name)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(control, Choices):
        return control.format(value)
    return percent(value, 0) if isinstance(control, Slider) and control.percent else f"{value}"
