"""`digitlab train`: its options for hyperparameters are made from `TrainConfig`, each declared there once."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any

import typer

from models.architectures import CATALOGUE, DEFAULT_ARCHITECTURE
from models.train_config import (
    TrainConfig,
    field_help,
    field_options,
    field_range,
    make_config,
    new_seed,
)
from pipeline.cli.options import DetachOption, JsonOption, owner_option
from pipeline.cli.runs import follow_run
from pipeline.cli.terminal import echo

HYPERPARAMETERS = tuple(
    name for name in TrainConfig.model_fields if name not in ("architecture", "parameters")
)
"""The fields that have an option of their own, in the order of the help."""


def option_name(field: str) -> str:
    """The option of a field: --batch-size, or --augment/--no-augment for a switch."""
    words = field.replace("_", "-")
    return f"--{words}/--no-{words}" if _type_of(field) is bool else f"--{words}"


def _type_of(field: str) -> Any:
    """What the option takes: the field's type, or a word where the field has a list of values."""
    return str if field_options(field) else TrainConfig.model_fields[field].annotation


def allowed_values(field: str) -> str:
    """What a field may be, in words: "1 to 500", "adam, adamw, sgd, muon"; "" for a switch."""
    return ", ".join(field_options(field)) or field_range(field)


def _with_hyperparameters(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each hyperparameter, in place of its `**hyperparameters`."""
    options = []
    for field in HYPERPARAMETERS:
        allowed = allowed_values(field)
        text = f"{field_help(field)} [{allowed}]" if allowed else field_help(field)
        option: Any = Annotated[
            _type_of(field) | None, typer.Option(option_name(field), help=text, show_default=False)
        ]
        options.append(
            inspect.Parameter(field, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        )
    own = inspect.signature(command).parameters.values()
    first, *others = (parameter for parameter in own if parameter.kind is not inspect.Parameter.VAR_KEYWORD)
    command.__signature__ = inspect.Signature([first, *options, *others])  # type: ignore[attr-defined]
    return command


@_with_hyperparameters
def train(
    *,
    arch: Annotated[str, typer.Option("--arch", help=f"{', '.join(CATALOGUE)}.")] = DEFAULT_ARCHITECTURE,
    name: Annotated[str, typer.Option(help="Name of the model.", show_default=False)] = "",
    dataset: Annotated[
        str,
        typer.Option(
            help="A data set's name or ID, or an .npz file with x_train, y_train, x_test, y_test; MNIST if omitted.",
            show_default=False,
        ),
    ] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Architecture parameter, such as filters_1=16; repeatable."),
    ] = None,
    start_from: Annotated[
        str,
        typer.Option(
            "--from",
            help="Model of the same architecture and sizes whose weights to start from.",
            show_default=False,
        ),
    ] = "",
    owner: Annotated[str, owner_option("Whose run it is; owners take turns.")] = "",
    tensorboard: Annotated[
        Path | None,
        typer.Option(help="Folder for TensorBoard's event files of this run.", show_default=False),
    ] = None,
    detach: DetachOption = False,
    as_json: JsonOption = False,
    **hyperparameters: Any,
) -> None:
    """Train a network and follow its progress. Ctrl-C stops the run and keeps the current weights."""
    from models.store import find_model
    from pipeline.data.dataset_choice import open_to_train
    from pipeline.runs.experiment_log import missing_for_mlflow
    from pipeline.runs.queue import submit

    settings = {field: value for field, value in hyperparameters.items() if value is not None}
    if set_:
        settings["parameters"] = dict(_parameter(word) for word in set_)
    config = make_config(arch, **{"seed": new_seed(), **settings})
    source = find_model(start_from).reference if start_from else ""
    events = _writable(tensorboard) if tensorboard else None
    if reason := missing_for_mlflow():
        echo(f"{reason} Training goes on without.", err=True)
    run = submit(config, open_to_train(dataset), name, source, owner, events)
    if not as_json and "seed" not in settings:
        echo(f"Seed {config.seed}; give it as --seed to repeat this training.", err=True)
    if not detach:
        raise typer.Exit(follow_run(run, as_json=as_json))
    if as_json:
        echo(json.dumps({"run": run.id, "status": "queued"}))
    else:
        echo(f"Run {run.id} is queued; follow it with `digitlab runs follow {run.id}`.", err=True)


def _writable(folder: Path) -> Path | None:
    """The folder, made where it was missing; None, and a sentence, where nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        echo(
            f"{folder}: TensorBoard's files can't be written there ({error.strerror}); training goes on without.",
            err=True,
        )
        return None


def _parameter(word: str) -> tuple[str, int]:
    name, _, value = word.partition("=")
    try:
        return name.strip(), int(value)
    except ValueError:
        raise typer.BadParameter(f"--set: expected NAME=NUMBER, got {word!r}.") from None
