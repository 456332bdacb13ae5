"""Several seeds of one configuration as one entry: how much of an accuracy is luck."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.inspection.evaluate.better.rivals import answers_of
from dashboard.figures.differences import Difference, difference_intervals
from dashboard.figures.style import Palette
from dashboard.widgets.chart import show_chart
from dashboard.widgets.plain_text import as_written
from models.store import StoredModel, list_models
from pipeline.data.dataset import Dataset
from pipeline.evaluation.model_evaluation import known_evaluation
from pipeline.evaluation.trust.seeds import GroupPair, SeedGroup, compare_all_groups, find_seed_groups, spread
from pipeline.evaluation.trust.wording import groups_compared


def show_seed_groups(digits: Dataset, palette: Palette) -> None:
    """Shows each configuration that was trained with several seeds, and compares each two of them."""
    st.subheader("Several seeds of one configuration", anchor=False)
    groups = find_seed_groups(list_models())
    if not groups:
        st.caption(
            "None yet. Train one configuration three times, each with another seed, and its spread is shown here: how "
            "much of an accuracy is luck."
        )
        st.page_link("views/train.py", label="Train a model", icon=":material/arrow_forward:")
        return
    st.caption(
        "The comparison above is of two trained models. Whether a configuration is better, so that training it again "
        "would give a better model again, only several seeds can tell."
    )
    known = {model.id: _known_accuracy(model, digits) for group in groups for model in group.models}
    unknown = [model for group in groups for model in group.models if known[model.id] is None]
    if unknown:
        _offer_evaluation(unknown, digits)
        groups = [group for group in groups if all(known[model.id] is not None for model in group.models)]
    if not groups:
        return
    accuracies = [[known[model.id] or 0.0 for model in group.models] for group in groups]
    _show_spreads(groups, accuracies)
    if len(groups) > 1:
        _show_pairs(groups, compare_all_groups(accuracies), palette)


def _known_accuracy(model: StoredModel, digits: Dataset) -> float | None:
    record = model.record
    if record.dataset.sha256 == digits.sha256 and record.results and not record.results.claimed:
        return record.results.test_accuracy
    known = known_evaluation(model.directory, digits.sha256)
    return known.evaluation.accuracy if known else None


def _offer_evaluation(models: Sequence[StoredModel], digits: Dataset) -> None:
    one = len(models) == 1
    st.caption(
        f"{len(models)} of these models {'has' if one else 'have'} not been evaluated on this data set yet."
    )
    if st.button(
        f"Evaluate {len(models)} model{'' if one else 's'}",
        icon=":material/play_arrow:",
        key="evaluate_seeds",
    ):
        answers_of(models, digits)
        st.rerun()


def _show_spreads(groups: Sequence[SeedGroup], accuracies: Sequence[Sequence[float]]) -> None:
    spreads = [spread(shares) for shares in accuracies]
    number = st.column_config.NumberColumn
    table = pd.DataFrame(
        {
            "Configuration": [group.name for group in groups],
            "Seeds": [told.count for told in spreads],
            "Mean": [100 * told.mean for told in spreads],
            "95 % interval": [
                f"{100 * told.interval[0]:.2f} to {100 * told.interval[1]:.2f} %" for told in spreads
            ],
            "Deviation": [100 * told.deviation for told in spreads],
            "Range": [f"{100 * told.low:.2f} to {100 * told.high:.2f} %" for told in spreads],
            "Models": [", ".join(model.name for model in group.models) for group in groups],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "Configuration": st.column_config.TextColumn(
                width="medium", pinned=True, help="The architecture, and what differs from its recipe."
            ),
            "Seeds": number(width=70),
            "Mean": number(format="%.2f %%", width=90, help="Mean accuracy of the seeds."),
            "95 % interval": st.column_config.TextColumn(
                help="Of the mean, by Student's t distribution: where the mean of very many seeds would lie."
            ),
            "Deviation": number(
                "Standard deviation",
                format="%.3f",
                help="In percentage points: how far a seed is from the mean.",
            ),
        },
        alt="Mean accuracy, its interval, standard deviation and range of each configuration over its seeds.",
    )


def _show_pairs(groups: Sequence[SeedGroup], pairs: Sequence[GroupPair], palette: Palette) -> None:
    rows = []
    for pair in pairs:
        first, second = groups[pair.first], groups[pair.second]
        low, high = pair.told.interval
        difference = pair.told.difference
        if difference < 0:
            first, second, difference, low, high = second, first, -difference, -high, -low
        rows.append(
            Difference(
                f"{first.name} over {second.name}",
                100 * difference,
                100 * low,
                100 * high,
                pair.verdict != "noise",
            )
        )
    told = "; ".join(f"{row.label} {row.value:+.2f}, {row.low:+.2f} to {row.high:+.2f}" for row in rows)
    show_chart(
        difference_intervals(rows, palette, "Difference of the means"),
        key="seed_differences",
        alt=f"Difference of the mean accuracies in percentage points with its 95 % interval: {told}.",
    )
    for pair, row in zip(pairs, rows, strict=True):
        sentence = groups_compared(pair, groups[pair.first], groups[pair.second])
        st.markdown(f"**{as_written(row.label)}**, {row.value:+.2f} points: {as_written(sentence)}")
