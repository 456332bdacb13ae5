"""Cached readers, shared by all sessions: what is slow to open is opened once.

Keys hold the model's version, so a new file is a new entry; every cache is bounded. Arrays are shared, not
copied: nobody may write into them.
"""

import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from models.errors import DigitLabError, ModelError
from models.forward_pass import WeightedNetwork
from models.layer_outputs import LayerReader
from models.leftovers import sweep
from models.ownership import Person
from models.recognizer import Recognizer
from models.records import DatasetRecord, Evaluation
from models.store import StoredModel
from pipeline.data.corruptions.mnist_c import MNIST_C
from pipeline.data.dataset import MNIST_SHA256, Dataset, load_recorded
from pipeline.data.dataset_choice import open_to_evaluate, open_whole
from pipeline.data.neighbors import Neighbor, find_neighbors
from pipeline.data.saved_digits import list_saved
from pipeline.data.statistics import ClassPictures, PixelStatistics, average_by_class, pixel_statistics
from pipeline.data.user_datasets import MY_DIGITS, find_saved
from pipeline.evaluation.learning.contest import Contest, make_contest
from pipeline.evaluation.stress.measure import example_of
from pipeline.evaluation.test_predictions import TestPredictions, score_predictions
from pipeline.evaluation.trust.caution import Caution, caution_for
from pipeline.evaluation.trust.flattery import Choice, best_of_epochs, best_of_models, validation_accuracies
from pipeline.evaluation.trust.report import TrustReport, report_trust
from pipeline.runs.progress import history
from pipeline.runs.quantize import quantize
from pipeline.runs.snapshots import read_snapshot, snapshot_epochs
from pipeline.runs.sweep.importance import Importance, measure_importance
from pipeline.runs.sweep.results import Standing

Images = NDArray[np.uint8]
Labels = NDArray[np.uint8]


@st.cache_resource(show_spinner=False)
def sweep_home() -> None:
    """Removes what killed processes left in the home folder, once after the server's start."""
    sweep()


@st.cache_resource(show_spinner=False)
def styles() -> str:
    """Our own style for all pages, as HTML."""
    assets = Path(__file__).parent / "assets"
    sheets = [
        (assets / f"{name}.css").read_text(encoding="utf-8") for name in ("style", "galleries", "reading")
    ]
    return f"<style>{''.join(sheets)}</style>"


def recognizer(model: StoredModel) -> Recognizer:
    """The model, ready to answer; safe to share between sessions."""
    return _recognizer(model.version, model)


def layer_reader(model: StoredModel) -> LayerReader:
    """The model with its layers to look at; safe to share between sessions."""
    return _layer_reader(model.version, model)


def networks_by_epoch(model: StoredModel) -> dict[int, WeightedNetwork]:
    """What the network was like after each epoch of which its run kept a snapshot; none of most imported models."""
    return _networks_by_epoch(model.version, model)


def evaluation(model: StoredModel) -> Evaluation:
    """What the model is worth on its test set; `ModelError` where the file is damaged."""
    return _evaluation(_scored_version(model), model)


def predictions(model: StoredModel) -> NDArray[np.float32]:
    """Test-set probabilities, float32 (n, 10), in the order of `held_out_set`; `ModelError` where damaged."""
    return _predictions(_scored_version(model), model)


def _scored_version(model: StoredModel) -> str:
    """As `StoredModel.version`; it changes as well when claimed scores give way to measured ones."""
    results = model.record.results
    return f"{model.version}:{results is not None and results.claimed}"


def held_out_set(model: StoredModel | None = None) -> tuple[Images, Labels]:
    """Test images uint8 (n, 28, 28) and labels (n,) of the data the model was trained on; MNIST without one.

    Raises:
        InputError: that data set is no longer there, or has changed.
    """
    return dataset(model).test


def training_set(model: StoredModel | None = None) -> tuple[Images, Labels]:
    """Training images and labels, as `held_out_set`."""
    return dataset(model).train


def dataset(model: StoredModel | None = None) -> Dataset:
    """The data set that a model was trained on; MNIST without one."""
    record = model.record.dataset if model else DatasetRecord(name="MNIST", sha256=MNIST_SHA256)
    return _dataset(record.path, record.sha256, record)


