"""What `digitlab compare` does: a module of its own, so that only this command waits for what it imports."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ConfigError
from models.formatting import percent
from models.store import StoredModel, list_models
from pipeline.cli.terminal import echo, open_recognizer, progress_bar
from pipeline.data.dataset import Dataset
from pipeline.evaluation.model_evaluation import answers_on
from pipeline.evaluation.trust.flattery import best_of_epochs, best_of_models, validation_accuracies
from pipeline.evaluation.trust.seeds import GroupPair, SeedGroup, compare_all_groups, find_seed_groups, spread
from pipeline.evaluation.trust.significance import (
    Kind,
    Pair,
    Verdict,
    compare_models,
    differing_images,
    least_surplus,
)
from pipeline.evaluation.trust.wording import (
    chance,
    flattery_of_epochs,
    flattery_of_models,
    groups_compared,
    kinds_in_words,
    least_told,
    points,
    points_interval,
    reasons_for,
    verdict_of,
)
from pipeline.runs.progress import history


def _answers(models: Sequence[StoredModel], dataset: Dataset) -> NDArray[np.int64]:
    """The digits that each model answers to each test image, (k, n); measured where they are not known."""
    with progress_bar("evaluating") as on_progress:
        return answers_on(models, dataset, open_recognizer, on_progress)


def compare_answers(models: Sequence[StoredModel], dataset: Dataset, as_json: bool) -> None:
    """Prints which of the models is better, for each two of them."""
    labels = dataset.test[1]
    answers = _answers(models, dataset)
    right = answers == labels
    pairs, choice = compare_models(right), best_of_models(right)
    differing = [differing_images(answers[pair.first], answers[pair.second], labels) for pair in pairs]
    if not as_json:
        _show_models(models, right, dataset.name)
        _show_pairs(models, pairs, differing)
        echo(flattery_of_models(choice, len(models), models[choice.best].name))
        return
    result = {
        "dataset": dataset.name,
        "count": len(labels),
        "models": [_model_fields(model, row) for model, row in zip(models, right, strict=True)],
        "pairs": [_pair_fields(models, *entry) for entry in zip(pairs, differing, strict=True)],
        "best_of_models": {
            "model": models[choice.best].id,
            "accuracy": choice.score,
            "expected_accuracy": choice.expected,
            "optimism": choice.optimism,
        },
    }
    echo(json.dumps(result))


def _epochs(model: StoredModel) -> list[float]:
    return validation_accuracies(model.record, history(model.directory))


def _model_fields(model: StoredModel, right: NDArray[np.bool_]) -> dict[str, Any]:
    epochs = _epochs(model)
    return {
        "model": model.id,
        "name": model.name,
        "accuracy": float(right.mean()),
        "error_count": int((~right).sum()),
        "best_epoch_optimism": best_of_epochs(epochs, len(right)) if epochs else None,
    }


def _pair_fields(
    models: Sequence[StoredModel], pair: Pair, differing: dict[Kind, NDArray[np.int64]]
) -> dict[str, Any]:
    ids = models[pair.first].id, models[pair.second].id
    return {
        "models": ids,
        "difference": pair.difference,
        "interval": pair.interval,
        "p": pair.p,
        "adjusted_p": pair.adjusted_p,
        "better": _better(pair.verdict, *ids),
        "least_surplus": least_surplus(pair.discordant),
        **{kind: places.tolist() for kind, places in differing.items()},
    }


def _show_models(models: Sequence[StoredModel], right: NDArray[np.bool_], dataset: str) -> None:
    width = max(len(model.name) for model in models)
    count = right.shape[1]
    echo(f"{count:,} test images of {dataset}")
    for model, row in zip(models, right, strict=True):
        echo(f"{model.name:<{width}}  {percent(row.mean()):>8}  {int((~row).sum()):>6,} errors")
        epochs = _epochs(model)
        if epochs:
            echo(f"  {flattery_of_epochs(best_of_epochs(epochs, count), len(epochs))}")
    echo("")


def _show_pairs(
    models: Sequence[StoredModel], pairs: Sequence[Pair], differing: Sequence[dict[Kind, NDArray[np.int64]]]
) -> None:
    for pair, images in zip(pairs, differing, strict=True):
        first, second = models[pair.first].name, models[pair.second].name
        echo(f"{first} and {second}: {verdict_of(pair, first, second)}")
        echo(
            f"  difference {points(pair.difference)} points, 95 % interval {points_interval(pair.interval)}, "
            f"{chance(pair.p)}{_corrected(pair.adjusted_p, len(pairs))}"
        )
        for sentence in filter(None, (reasons_for(pair, first, second), least_told(pair))):
            echo(f"  {sentence}")
        words = kinds_in_words(first, second)
        counts = ", ".join(f"{words[kind].lower()}: {len(places)}" for kind, places in images.items())
        echo(f"  {counts}\n")


def compare_seeds(named: Sequence[StoredModel], dataset: Dataset, as_json: bool) -> None:
    """Prints how the seeds of each configuration spread, of those that have one of the models, or of all."""
    chosen = {model.reference for model in named}
    groups = [
        group
        for group in find_seed_groups(list_models())
        if not chosen or chosen & {model.reference for model in group.models}
    ]
    if not groups:
        which = "of these models " if chosen else ""
        raise ConfigError(
            f"No configuration {which}was trained with several seeds; `digitlab train --seed N` trains another."
        )
    labels = dataset.test[1]
    right = _answers([model for group in groups for model in group.models], dataset) == labels
    shares = iter(right.mean(1).tolist())
    accuracies = [[next(shares) for _ in group.models] for group in groups]
    pairs = compare_all_groups(accuracies)
    if not as_json:
        echo(f"{len(labels):,} test images of {dataset.name}")
        _show_groups(groups, accuracies, pairs)
        return
    names = [group.name for group in groups]
    result = {
        "dataset": dataset.name,
        "count": len(labels),
        "groups": [
            {
                "configuration": group.name,
                "models": [model.id for model in group.models],
                "seeds": group.seeds,
                "accuracies": shares,
                **asdict(spread(shares)),
            }
            for group, shares in zip(groups, accuracies, strict=True)
        ],
        "pairs": [
            {
                "configurations": (names[pair.first], names[pair.second]),
                **asdict(pair.told),
                "adjusted_p": pair.adjusted_p,
                "better": _better(pair.verdict, names[pair.first], names[pair.second]),
            }
            for pair in pairs
        ],
    }
    echo(json.dumps(result))


def _show_groups(
    groups: Sequence[SeedGroup], accuracies: Sequence[Sequence[float]], pairs: Sequence[GroupPair]
) -> None:
    for group, shares in zip(groups, accuracies, strict=True):
        told = spread(shares)
        low, high = told.interval
        echo(
            f"{group.name}: {told.count} seeds, mean {percent(told.mean)} (95 % interval {100 * low:.2f} to "
            f"{percent(high)}), standard deviation {points(told.deviation, sign=False)} points, "
            f"{100 * told.low:.2f} to {percent(told.high)}"
        )
    for pair in pairs:
        first, second = groups[pair.first], groups[pair.second]
        echo(f"\n{first.name} and {second.name}: {groups_compared(pair, first, second)}")
        echo(
            f"  difference of the means {points(pair.told.difference)} points, 95 % interval "
            f"{points_interval(pair.told.interval)}, {chance(pair.told.p)}{_corrected(pair.adjusted_p, len(pairs))}"
        )


def _corrected(adjusted_p: float, pairs: int) -> str:
    return f", {chance(adjusted_p)} corrected for {pairs} pairs" if pairs > 1 else ""


def _better(verdict: Verdict, first: str, second: str) -> str | None:
    return {"first": first, "second": second, "noise": None}[verdict]
