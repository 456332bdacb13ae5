"""What fine-tuning did: a table of before and after, and whether to keep the model."""

from contextlib import suppress
from html import escape

import streamlit as st

from dashboard import state
from dashboard.visitor import visitor
from dashboard.widgets.message import errors_shown, show_error
from dashboard.widgets.plain_text import as_written
from models.errors import ModelError
from models.formatting import duration
from models.ownership import refusal
from models.records import RunRecord
from models.run_directory import RunDirectory
from models.store import StoredModel, default_model, delete_run, find_model, set_default
from pipeline.evaluation.before_after import AdaptationReport, Change
from pipeline.runs.adaptation import keep, read_report


def show_result(run: RunDirectory, record: RunRecord) -> None:
    """What came of a run that has ended."""
    report = read_report(run)
    st.header("Before and after", anchor=False)
    with errors_shown():
        if report is None:
            _show_failure(run, record)
            return
        _show_verdict(record, report)
        st.html(_table(report, record.dataset.name))
        st.caption(_notes(report))
        if record.results:
            _offer_default(run, record)
        else:
            _offer_to_keep(run, record, report)


def _show_failure(run: RunDirectory, record: RunRecord) -> None:
    match run.state(record):
        case "failed":
            show_error(record.reason)
        case "interrupted":
            st.warning("The process ended before it was done. Start again.", icon=":material/power_off:")
        case _:
            st.caption(as_written(record.reason))


def _show_verdict(record: RunRecord, report: AdaptationReport) -> None:
    verdict = as_written(report.verdict())
    if report.helps:
        st.success(f"**{as_written(record.name)}**: {verdict}", icon=":material/check_circle:")
    else:
        st.info(f"**{as_written(record.name)}**: {verdict}", icon=":material/info:")


def _table(report: AdaptationReport, dataset: str) -> str:
    rows = "".join(_row(what, change) for what, change in report.rows(dataset).items())
    return (
        '<table class="layers compared"><caption class="unseen">Wrong answers before and after</caption>'
        '<thead><tr><th scope="col">On</th><th scope="col">Wrong before</th><th scope="col">Wrong after</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _row(what: str, change: Change) -> str:
    digits = 2 if change.count >= 1000 else 0
    cells = [
        f"<td><b>{wrong:,}</b><span>{100 * (1 - share):.{digits}f} % "
        f"({100 * (1 - high):.{digits}f}&nbsp;to&nbsp;{100 * (1 - low):.{digits}f})</span></td>"
        for wrong, share, (low, high) in zip(
            (change.errors, change.errors_after), change.accuracy, change.intervals(), strict=True
        )
    ]
    return f"<tr><td>{escape(what)}<span>{change.count:,} images</span></td>{''.join(cells)}</tr>"


def _notes(report: AdaptationReport) -> str:
    """How to read the table, and how sure one can be."""
    own = report.own
    return (
        "Wrong answers, their share and its 95 % interval. Your held-out digits and the validation images decide; the "
        "test images and the hands of the world, made digits in hands that no model was trained on, are only shown. "
        f"Of your digits {own.fixed} became right and {own.broken} wrong (exact McNemar test: p = {own.p:.2g}). You "
        "corrected what was read wrongly, so they look harder here than all that you write. "
        f"It took {duration(report.seconds)}."
    )


def _offer_to_keep(run: RunDirectory, record: RunRecord, report: AdaptationReport) -> None:
    refused = refusal(record.owner, visitor())
    useless = None if report.helps else "Only a model that helps is kept."
    model = record.adaptation.model if record.adaptation else ""
    st.caption(
        f"Kept, it is one more model beside {as_written(model)}. The default stays what it is until you change it."
    )
    with st.container(horizontal=True, key="adapt_decision"):
        if st.button(
            "Keep",
            type="primary" if report.helps else "secondary",
            icon=":material/check:",
            key="adapt_keep",
            disabled=bool(refused or useless),
            help=refused or useless,
        ):
            kept = keep(run, who=visitor())
            state.leave_notice(f"Kept as {as_written(kept.name)}.", "check")
            st.rerun()
        if st.button(
            "Throw away", icon=":material/delete:", key="adapt_discard", disabled=bool(refused), help=refused
        ):
            delete_run(run, visitor())
            st.rerun()


def _offer_default(run: RunDirectory, record: RunRecord) -> None:
    """Use it, make it the default, or go back to the model it began with."""
    model, default = find_model(run.id), default_model()
    former = None
    with suppress(ModelError):  # it was deleted
        former = find_model(record.start_from)
    with st.container(horizontal=True, key="adapt_kept"):
        if st.button("Use on Recognize", icon=":material/draw:", key="adapt_use"):
            st.switch_page("views/recognize.py", query_params={"model": model.id})
        if default.id != model.id:
            _set_default(model, f"Make {model.name} the default")
        elif former:
            _set_default(former, f"Make {former.name} the default again")


def _set_default(model: StoredModel, label: str) -> None:
    refused = refusal(model.owner, visitor())
    if st.button(
        as_written(label),
        icon=":material/star:",
        key=f"adapt_default {model.id}",
        disabled=bool(refused),
        help=refused,
    ):
        set_default(model, visitor())
        state.leave_notice(f"{as_written(model.name)} is the default now.", "star")
        st.rerun()