def test_predictions(model: StoredModel) -> TestPredictions:
    """What the model says of each test digit; errors as from `predictions` and `held_out_set`."""
    return score_predictions(predictions(model), held_out_set(model)[1])


def caution(model: StoredModel, risk: float) -> Caution:
    """How careful the model has to be at a risk; errors as from `predictions` and `held_out_set`."""
    return _caution(_scored_version(model), risk, model)


def trust_report(model: StoredModel, risk: float) -> tuple[TrustReport, int]:
    """What a risk comes to on the model's test images, and how many they are; errors as from `caution`."""
    return _trust_report(_scored_version(model), risk, model)


def digits_to_evaluate(reference: str, who: Person) -> Dataset:
    """The test images of a data set, as `pipeline.data.dataset_choice.open_to_evaluate` finds it."""
    return _digits_to_evaluate(reference, _version_of(reference, who), who)


def _version_of(reference: str, who: Person) -> str:
    """Changes whenever the data set does that a person calls so."""
    if reference == MY_DIGITS:
        return " ".join(digit.id for digit in list_saved(who))
    stored = find_saved(reference)
    return stored.sha256 if stored else ""


def whole_dataset(reference: str, who: Person) -> Dataset:
    """A data set with all of its parts, as `pipeline.data.dataset_choice.open_whole` finds it."""
    return _whole_dataset(reference, _version_of(reference, who), who)


def best_of(right: NDArray[np.bool_]) -> Choice:
    """The best of several models, and how much choosing it flatters it; (k, n), whether each answer is right."""
    return _best_of(sha256(np.packbits(right).tobytes()).hexdigest(), right.shape, right)


def best_epoch_optimism(model: StoredModel) -> tuple[float, int] | None:
    """How much choosing the epoch by test score would have flattered, and of how many; None where that isn't known."""
    return _best_epoch_optimism(_scored_version(model), model)


def sweep_importance(standing: Standing) -> Importance | None:
    """Which hyperparameters matter, by the configurations of a sweep that were trained to their end."""
    ended = standing.ended
    accuracies = [candidate.accuracies for candidate in ended]
    key = f"{standing.sweep.path} {[candidate.place for candidate in ended]} {accuracies}"
    return _sweep_importance(key, [candidate.settings for candidate in ended], accuracies)


def averages(model: StoredModel | None = None) -> ClassPictures:
    """The average training image of each digit, and its variation."""
    digits = dataset(model)
    return _averages(digits.sha256, digits)


def pixels(model: StoredModel | None = None) -> PixelStatistics:
    """What the pixels of all training images are like."""
    digits = dataset(model)
    return _pixels(digits.sha256, digits)


def neighbors(index: int, model: StoredModel | None = None) -> list[Neighbor]:
    """The training digits nearest to one of the test digits."""
    digits = dataset(model)
    return _neighbors(digits.sha256, index, digits)


def corrupted_examples() -> list[Images]:
    """One test digit of MNIST after each corruption of MNIST-C, in their order; uint8 (28, 28) each."""
    digits = dataset()
    return _corrupted_examples(digits.sha256, digits)


def contest(seed: int, model: StoredModel) -> Contest:
    """The digits of a contest against this model, with its answers; errors as from `make_contest`."""
    return _contest(seed, model.version, model)


def int8_file(model: StoredModel) -> tuple[bytes | None, str]:
    """The model as an int8 LiteRT file, or None where it loses too much, and a sentence on that; made once."""
    return _int8_file(model.version, model)


@st.cache_resource(max_entries=2, show_spinner=False)
def _corrupted_examples(sha256: str, _digits: Any) -> list[Images]:  # noqa: ARG001
    return [example_of(corruption, _digits) for corruption in MNIST_C]


@st.cache_resource(max_entries=64, show_spinner="Choosing the digits")
def _contest(seed: int, version: str, _model: Any) -> Contest:  # noqa: ARG001
    return make_contest(seed, _model, recognizer(_model), dataset())


@st.cache_resource(max_entries=8, show_spinner="Converting and evaluating; this takes about half a minute")
def _int8_file(version: str, _model: Any) -> tuple[bytes | None, str]:  # noqa: ARG001
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "int8.tflite"
        try:
            result = quantize(_model, file)
        except ModelError as error:  # cached as well: the next run of the page would only try it again
            return None, str(error)
        return file.read_bytes(), f"{result.in_words()}."


