"""How far a sweep is, and what to do where it doesn't go on."""

import streamlit as st

from dashboard.widgets.plain_text import as_written
from models.formatting import counted, rough_duration
from pipeline.runs.sweep.results import Standing, SweepState
from pipeline.runs.sweep.wording import how_far

_BADGES: dict[SweepState, tuple[str, str]] = {
    "running": ("model_training", "blue"),
    "interrupted": ("power_off", "orange"),
    "finished": ("check_circle", "green"),
}

_SHOWN_FAILURES = 5


def show_status(standing: Standing) -> None:
    """A badge, progress with the time left, trials that failed, and the command that goes on with it."""
    icon, color = _BADGES[standing.state]
    current = standing.rounds[-1]
    with st.container(horizontal=True, key="sweep_state", vertical_alignment="center"):
        st.badge(standing.state, icon=f":material/{icon}:", color=color)  # type: ignore[arg-type]
        st.caption(_about(standing))
    if standing.state != "finished":
        share = standing.settled / max(1, len(current.trials))
        left = _time_left(standing)
        st.progress(share, how_far(standing) + (f" · about {rough_duration(left)} left" if left else ""))
    if standing.state == "interrupted":
        st.warning(
            "Nobody is carrying this sweep out. The command that started it goes on with what is left:",
            icon=":material/power_off:",
        )
        st.code(standing.sweep.record.command, language="bash", wrap_lines=True)
    _show_failures(standing)


def _about(standing: Standing) -> str:
    record = standing.sweep.record
    how = "drawn at random" if record.spec.draw else "in all combinations"
    return as_written(
        f"{counted(len(record.configurations), 'configuration')} {how}, "
        f"{counted(len(record.spec.seeds), 'seed')} each, on {record.dataset.name}"
    )


def _time_left(standing: Standing) -> float | None:
    """Of this round, from the mean time of its trials that have ended; None where none has, or nobody trains."""
    current = standing.rounds[-1]
    ended = [
        trial.record.seconds for trial in current.trials if trial.settled(current.pause) and trial.record
    ]
    if not ended or standing.state != "running":
        return None
    return sum(ended) / len(ended) * (len(current.trials) - standing.settled)


def _show_failures(standing: Standing) -> None:
    failed = [trial for trial in standing.trials if trial.state in ("failed", "stopped")]
    if not failed:
        return
    one = len(failed) == 1
    st.warning(
        f"{len(failed)} trial{' has' if one else 's have'} failed or been stopped, so "
        f"{'its configuration has' if one else 'their configurations have'} no rank. `--retry` tries "
        f"{'it' if one else 'them'} again.",
        icon=":material/error:",
    )
    for trial in failed[:_SHOWN_FAILURES]:
        if trial.record:
            st.caption(f"{as_written(trial.record.name)}: {as_written(trial.record.reason)}")
