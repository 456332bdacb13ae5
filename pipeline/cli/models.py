"""`digitlab models ...`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from models.errors import ConfigError
from models.formatting import CLAIMED, format_accuracy, printable
from models.store import StoredModel
from pipeline.cli.options import JsonOption, YesOption, score_fields
from pipeline.cli.terminal import echo, owner_column

models_app = typer.Typer(
    help="Trained models: list, show, export, import, combine, rename, delete, set the default.",
    no_args_is_help=True,
)

ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="Model name, ID or run directory.")]


def _summary(model: StoredModel) -> dict[str, Any]:
    record, results = model.record, model.record.results
    return {
        "model": model.id,
        "name": model.name,
        "shipped": model.shipped,
        "owner": model.owner,
        "architecture": record.config.architecture,
        "status": record.status,
        **score_fields(results),
        "claimed": bool(results and results.claimed),
        "parameters": results.parameters if results else None,
        "bytes": model.directory.litert_file.stat().st_size,
        "seed": record.config.seed,
        "created": record.created,
        "path": str(model.directory.path),
    }


def _facts(model: StoredModel) -> dict[str, str]:
    """What people are shown of a model, by name; "" where it is not known."""
    record, results = model.record, model.record.results
    accuracy, votes = format_accuracy(results)
    return {
        "model": model.id,
        "name": model.name,
        "origin": "shipped" if model.shipped else "own",
        "owner": model.owner,
        "architecture": record.config.architecture,
        "status": record.status,
        "test accuracy": f"{accuracy}, {CLAIMED}" if results and results.claimed else accuracy,
        "by votes": votes,
        "parameters": f"{results.parameters:,}" if results and results.parameters else "",
        "size": f"{model.directory.litert_file.stat().st_size / 1e6:.2f} MB",
        "seed": str(record.config.seed),
        "created": record.created,
        "path": str(model.directory.path),
        "trained with": printable(record.command),
        "versions": printable(", ".join(f"{name} {value}" for name, value in record.versions.items())),
        "dataset": printable(f"{record.dataset.name}, SHA-256 {record.dataset.sha256}"),
        "notes": record.notes,
    }


@models_app.command("list")
def list_command(as_json: JsonOption = False) -> None:
    """List all models, shipped ones first; a star marks the default."""
    from models.store import default_model, list_models

    models = list_models()
    if as_json:
        for model in models:
            echo(json.dumps(_summary(model)))
        return
    chosen = default_model().id if models else ""
    owner = owner_column([model.owner for model in models])
    echo(
        f"  {'id':<22} {'architecture':<12} {'test accuracy (95 %)':<24} {'by votes':<8} {'size':>8}  "
        f"{owner('owner')}name"
    )
    for model in models:
        accuracy, votes = format_accuracy(model.record.results)
        star = "*" if model.id == chosen else " "
        entry = _summary(model)
        size = f"{entry['bytes'] / 1e6:.2f} MB"
        name = f"{model.name} (scores {CLAIMED})" if entry["claimed"] else model.name
        echo(
            f"{star} {model.id:<22} {entry['architecture']:<12} {accuracy:<24} {votes:<8} {size:>8}  "
            f"{owner(model.owner)}{name}"
        )


@models_app.command()
def show(model: ModelArgument, as_json: JsonOption = False) -> None:
    """Show a model's architecture, training and accuracy."""
    from models.architectures import summarize
    from models.store import find_model

    found = find_model(model)
    record = found.record
    if as_json:
        echo(json.dumps({**_summary(found), "record": record.model_dump()}))
        return
    for name, value in _facts(found).items():
        echo(f"{name:<14} {value or '-'}")
    layers = summarize(
        record.config.architecture, record.config.parameters, record.config.dropout, record.config.classes
    )
    echo("\nlayer               output          parameters  multiplications")
    for layer in layers:
        shape = "x".join(str(side) for side in layer.output_shape)
        echo(f"{layer.kind:<19} {shape:<13} {layer.parameters:>12,} {layer.multiplications:>16,}")