@st.cache_resource(max_entries=8, show_spinner="Loading the model")
def _recognizer(version: str, _model: Any) -> Recognizer:  # noqa: ARG001
    return Recognizer(_model.directory.litert_file)


@st.cache_resource(max_entries=8, show_spinner="Loading the model")
def _layer_reader(version: str, _model: Any) -> LayerReader:  # noqa: ARG001
    return LayerReader(_model.directory.litert_file)


@st.cache_resource(max_entries=4, show_spinner="Loading the epochs")
def _networks_by_epoch(version: str, _model: Any) -> dict[int, WeightedNetwork]:  # noqa: ARG001
    networks = {}
    for epochs in snapshot_epochs(_model.directory):
        with suppress(DigitLabError):  # what is damaged can't be looked at; the others can
            weights = read_snapshot(_model.directory, epochs)
            networks[epochs] = WeightedNetwork(_model.record.config, weights)
    return networks


@st.cache_resource(max_entries=32, show_spinner=False)
def _evaluation(version: str, _model: StoredModel) -> Evaluation:  # noqa: ARG001
    return _model.directory.read_evaluation()


@st.cache_resource(max_entries=32, show_spinner=False)
def _predictions(version: str, _model: StoredModel) -> NDArray[np.float32]:  # noqa: ARG001
    return _model.directory.read_predictions()


@st.cache_resource(max_entries=64, show_spinner=False)
def _caution(version: str, risk: float, _model: Any) -> Caution:  # noqa: ARG001
    return caution_for(predictions(_model), held_out_set(_model)[1], risk)


@st.cache_resource(max_entries=64, show_spinner=False)
def _trust_report(version: str, risk: float, _model: Any) -> tuple[TrustReport, int]:  # noqa: ARG001
    labels = held_out_set(_model)[1]
    return report_trust(predictions(_model), labels, risk), len(labels)


@st.cache_resource(max_entries=2, show_spinner="Loading the images")
def _dataset(path: str | None, sha256: str, _record: Any) -> Dataset:  # noqa: ARG001
    return load_recorded(_record)


@st.cache_resource(max_entries=3, show_spinner="Loading the images")
def _digits_to_evaluate(reference: str, version: str, _who: Any) -> Dataset:  # noqa: ARG001
    return open_to_evaluate(reference, _who)


@st.cache_resource(max_entries=32, show_spinner="Choosing again and again")
def _best_of(content: str, shape: tuple[int, ...], _right: Any) -> Choice:  # noqa: ARG001
    return best_of_models(_right)


@st.cache_resource(max_entries=64, show_spinner=False)
def _best_epoch_optimism(version: str, _model: StoredModel) -> tuple[float, int] | None:
    accuracies = validation_accuracies(_model.record, history(_model.directory))
    count = _evaluation(version, _model).count
    return (best_of_epochs(accuracies, count), len(accuracies)) if accuracies else None


@st.cache_resource(max_entries=2, show_spinner="Loading the images")
def _whole_dataset(reference: str, version: str, _who: Any) -> Dataset:  # noqa: ARG001
    return open_whole(reference, _who)


@st.cache_resource(max_entries=32, show_spinner="Fitting forests")
def _sweep_importance(key: str, _values: Any, _accuracies: Any) -> Importance | None:  # noqa: ARG001
    return measure_importance(_values, _accuracies)


@st.cache_resource(max_entries=2, show_spinner="Averaging the images")
def _averages(sha256: str, _digits: Any) -> ClassPictures:  # noqa: ARG001
    return average_by_class(*_digits.train)


@st.cache_resource(max_entries=2, show_spinner="Counting the pixels")
def _pixels(sha256: str, _digits: Any) -> PixelStatistics:  # noqa: ARG001
    return pixel_statistics(_digits.train[0])


@st.cache_resource(max_entries=512, show_spinner="Searching the training digits")
def _neighbors(sha256: str, index: int, _digits: Any) -> list[Neighbor]:  # noqa: ARG001
    return find_neighbors(_digits.test[0][index], *_digits.train)
