"""What to do in a step: the link to the page where it is done, how far it is, and a way around a training."""

import streamlit as st

from dashboard.visitor import visitor
from dashboard.widgets.plain_text import as_written
from models.store import StoredModel, list_models
from pipeline.evaluation.learning.outcomes import (
    misread_drawings,
    model_of,
    outcome_of,
    own_model,
    shipped_model,
)
from pipeline.evaluation.learning.progress import LessonProgress, change_progress
from pipeline.evaluation.learning.steps import ARCHITECTURES, DRAWINGS, Step
from pipeline.runs.waiting import readable_runs

_LOOK_AGAIN = 3.0  # seconds, while a run of the visitor waits or trains


def show_task(step: Step, progress: LessonProgress) -> None:
    """The task with its link; of a step that is done, the link alone, to look again."""
    models = list_models()
    done = progress.step(step.key).outcome is not None
    if not done:
        st.markdown(step.task)
    model = model_of(step.network, progress, visitor(), models)
    parameters = dict(step.view)
    if step.evidence != "training" and model is not None:
        parameters["model"] = model.id
    with st.container(horizontal=True, vertical_alignment="center", key="lesson_task"):
        st.page_link(
            f"views/{step.page}.py",
            label=f"{step.link} again" if done else step.link,
            icon=":material/arrow_forward:",
            query_params=parameters,
        )
        if not done:
            _offer_end(step, progress, models, model)
    if not done and step.evidence == "training":
        _watch_training(step)
    if not done and step.evidence == "drawings":
        count = len(misread_drawings(progress.step(step.key), visitor()))
        st.caption(f"Misread drawings saved so far: {count}.")


def _offer_end(
    step: Step, progress: LessonProgress, models: list[StoredModel], model: StoredModel | None
) -> None:
    """The button that ends a step otherwise than by what this page notices."""
    label, icon = {
        "training": ("Skip the training: use the shipped one", "fast_forward"),
        "visit": ("I have looked, show the result", "visibility"),
        "drawings": (f"I have drawn {DRAWINGS}, show the result", "done"),
    }[step.evidence]
    if step.evidence == "training":
        model = shipped_model(step.network, models)
    if model is None or not st.button(label, type="tertiary", icon=f":material/{icon}:", key="lesson_end"):
        return
    with st.spinner("Looking at the result"):
        outcome = outcome_of(step, model, progress, visitor())
    change_progress(visitor(), lambda latest: latest.with_step(step.key, outcome=outcome))
    st.rerun()


@st.fragment(run_every=_LOOK_AGAIN)
def _watch_training(step: Step) -> None:
    """What the visitor's newest run of that kind does; the page is run anew once there is a model."""
    if own_model(step.network, visitor(), list_models()) is not None:
        st.rerun()
    runs = [
        (run, record)
        for run, record in readable_runs()
        if record.config.architecture in ARCHITECTURES[step.network] and record.owner == visitor().name
    ]
    if not runs:
        return
    run, record = runs[-1]
    name = as_written(record.name)
    state = run.state(record)
    if state == "queued":
        st.info(f"{name} waits for its turn.", icon=":material/hourglass_empty:")
    elif state == "running":
        epochs = f"{record.epochs_done} of {record.planned_epochs} epochs done"
        st.info(f"{name} trains: {epochs}. The result will appear here.", icon=":material/model_training:")
    elif state in ("failed", "interrupted"):
        st.warning(f"{name} ended without a model. {as_written(record.reason)}", icon=":material/warning:")
