"""`digitlab map`."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from models.errors import ConfigError
from models.formatting import percent
from models.native_output import silenced_stderr
from pipeline.cli.options import JsonOption
from pipeline.cli.terminal import echo, progress_bar


def feature_map(
    model: Annotated[
        str | None, typer.Argument(help="Model name, ID or run directory; the default model if omitted.")
    ] = None,
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
    dataset: Annotated[
        str,
        typer.Option(
            help="A data set's name or ID, or an .npz file with x_test and y_test; MNIST if omitted.",
            show_default=False,
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Lay the test digits out in a plane by a model's features, so that what it takes for alike lies together."""
    from models.files import write_text
    from models.recognizer import Recognizer
    from models.store import find_model
    from pipeline.data.dataset_choice import open_to_evaluate
    from pipeline.evaluation.explanation import map_export
    from pipeline.evaluation.explanation.feature_map import known_map, labels_alike, make_map
    from pipeline.evaluation.model_evaluation import evaluate_model, known_evaluation
    from pipeline.evaluation.test_predictions import score_predictions

    if out is None and not as_json:
        raise ConfigError("Expected --out FILE.csv, --out FILE.html or --json, got none of them.")
    if out is not None and out.suffix not in (".csv", ".html"):
        raise ConfigError(f"{out}: expected a name that ends in .csv or .html.")
    found, digits = find_model(model), open_to_evaluate(dataset)
    with silenced_stderr():
        known = known_evaluation(found.directory, digits.sha256) or evaluate_model(
            found.directory, Recognizer(found.directory.litert_file), digits
        )
    place = known_map(found, digits, method, untrained=untrained)
    if place is None:
        with silenced_stderr(), progress_bar("arranging") as on_progress:
            place = make_map(found, digits, method, untrained=untrained, on_progress=on_progress)
    answers = score_predictions(known.probabilities, digits.test[1]).take(place.index)
    if as_json:
        for index, true, predicted, (x, y) in zip(
            answers.index, answers.true, answers.predicted, place.places, strict=True
        ):
            row = {"index": int(index), "true": int(true), "predicted": int(predicted)}
            echo(json.dumps({**row, "x": round(float(x), 5), "y": round(float(y), 5)}))
    name = f"{found.name}, before training" if untrained else found.name
    if out is not None:
        text = (
            map_export.map_to_csv(place.places, answers)
            if out.suffix == ".csv"
            else map_export.map_to_html(place.places, answers, f"{digits.name} by {name}")
        )
        write_text(out, text)
        echo(f"Wrote the map of {len(answers):,} digits to {out}.", err=True)
    alike = float(labels_alike(place.places, answers.true).mean())
    echo(f"{name}: {percent(alike, 1)} of the nearest digits on the map have a digit's own label.", err=True)
