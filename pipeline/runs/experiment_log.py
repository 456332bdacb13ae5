"""A training as a run of an MLflow tracking server, where the environment names one. Knows nothing of TensorFlow."""

import os
from datetime import datetime

from models.archive import CARD
from models.errors import ModelError
from models.extras import missing
from models.records import Progress, RunRecord
from models.run_directory import MODEL_FILES, RunDirectory
from models.store import StoredModel
from pipeline.runs.model_card import export_card

VARIABLE = "MLFLOW_TRACKING_URI"

_EXPERIMENT = "Digit Lab"
_RUN_TAG = "digitlab.run"
_PATIENCE = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",  # seconds; a training waits so long for a server that is gone, once
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
_LONGEST = 500  # letters of a parameter or tag that every version of MLflow stores


def missing_for_mlflow() -> str:
    """What has to be installed, one sentence; "" where that is there, or no server is named. Imports nothing."""
    return missing("mlflow", VARIABLE) if os.environ.get(VARIABLE) else ""


class ExperimentLog:
    """Writes a training to MLflow: parameters, metrics by epoch, model files, and what it was trained with.

    A run that is resumed goes on in the MLflow run that has its id as a tag. Whatever MLflow raises comes through.
    """

    def __init__(self, run: RunDirectory, record: RunRecord) -> None:
        """Begins the MLflow run, or goes on with it; `ModelError` where MLflow is not installed."""
        if reason := missing_for_mlflow():
            raise ModelError(reason)
        for name, value in _PATIENCE.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient

        self._run, self._client = run, MlflowClient(tracking_uri=os.environ[VARIABLE])
        self._id, self._logged = self._begin(record)

    def add(self, progress: Progress) -> None:
        """Writes the end of an epoch. One that is there already was trained again, which gives the same."""
        if not progress.epoch_end or progress.epoch <= self._logged:
            return
        names = ("loss", "accuracy", "learning_rate", "val_loss", "val_accuracy")
        self._write({name: getattr(progress, name) for name in names}, progress.epoch)
        self._logged = progress.epoch

    def close(self) -> None:
        """Writes what came of the run: its status and, where it is a model, test figures and files."""
        record = self._run.read()
        status = "KILLED" if record.status == "stopped" or self._run.stop_file.exists() else "FAILED"
        if record.results is not None and record.status in ("finished", "stopped"):
            results = record.results
            self._write(
                {"test_accuracy": results.test_accuracy, "test_loss": results.test_loss}, self._logged
            )
            for name in ("run.json", *MODEL_FILES):
                self._client.log_artifact(self._id, str(self._run.path / name))
            card = export_card(StoredModel(self._run, record, shipped=False))
            self._client.log_text(self._id, card, CARD)
        if record.status == "finished":
            status = "FINISHED"
        self._client.set_terminated(self._id, status)

    def _begin(self, record: RunRecord) -> tuple[str, int]:
        """The id of the MLflow run, which runs now, and the last epoch that it has."""
        client = self._client
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", _EXPERIMENT)
        experiment = client.get_experiment_by_name(name)
        place = experiment.experiment_id if experiment else client.create_experiment(name)
        if found := client.search_runs([place], f"tags.`{_RUN_TAG}` = '{record.id}'", max_results=1):
            known: str = found[0].info.run_id
            client.update_run(known, status="RUNNING")
            return known, max((metric.step for metric in client.get_metric_history(known, "loss")), default=0)
        begun: str = client.create_run(place, tags=_tags(record), run_name=record.name).info.run_id
        for name, value in record.config.flat().items():
            client.log_param(begun, name, value)
        return begun, 0

    def _write(self, values: dict[str, float | None], epoch: int) -> None:
        """Metrics of an epoch; those that are not known are left out."""
        from mlflow.entities import Metric

        moment = round(datetime.now().timestamp() * 1000)
        known = [Metric(name, value, moment, epoch) for name, value in values.items() if value is not None]
        self._client.log_batch(self._id, known)


def _tags(record: RunRecord) -> dict[str, str]:
    tags = {
        _RUN_TAG: record.id,
        "dataset": record.dataset.name,
        "dataset.sha256": record.dataset.sha256,
        "seed": str(record.config.seed),
        "command": record.command,
        "start_from": record.start_from,
        "owner": record.owner,
        **{f"version.{name}": value for name, value in record.versions.items()},
    }
    return {name: value[:_LONGEST] for name, value in tags.items() if value}
