"""The section "Which model is better": the verdict, what it rests on, and the images behind it."""

import pandas as pd
import streamlit as st

from dashboard.components.inspection.evaluate.address import ADDRESS
from dashboard.components.inspection.evaluate.better.differing_digits import show_differing
from dashboard.components.inspection.evaluate.better.rivals import Contest, answers_of, pick_rivals
from dashboard.components.inspection.evaluate.better.seed_groups import show_seed_groups
from dashboard.components.inspection.evaluate.test_answers import open_digits
from dashboard.figures.differences import Difference, difference_intervals
from dashboard.figures.style import Palette
from dashboard.resources import best_of
from dashboard.widgets.chart import show_chart
from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.message import errors_shown, show_empty
from dashboard.widgets.plain_text import as_written
from models.formatting import percent
from models.store import StoredModel
from pipeline.evaluation.trust.significance import Pair, compare_models, least_surplus
from pipeline.evaluation.trust.wording import (
    flattery_of_models,
    least_told,
    p_value,
    points,
    points_interval,
    reasons_for,
    verdict_of,
)

_CHOICE_HELP = (
    "Images are drawn anew a thousand times, the best model is chosen on those that were drawn, and its answers to "
    "those left out are counted (Tsamardinos and others, 2018)."
)


@st.fragment
def show_which_is_better(model: StoredModel, reference: str, palette: Palette) -> None:
    """Shows the section.

    Args:
        model: the chosen one.
        reference: of the data set, as the page's picker gives it.
        palette: of the page's theme.
    """
    st.header("Which model is better", anchor=False)
    rivals = pick_rivals(model)
    if not rivals:
        show_empty(
            "rivals",
            "compare_arrows",
            "No other model",
            "Train a second one to see whether it is better, or whether the difference is noise.",
            page="views/train.py",
            page_label="Train a model",
        )
        ADDRESS.write()
        return
    with errors_shown():
        contest = answers_of([model, *rivals], open_digits(model, reference))
        pairs = compare_models(contest.right)
        if len(pairs) == 1:
            _show_two(contest, pairs[0], palette)
        else:
            _show_several(contest, pairs, palette)
        choice = best_of(contest.right)
        name = as_written(contest.names[choice.best])
        st.caption(
            f":material/info: {flattery_of_models(choice, len(contest.models), name)}", help=_CHOICE_HELP
        )
        show_differing(contest, pairs, palette)
        show_seed_groups(contest.digits, palette)
    ADDRESS.write()


def _show_two(contest: Contest, pair: Pair, palette: Palette) -> None:
    names = [as_written(name) for name in contest.names]
    st.markdown(f"**{verdict_of(pair, *names)}** {reasons_for(pair, *names)}")
    *_, difference, interval = _ahead_first(pair)
    least = least_surplus(pair.discordant)
    facts = [
        Fact(name, percent(float(right.mean())), f"{int((~right).sum()):,} of {pair.count:,} wrong")
        for name, right in zip(contest.names, contest.right, strict=True)
    ]
    facts += [
        Fact("Difference", points(difference), f"points, 95 % interval {points_interval(interval)}"),
        Fact(
            "p-value",
            p_value(pair.p),
            "McNemar's exact test; real below 0.05",
        ),
        Fact(
            "Least to be told",
            "none" if least is None else points(least / pair.count, sign=False),
            "points, the smallest difference that these images tell from noise",
        ),
    ]
    show_facts(facts)
    _show_figure(contest, [pair], palette)
    st.caption(least_told(pair))


def _show_several(contest: Contest, pairs: list[Pair], palette: Palette) -> None:
    names = [as_written(name) for name in contest.names]
    real = [pair for pair in pairs if pair.verdict != "noise"]
    best = int(contest.right.sum(1).argmax())
    beaten = sum(best in (pair.first, pair.second) for pair in real)
    others = len(names) - 1
    if beaten == others:
        st.markdown(f"**{names[best]} is better than each of the others.**")
    else:
        st.markdown(
            f"**No model is clearly the best.** {names[best]} has most right answers, but its lead over "
            f"{others - beaten} of the others can't be told from noise."
        )
    _show_figure(contest, pairs, palette)
    ordered = [_ahead_first(pair) for pair in pairs]
    table = pd.DataFrame(
        {
            "Ahead": [contest.names[ahead] for ahead, *_ in ordered],
            "Behind": [contest.names[behind] for _, behind, *_ in ordered],
            "Difference": [100 * difference for *_, difference, _ in ordered],
            "95 % interval": [points_interval(interval) for *_, interval in ordered],
            "p": [p_value(pair.p) for pair in pairs],
            "Corrected p": [p_value(pair.adjusted_p) for pair in pairs],
            "Verdict": ["noise" if pair.verdict == "noise" else "better" for pair in pairs],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "Ahead": st.column_config.TextColumn(pinned=True),
            "Difference": st.column_config.NumberColumn(format="%+.2f", help="In percentage points."),
            "95 % interval": st.column_config.TextColumn(
                help="Tango's score interval (1998). Near p = 0.05 it can leave out 0 though the exact test says noise."
            ),
            "p": st.column_config.TextColumn(
                help="McNemar's exact test: how often chance alone makes such a difference between equally good models."
            ),
            "Corrected p": st.column_config.TextColumn(
                help="Corrected for all pairs (Holm, 1979): of many comparisons, some look real by chance. "
                "Below 0.05, the difference is called real."
            ),
        },
        alt="Each two of the models: difference, interval, p-value and verdict.",
    )


def _show_figure(contest: Contest, pairs: list[Pair], palette: Palette) -> None:
    rows = []
    for pair in pairs:
        ahead, behind, difference, (low, high) = _ahead_first(pair)
        label = f"{contest.names[ahead]} over {contest.names[behind]}"
        rows.append(Difference(label, 100 * difference, 100 * low, 100 * high, pair.verdict != "noise"))
    told = "; ".join(f"{row.label} {row.value:+.2f}, {row.low:+.2f} to {row.high:+.2f}" for row in rows)
    show_chart(
        difference_intervals(rows, palette, "Difference in accuracy"),
        key="model_differences",
        alt=f"Difference in accuracy in percentage points with its 95 % interval: {told}.",
    )
    st.caption("An interval that holds 0 means that either model may be the better one; then it is gray.")


def _ahead_first(pair: Pair) -> tuple[int, int, float, tuple[float, float]]:
    """The places of the model that is ahead and of the other one, and how far it is ahead."""
    low, high = pair.interval
    if pair.difference >= 0:
        return pair.first, pair.second, pair.difference, (low, high)
    return pair.second, pair.first, -pair.difference, (-high, -low)