@models_app.command("export")
def export_command(
    model: ModelArgument,
    file: Annotated[
        Path,
        typer.Argument(
            help="Output file: NAME.keras, .tflite, .onnx, .zip (the complete run) or .md (its model card)."
        ),
    ],
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="Quantize to 8-bit integers (.tflite only): a quarter of the size; reports the accuracy lost.",
        ),
    ] = False,
) -> None:
    """Write a model to a file: .zip can be imported again, .md describes it, the others are for other programs."""
    from models.store import find_model
    from pipeline.runs.export_formats import find_format

    found = find_model(model)
    if int8:
        _export_int8(found, file)
        return
    find_format(file).write(found, file)
    echo(f"Wrote {found.name} to {file}.", err=True)


def _export_int8(model: StoredModel, file: Path) -> None:
    from rich.console import Console

    from pipeline.runs.quantize import quantize

    if file.suffix != ".tflite":
        raise ConfigError(f"{file}: an int8 model needs a name that ends in .tflite.")
    with Console(stderr=True).status("Converting and testing; this takes half a minute"):
        result = quantize(model, file)
    echo(f"Wrote {model.name} to {file}: {result.in_words()}.", err=True)


@models_app.command()
def combine(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="Two to ten models of one architecture and size.")
    ],
    name: Annotated[str, typer.Option(help="Name of the ensemble.")] = "",
) -> None:
    """Combine trained models into an ensemble that averages their probabilities."""
    from rich.console import Console

    from models.store import find_model
    from pipeline.runs.combine import combine_models

    found = [find_model(reference) for reference in models]
    with Console(stderr=True).status("Combining, exporting and testing; this takes half a minute"):
        run = combine_models(found, name)
    record = run.read()
    accuracy, _ = format_accuracy(record.results)
    echo(f"{record.name}: {accuracy} on the test set; id {record.id}.", err=True)


@models_app.command("import")
def import_command(file: Annotated[Path, typer.Argument(help="A .zip that `models export` wrote.")]) -> None:
    """Verify an exported model and add it to your models."""
    from models.native_output import silenced_stderr
    from pipeline.evaluation.model_evaluation import import_and_evaluate

    with silenced_stderr():
        run = import_and_evaluate(file)
    record = run.read()
    echo(f"Imported {record.name} as {run.id}.", err=True)
    if record.results and record.results.claimed:
        echo(
            f"Its scores are {CLAIMED}: {record.dataset.name}, the data set that it was trained on, is not on this "
            f"computer. `digitlab evaluate {run.id} --dataset FILE` with that data set measures them.",
            err=True,
        )


@models_app.command()
def keep(
    run: Annotated[str, typer.Argument(help="ID or name of a run of `digitlab adapt`.")],
    name: Annotated[
        str, typer.Option(help="Name of the model; the run's if omitted.", show_default=False)
    ] = "",
) -> None:
    """Keep what `digitlab adapt` made as a model of its own; `digitlab runs delete` throws it away."""
    from pipeline.runs.adaptation import keep as make_model
    from pipeline.runs.queue import find_run

    record = make_model(find_run(run), name)
    echo(f"Kept as model {record.name!r} ({record.id}).", err=True)


@models_app.command()
def rename(model: ModelArgument, name: Annotated[str, typer.Argument(help="The new name.")]) -> None:
    """Rename one of your models."""
    from models.store import find_model
    from models.store import rename as give_name

    echo(f"Renamed to {give_name(find_model(model), name).name}.", err=True)


@models_app.command()
def delete(
    model: ModelArgument,
    yes: YesOption = False,
) -> None:
    """Delete one of your models and its run; asks first."""
    from models.store import delete as remove
    from models.store import find_model

    found = find_model(model)
    if not yes and not found.shipped:
        typer.confirm(f"Delete {printable(found.name)} ({found.id}) for good?", abort=True, err=True)
    remove(found)
    echo(f"Deleted {found.name}.", err=True)


@models_app.command()
def default(model: ModelArgument) -> None:
    """Set the default model."""
    from models.store import find_model, set_default

    found = find_model(model)
    set_default(found)
    echo(f"{found.name} is now the default model.", err=True)
