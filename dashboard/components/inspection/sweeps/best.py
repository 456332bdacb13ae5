"""The best configuration of a sweep, how sure that is, and the ways to its models."""

import streamlit as st

from dashboard.widgets.comparison_link import comparison_parameters
from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.plain_text import as_written
from models.formatting import duration, percent
from models.store import StoredModel, list_models
from pipeline.runs.sweep.results import Candidate, Standing
from pipeline.runs.sweep.wording import describe, interval_of, noise_in_words


def show_best(standing: Standing) -> None:
    """Shows it with its figures, what can't be told from it, and links to its models."""
    best = standing.best
    st.header("Best so far" if standing.state != "finished" else "Best", anchor=False)
    if best is None:
        st.caption("No configuration has been trained to its end with every seed yet.")
        return
    st.markdown(f"**{as_written(describe(best))}**")
    show_facts(_facts_of(best))
    st.markdown(as_written(" ".join(noise_in_words(standing))))
    _show_links(standing, best)


def _facts_of(best: Candidate) -> list[Fact]:
    seeds = len(best.trials)
    over = f"mean of {seeds} seeds" if seeds > 1 else "one seed"
    if best.over_seeds:
        over += f", 95 % interval {interval_of(best)}"
    facts = [Fact("Validation accuracy", percent(best.mean or 0.0), f"{over}; chosen by this")]
    if best.test_accuracy is not None:
        facts.append(Fact("Test accuracy", percent(best.test_accuracy), "had no part in the choice"))
    if best.seconds is not None:
        facts.append(Fact("Training time", duration(best.seconds), "of one of its models"))
    return facts


def _show_links(standing: Standing, best: Candidate) -> None:
    """Evaluate has its models beside the best one of the next configuration; Models has all of its own."""
    stored = {model.id: model for model in list_models()}
    own = _models_of(best, stored)
    if not own:
        st.caption("Its models were deleted.")
        return
    rivals = [model for other in standing.ended[1:2] for model in _models_of(other, stored)[:1]]
    with st.container(horizontal=True, gap="medium"):
        st.page_link(
            "views/models.py",
            label=f"Its model{'s' if len(own) > 1 else ''}",
            icon=":material/inventory_2:",
            query_params={"model": ",".join(model.id for model in own)},
        )
        st.page_link(
            "views/evaluate.py",
            label="Where it goes wrong",
            icon=":material/verified:",
            query_params={"model": own[0].id},
        )
        if rivals:
            st.page_link(
                "views/evaluate.py",
                label="Compare with the runner-up",
                icon=":material/compare_arrows:",
                query_params=comparison_parameters([own[0], *rivals]),
            )


def _models_of(candidate: Candidate, stored: dict[str, StoredModel]) -> list[StoredModel]:
    """Its models, the one with the highest validation accuracy first."""
    ranked = sorted(
        candidate.trials, key=lambda trial: -(score.accuracy if (score := trial.score(0)) else 0.0)
    )
    return [stored[trial.run.id] for trial in ranked if trial.run.id in stored]
