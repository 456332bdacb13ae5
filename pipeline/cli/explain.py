"""`digitlab explain`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.errors import InputError
from models.native_output import silenced_stderr
from pipeline.cli.options import JsonOption, ModelOption
from pipeline.cli.terminal import draw_digit, echo, progress_bar

if TYPE_CHECKING:
    from models.recognizer import Prediction
    from models.store import StoredModel
    from pipeline.data.neighbors import Neighbor
    from pipeline.evaluation.explanation.changes import Change, Search
    from pipeline.evaluation.explanation.explain import Explanation
    from pipeline.evaluation.explanation.occlusion import Evidence


def explain(
    picture: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture with one digit.")],
    model: ModelOption = None,
    neighbors: Annotated[
        bool,
        typer.Option(
            "--neighbors/--no-neighbors",
            help="Name the training digits most alike to the model; the first time, it looks at all of them.",
        ),
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Tell why a model answers as it does: what spoke for and against, and what would change the answer."""
    from models.recognizer import Recognizer
    from models.store import find_model
    from pipeline.evaluation.explanation.explain import explain_image
    from pipeline.imaging.normalize import normalize
    from pipeline.imaging.picture import read_picture

    found = find_model(model)
    with silenced_stderr():
        recognizer = Recognizer(found.directory.litert_file)
        image = normalize(read_picture(picture)).image
        explanation = explain_image(image, recognizer)
    similar = _similar(explanation, found) if neighbors else None
    if as_json:
        echo(json.dumps(_record(picture, found, explanation, similar)))
    else:
        _print(picture, found, explanation, similar)


def _similar(explanation: Explanation, model: StoredModel) -> list[Neighbor] | None:
    """None where the data that the model was trained on is not here, which is told."""
    from models.layer_outputs import LayerReader
    from pipeline.data.dataset import load_recorded
    from pipeline.evaluation.explanation.similar_digits import find_similar, training_features

    file = model.directory.litert_file
    try:
        dataset = load_recorded(model.record.dataset)
    except InputError as error:
        echo(f"digitlab: training digits can't be compared: {error}", err=True)
        return None
    with progress_bar("looking at the training digits") as on_progress, silenced_stderr():
        reader = LayerReader(file)
        features = training_features(reader, file, dataset, on_progress)
        return find_similar(explanation.image, reader, features, dataset.train[1])


def _record(
    picture: Path, model: StoredModel, explanation: Explanation, similar: list[Neighbor] | None
) -> dict[str, Any]:
    return {
        "path": str(picture),
        "model": model.id,
        **_answer(explanation.prediction),
        "evidence": _evidence(explanation.evidence),
        "changes": [_search(search) for search in explanation.searches],
        "neighbors": None if similar is None else [vars(digit) for digit in similar],
    }


def _answer(prediction: Prediction) -> dict[str, Any]:
    score = prediction.digit_score
    return {
        "digit": prediction.digit,
        "confidence": prediction.confidence,
        "digit_score": None if score is None else float(score),
        "refused": bool(prediction.refused),
    }


def _evidence(evidence: Evidence) -> list[dict[str, Any]]:
    """One entry a digit, and a last one with `null` for "no digit" where the model has that answer."""
    return [
        {
            "digit": row if row < 10 else None,
            "log_odds": float(odds),
            "zones": evidence.zones[:, :, row].tolist(),
        }
        for row, odds in enumerate(evidence.log_odds)
    ]


def _search(search: Search) -> dict[str, Any]:
    from pipeline.evaluation.explanation.words import search_in_sentence

    def found(change: Change | None) -> dict[str, Any] | None:
        if change is None:
            return None
        return {"amount": change.amount, "direction": change.direction, **_answer(change.prediction)}

    return {
        "kind": search.kind,
        "another_digit": found(search.digit),
        "no_digit": found(search.refusal),
        "sentence": search_in_sentence(search),
    }


def _print(
    picture: Path, model: StoredModel, explanation: Explanation, similar: list[Neighbor] | None
) -> None:
    from pipeline.evaluation.explanation.words import (
        answer_and_confidence,
        answer_in_words,
        search_in_sentence,
    )

    prediction, steady = explanation.prediction, explanation.steady
    echo(f"{picture}: {model.name} says {answer_and_confidence(prediction)}")
    if answer_in_words(steady) != answer_in_words(prediction):
        echo(f"from several views, as `digitlab predict` looks at it: {answer_and_confidence(steady)}")
    echo(f"\n{draw_digit(explanation.image)}\n")
    for line in _for_and_against(explanation):
        echo(line)
    echo("")
    for search in explanation.searches:
        echo(search_in_sentence(search))
    if similar:
        near = ", ".join(f"{digit.label} ({digit.index}, {digit.distance:.3f})" for digit in similar)
        echo(f"\nmost alike training digits to the model (index, cosine distance): {near}")


def _for_and_against(explanation: Explanation) -> list[str]:
    from pipeline.evaluation.explanation.explain import row_of
    from pipeline.evaluation.explanation.words import answer_in_words, strongest_zones

    effects = explanation.evidence.zones[:, :, row_of(explanation.prediction)]
    sides = zip(("for", "against"), strongest_zones(effects), strict=True)
    answer = answer_in_words(explanation.prediction)
    return [f"speaks {side} {answer}: {'; '.join(zones) or 'nothing'}" for side, zones in sides]
