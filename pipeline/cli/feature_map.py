"""`digitlab map`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from models.errors import ConfigError
from models.formatting import percent
from models.native_output import silenced_stderr
from pipeline.cli.options import DefaultModelArgument, JsonOption, TestDataOption
from pipeline.cli.terminal import echo, open_recognizer, progress_bar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.store import StoredModel
    from pipeline.data.dataset import Dataset
    from pipeline.evaluation.test_predictions import TestPredictions


def feature_map(
    model: DefaultModelArgument = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write: NAME.csv or NAME.html.", show_default=False)
    ] = None,
    method: Annotated[
        Literal["pca", "tsne"],
        typer.Option(help="pca is done at once; tsne keeps neighbors together and takes longer."),
    ] = "pca",
    untrained: Annotated[
        bool,
        typer.Option("--before-training", help="The same network with random weights instead."),
    ] = False,
    dataset: TestDataOption = "",
    as_json: JsonOption = False,
) -> None:
    """Lay the test digits out in a plane by a model's features, so that what it takes for alike lies together."""
    from models.store import find_model
    from pipeline.data.dataset_choice import open_to_evaluate
    from pipeline.evaluation.explanation.feature_map import known_map, labels_alike, make_map

    if out is None and not as_json:
        raise ConfigError("Expected --out FILE.csv, --out FILE.html or --json, got none of them.")
    if out is not None and out.suffix not in (".csv", ".html"):
        raise ConfigError(f"{out}: expected a name that ends in .csv or .html.")
    found, digits = find_model(model), open_to_evaluate(dataset)
    made = known_map(found, digits, method, untrained=untrained)
    if made is None:
        with silenced_stderr(), progress_bar("arranging") as on_progress:
            made = make_map(found, digits, method, untrained=untrained, on_progress=on_progress)
    answers = _answers(found, digits).take(made.index)
    name = f"{found.name}, before training" if untrained else found.name
    if as_json:
        _print_points(made.places, answers)
    if out is not None:
        _write(out, made.places, answers, f"{digits.name} by {name}")
    alike = float(labels_alike(made.places, answers.true).mean())
    echo(f"{name}: {percent(alike, 1)} of the nearest digits on the map have a digit's own label.", err=True)


def _answers(model: StoredModel, digits: Dataset) -> TestPredictions:
    from pipeline.evaluation.model_evaluation import evaluate_model, known_evaluation
    from pipeline.evaluation.test_predictions import score_predictions

    known = known_evaluation(model.directory, digits.sha256)
    if known is None:
        known = evaluate_model(model.directory, open_recognizer(model), digits)
    return score_predictions(known.probabilities, digits.test[1])


def _print_points(places: NDArray[np.float32], answers: TestPredictions) -> None:
    for row, (x, y) in enumerate(places.tolist()):
        answer = {name: int(getattr(answers, name)[row]) for name in ("index", "true", "predicted")}
        echo(json.dumps({**answer, "x": round(x, 5), "y": round(y, 5)}))


def _write(out: Path, places: NDArray[np.float32], answers: TestPredictions, title: str) -> None:
    from models.files import write_text
    from pipeline.evaluation.explanation.map_export import map_to_csv, map_to_html

    table = out.suffix == ".csv"
    write_text(out, map_to_csv(places, answers) if table else map_to_html(places, answers, title))
    echo(f"Wrote the map of {len(answers):,} digits to {out}.", err=True)
