"""How sure a model is, whether it is right as often, and which answers to count for a chosen share of wrong ones."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.inspection.evaluate.address import ADDRESS, RISK, RISKS
from dashboard.components.inspection.evaluate.class_table import in_percent
from dashboard.components.inspection.evaluate.test_answers import TestAnswers
from dashboard.figures.calibration import reliability_diagram
from dashboard.figures.risk import risk_coverage
from dashboard.figures.style import Palette
from dashboard.widgets.chart import show_chart
from dashboard.widgets.message import show_empty
from dashboard.widgets.plain_text import as_written
from models.errors import DigitLabError
from models.formatting import percent
from models.records import Evaluation
from models.store import StoredModel
from pipeline.evaluation.trust.conformal import SetReport
from pipeline.evaluation.trust.report import TrustReport, in_words, report_trust
from pipeline.evaluation.trust.selection import RiskCurve, doubts_of, risk_curve


@st.fragment
def show_how_sure(model: StoredModel, answers: TestAnswers, palette: Palette) -> None:
    """Shows the promise for a chosen risk, the reliability diagram beside risk and coverage, and sets of candidates."""
    try:
        probabilities, labels = answers.probabilities(), answers.predictions().true
    except DigitLabError as error:
        show_empty("how-sure", "folder_off", "What can be promised isn't known", str(error))
        _show_reliability(answers.evaluation, palette)
        return
    risk = 1 / _pick_risk()
    report, curve = _judge(probabilities, labels, risk)
    _show_promise(model, report, len(labels))
    left, right = st.columns(2, gap="medium")
    with left:
        _show_reliability(answers.evaluation, palette)
    with right:
        show_chart(
            risk_coverage(curve, risk, report.chosen, palette),
            key="risk_coverage",
            alt=f"Share of wrong answers by share of images answered. {model.name} {in_words(report, len(labels))}.",
        )
        st.caption(
            "From left to right less sure answers count as well. The model may answer as far as the dashed bound stays "
            "below the dotted line."
        )
    _show_sets(report.sets)
    ADDRESS.write()


def _pick_risk() -> int:
    """The slider: one wrong answer among how many is allowed."""
    return int(
        st.select_slider(
            "Allowed: one wrong answer in",
            RISKS,
            format_func="{:,}".format,
            key=RISK,
            persist_state="session",
            width=420,
            help="Among the answers that count. The stricter, the more digits are left to you.",
        )
    )


def _show_promise(model: StoredModel, report: TrustReport, count: int) -> None:
    words = f"**{as_written(model.name)}** {in_words(report, count)}."
    if report.chosen is None:
        st.warning(words, icon=":material/block:")
    else:
        chosen = report.chosen
        left = f", {chosen.left:,} are left to you" if chosen.left else ""
        st.success(words, icon=":material/verified_user:")
        st.caption(
            f"Counted: {chosen.wrong:,} of {chosen.answered:,} answers wrong (bound {percent(chosen.bound, 3)}){left}. "
            "It holds for digits like these; under **How careful** on Recognize and Read, such a limit is put to work."
        )
    usual = report.usual
    st.caption(
        f"At {percent(usual.coverage, 0)} coverage {usual.wrong:,} of {usual.answered:,} answers are wrong, "
        f"at most {percent(usual.bound)} with 95 % confidence."
    )


def _show_reliability(results: Evaluation, palette: Palette) -> None:
    error = percent(results.calibration_error)
    show_chart(
        reliability_diagram(results.calibration, palette),
        key="reliability",
        alt=f"Accuracy by confidence; the calibration error is {error}.",
    )
    st.caption(
        "Of all predictions with a confidence of about 90 %, about 90 % should be correct. The whiskers are 95 % "
        f"intervals. The calibration error ({error}) is the gap between confidence and accuracy, averaged over all "
        "predictions."
    )


def _show_sets(sets: Sequence[SetReport]) -> None:
    """The table of candidates."""
    st.subheader("Candidates instead of one answer", anchor=False)
    st.caption(
        "Where one answer is not safe enough, a model can tell several: so many that the true one is among them as "
        "often as promised. Calibrated on half of the test digits, counted on the other; numbers are put together "
        "from those."
    )
    number = st.column_config.NumberColumn
    table = pd.DataFrame(
        {
            "For": ["single digits" if s.length == 1 else f"numbers of {s.length} digits" for s in sets],
            "promised": [in_percent(entry.promised) for entry in sets],
            "held": [in_percent(entry.covered) for entry in sets],
            "sure": [in_percent(entry.sure) for entry in sets],
            "told": [entry.mean_told for entry in sets],
            "counted": [entry.numbers for entry in sets],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "promised": number(
                "Promised, %", format="%.1f", help="Share whose true value is among those told."
            ),
            "held": number(
                "Held, %", format="%.1f", help="Share on the other half; chance moves it a little."
            ),
            "sure": number("Only one, %", format="%.1f", help="Share for which a single value is told."),
            "told": number("Told on average", format="%.3f", help="Values told for one digit or number."),
            "counted": number("Counted", format="localized", help="Digits or numbers in the other half."),
        },
        alt="How often sets of candidates hold the true value, as promised and as counted.",
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _judge(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], risk: float
) -> tuple[TrustReport, RiskCurve]:
    """The report and the curve; nobody may change them."""
    wrong = probabilities.argmax(1) != labels
    return report_trust(probabilities, labels, risk), risk_curve(doubts_of(probabilities), wrong)
