"""Puts models that are there already together as an ensemble."""

import shlex
from collections.abc import Sequence
from typing import Any

from filelock import FileLock

from models.architectures import CATALOGUE
from models.errors import ModelError
from models.records import now
from models.run_directory import RunDirectory
from models.store import StoredModel, delete_directory
from models.train_config import TrainConfig, read_config
from pipeline.data.dataset import Dataset, load_recorded
from pipeline.runs.queue import create


def combine_models(models: Sequence[StoredModel], name: str = "") -> RunDirectory:
    """Makes one model that answers with the average of the models' probabilities.

    Args:
        models: 2 to 10 of one architecture that an ensemble is made of, of the same sizes and the same data.
        name: what the new model is called.

    Raises:
        ModelError: they do not fit together.
        InputError: the data set they were trained on is not there.
        ConfigError: too few or too many.
    """
    first = models[0].record
    entry = next((e for e in CATALOGUE.values() if e.member == first.config.architecture), None)
    if entry is None:
        kinds = ", ".join(e.member for e in CATALOGUE.values() if e.member)
        raise ModelError(f"{first.name}: ensembles are made of {kinds}, not of {first.config.architecture}.")
    for model in models[1:]:
        if _kind(model) != _kind(models[0]):
            raise ModelError(
                f"{model.name}: it has another architecture, size or data set than {first.name}, "
                "so they can't be combined."
            )
    config = read_config(
        {
            **first.config.model_dump(),
            "architecture": entry.name,
            "parameters": {**first.config.parameters, "members": len(models)},
        }
    )
    dataset = load_recorded(first.dataset)
    run = create(config, dataset, name)
    try:
        with FileLock(run.worker_lock_file):  # for all who look, it is at work
            run.update(status="running", started=now())
            _fill(run, models, config, dataset)
    except BaseException:
        delete_directory(run)
        raise
    return run


def _kind(model: StoredModel) -> tuple[Any, ...]:
    config = model.record.config
    return config.architecture, config.parameters, config.dropout, config.classes, model.record.dataset.sha256


def _fill(run: RunDirectory, models: Sequence[StoredModel], config: TrainConfig, dataset: Dataset) -> None:
    from models.networks import build
    from pipeline.training.ensemble import combine
    from pipeline.training.export import complete

    weights = []
    for model in models:
        network = build(model.record.config)
        try:
            network.load_weights(model.directory.keras_file)
        except (OSError, ValueError):
            raise ModelError(
                f"{model.name}: its weights do not fit the {model.record.config.architecture} of this version."
            ) from None
        weights.append(network.get_weights())
    run.progress_file.touch()
    complete(
        run,
        combine(config, weights),
        dataset,
        reason="Combined from " + ", ".join(model.name for model in models) + ".",
        command=shlex.join(["digitlab", "models", "combine", *(model.reference for model in models)]),
        epochs_done=sum(model.record.epochs_done for model in models),
        seconds=sum(model.record.seconds for model in models),
    )
