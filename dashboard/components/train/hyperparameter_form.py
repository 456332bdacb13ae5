"""The settings of a training as sliders and switches; names, help and bounds come from the configuration."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard import state
from models.architectures import Architecture, Parameter
from models.train_config import OPTIMIZERS, SCHEDULES, TrainConfig, field_bounds, field_help

EPOCHS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500)
BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
RATES = (*(float(f"{digit}e{power}") for power in range(-5, 0) for digit in (1, 2, 3, 4, 6, 8)), 1.0)
DECAYS = (0.0, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 2e-2, 5e-2, 1e-1)
AVERAGES = (0.0, 0.9, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995)


def ask_parameters(entry: Architecture) -> dict[str, int]:
    """One slider a parameter of the architecture."""
    return {parameter.name: _parameter(entry.name, parameter) for parameter in entry.parameters}


def ask_main_settings(entry: Architecture, usual: TrainConfig) -> dict[str, Any]:
    """Epochs, batch size, learning rate and validation split."""
    return {
        "epochs": _choice(entry, usual, "epochs", EPOCHS),
        "batch_size": _choice(entry, usual, "batch_size", BATCH_SIZES),
        "learning_rate": _choice(entry, usual, "learning_rate", RATES, lambda rate: f"{rate:g}"),
        "validation_split": _slider(entry, usual, "validation_split", 0.05, percent=True),
    }


def ask_more_settings(entry: Architecture, usual: TrainConfig) -> dict[str, Any]:
    """Everything else."""
    settings: dict[str, Any] = {
        "optimizer": _segments(entry, usual, "optimizer", OPTIMIZERS),
        "schedule": _segments(entry, usual, "schedule", SCHEDULES),
    }
    left, right = st.columns(2, gap="medium")
    with left:
        settings["weight_decay"] = _choice(entry, usual, "weight_decay", DECAYS, _or_off)
        settings["ema"] = _choice(entry, usual, "ema", AVERAGES, _or_off)
        settings["early_stopping"] = _slider(entry, usual, "early_stopping", 1, most=20)
    with right:
        settings["augment"] = _switch(entry, usual, "augment")
        settings["augment_strength"] = _slider(
            entry, usual, "augment_strength", 0.1, disabled=not settings["augment"]
        )
        settings["not_a_digit"] = _slider(entry, usual, "not_a_digit", 0.01, percent=True)
        settings["calibrate"] = _switch(entry, usual, "calibrate")
        settings["dropout"] = _slider(entry, usual, "dropout", 0.05, percent=True)
        settings["label_smoothing"] = _slider(entry, usual, "label_smoothing", 0.01, percent=True)
        low, high = field_bounds("seed")
        settings["seed"] = st.number_input(
            _title("seed"),
            int(low),
            int(high),
            usual.seed,
            key=_key(entry, "seed"),
            help=field_help("seed"),
            persist_state="session",
        )
    return settings


def _switch(entry: Architecture, usual: TrainConfig, field: str) -> bool:
    return st.toggle(
        _title(field),
        getattr(usual, field),
        key=_key(entry, field),
        help=field_help(field),
        persist_state="session",
    )


def _key(entry: Architecture, name: str) -> str:
    return state.knob(entry.name, name)


def _title(field: str) -> str:
    return TrainConfig.model_fields[field].title or field


def _or_off(value: float) -> str:
    return f"{value:g}" if value else "off"


def _parameter(architecture: str, parameter: Parameter) -> int:
    return st.slider(
        parameter.label,
        parameter.minimum,
        parameter.maximum,
        parameter.default,
        parameter.step,
        key=state.knob(architecture, parameter.name),
        help=parameter.help,
        persist_state="session",
    )


def _choice(
    entry: Architecture,
    usual: TrainConfig,
    field: str,
    options: Sequence[float],
    say: Callable[[Any], str] = str,
) -> Any:
    """A slider over values that people use; the architecture's own value is always among them."""
    value = getattr(usual, field)
    return st.select_slider(
        _title(field),
        sorted({*options, value}),
        value,
        format_func=say,
        key=_key(entry, field),
        help=field_help(field),
        persist_state="session",
    )


def _slider(
    entry: Architecture,
    usual: TrainConfig,
    field: str,
    step: float,
    percent: bool = False,
    most: float | None = None,
    disabled: bool = False,
) -> Any:
    low, high = field_bounds(field)
    kind = type(getattr(usual, field))
    return kind(
        st.slider(
            _title(field),
            kind(low),
            kind(most or high),
            getattr(usual, field),
            kind(step),
            key=_key(entry, field),
            help=field_help(field),
            format="percent" if percent else None,
            disabled=disabled,
            persist_state="session",
        )
    )


def _segments(entry: Architecture, usual: TrainConfig, field: str, options: Sequence[str]) -> Any:
    return st.segmented_control(
        _title(field),
        options,
        default=getattr(usual, field),
        required=True,
        wrap=True,
        key=_key(entry, field),
        help=field_help(field),
        persist_state="session",
    )
