"""`digitlab compare`: which model is better. What it does is in `model_comparison.py`, which takes time to import."""

from typing import Annotated

import typer

from models.errors import ConfigError
from pipeline.cli.options import JsonOption, TestDataOption


def compare(
    models: Annotated[
        list[str] | None,
        typer.Argument(metavar="MODEL...", help="Two or more models; with --seeds, none for all groups."),
    ] = None,
    dataset: TestDataOption = "",
    seeds: Annotated[
        bool, typer.Option("--seeds", help="Compare configurations that were trained with several seeds.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell which of two or more models is better, or that their difference is noise."""
    from models.store import find_model
    from pipeline.cli.model_comparison import compare_answers, compare_seeds
    from pipeline.data.dataset_choice import open_to_evaluate

    named = [find_model(reference) for reference in models or []]
    if seeds:
        compare_seeds(named, open_to_evaluate(dataset), as_json)
    elif len({model.reference for model in named}) < max(2, len(named)):
        raise ConfigError("Name two or more different models to compare, or use --seeds.")
    else:
        compare_answers(named, open_to_evaluate(dataset), as_json)
