"""The hyperparameters of a training run as sliders and switches, derived from `TrainConfig`.

Here stands only where each control is on the page; names, help, bounds and kind of control come from the field.
"""

from typing import Any

import streamlit as st

from dashboard.components.train.train_state import hyperparameter_key
from models.architectures import Architecture, Parameter
from models.controls import Choices, Slider
from models.train_config import (
    TrainConfig,
    field_bounds,
    field_control,
    field_help,
    field_options,
    field_title,
)

MAIN = ("epochs", "batch_size", "learning_rate", "validation_split")
"""The hyperparameters that everybody sees; the others are folded away."""

WIDE = ("optimizer", "schedule")
LEFT = ("weight_decay", "dropout", "label_smoothing", "ema", "early_stopping", "seed")
RIGHT = ("augment", "augment_strength", "disturbed", "hands", "not_a_digit", "calibrate")


def ask_parameters(entry: Architecture) -> dict[str, int]:
    """One slider a parameter of the architecture."""
    return {parameter.name: _ask_parameter(entry.name, parameter) for parameter in entry.parameters}


def ask_main_settings(defaults: TrainConfig) -> dict[str, Any]:
    """The hyperparameters of `MAIN`, by name; `defaults` are those of the architecture."""
    return _ask_fields(MAIN, defaults)


def ask_more_settings(defaults: TrainConfig) -> dict[str, Any]:
    """All others, by name; the seed is None where none was typed."""
    settings = _ask_fields(WIDE, defaults)
    left, right = st.columns(2, gap="medium")
    with left:
        settings |= _ask_fields(LEFT, defaults)
    with right:
        settings |= _ask_fields(RIGHT, defaults)
    return settings


def _ask_parameter(architecture: str, parameter: Parameter) -> int:
    return st.slider(
        parameter.label,
        parameter.minimum,
        parameter.maximum,
        parameter.default,
        parameter.step,
        key=hyperparameter_key(architecture, parameter.name),
        help=parameter.help,
        persist_state="session",
    )


def _ask_fields(names: tuple[str, ...], defaults: TrainConfig) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name in names:
        control = field_control(name)
        needed = control.only_with if isinstance(control, Slider) else ""
        settings[name] = _ask(name, defaults, disabled=bool(needed) and not settings[needed])
    return settings


def _ask(name: str, defaults: TrainConfig, disabled: bool) -> Any:
    """The control of one field, at the architecture's default."""
    default, control, options = getattr(defaults, name), field_control(name), field_options(name)
    common: dict[str, Any] = {
        "key": hyperparameter_key(defaults.architecture, name),
        "help": field_help(name),
        "persist_state": "session",
        "disabled": disabled,
    }
    title = field_title(name)
    if isinstance(default, bool):
        return st.toggle(title, default, **common)
    if options:
        return st.segmented_control(title, options, default=default, required=True, wrap=True, **common)
    if isinstance(control, Choices):
        # the architecture's own default is always among them
        values = sorted({*control.values, default})
        return st.select_slider(title, values, default, format_func=control.format, **common)
    low, high = field_bounds(name)
    if isinstance(control, Slider):
        kind = type(default)
        bounds = (kind(low), kind(control.most or high))
        form = "percent" if control.percent else None
        return kind(st.slider(title, *bounds, default, kind(control.step), format=form, **common))
    if name == "seed":
        return st.number_input(title, int(low), int(high), None, placeholder="new each time", **common)
    return st.number_input(title, int(low), int(high), default, **common)
