"""The weights that a training keeps of each epoch: how many, how large, and that they answer as the network did."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from models.forward_pass import WeightedNetwork
from models.layer_outputs import LayerReader
from models.run_directory import RunDirectory
from pipeline.data.dataset import load_dataset
from pipeline.runs.snapshots import MOST_BYTES, read_snapshot, snapshot_epochs, thin_out, write_snapshot


def test_the_snapshot_after_the_last_epoch_answers_as_the_model_does(tiny_model: Path) -> None:
    """The model has averaged weights, so the snapshot has them too."""
    run = RunDirectory(tiny_model)
    assert snapshot_epochs(run) == [0, 1, 2, 3]
    reader = LayerReader(run.litert_file, 1)
    images, labels = load_dataset().test
    right = dict.fromkeys((0, 3), 0)
    for epochs in right:
        network = WeightedNetwork(run.read().config, read_snapshot(run, epochs))
        for image, label in zip(images[:50].astype(np.float32) / 255, labels, strict=False):
            answers = network.outputs(image)[-1]
            right[epochs] += int(answers.argmax() == label)
            if epochs == 3:
                assert np.allclose(answers, reader.outputs(image)[-1], atol=1e-2)
    assert right[3] > 40
    assert right[0] < 20, "before the first epoch it guesses"


def test_a_long_training_keeps_few_snapshots_and_these_evenly(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    for epochs in range(101):
        write_snapshot(run, epochs, [np.full(4, epochs)])
    assert snapshot_epochs(run) == list(range(0, 101, 4))
    assert read_snapshot(run, 100)[0].tolist() == [100.0] * 4
    write_snapshot(run, 101, [np.zeros(4)])
    assert snapshot_epochs(run) == [*range(0, 101, 4), 101]
    write_snapshot(run, 102, [np.zeros(4)])
    assert snapshot_epochs(run) == [*range(0, 101, 4), 102]


def test_large_networks_keep_fewer_and_the_largest_none(tmp_path: Path) -> None:
    run, random = RunDirectory(tmp_path), np.random.default_rng(0)
    for epochs in range(12):
        write_snapshot(run, epochs, [random.normal(size=MOST_BYTES // 16)])  # an eighth as float16
    kept = list(run.snapshots_folder.iterdir())
    assert 3 <= len(kept) <= 8
    assert sum(file.stat().st_size for file in kept) <= MOST_BYTES
    write_snapshot(run, 12, [random.normal(size=MOST_BYTES // 4)])
    assert snapshot_epochs(run) == []


@pytest.mark.parametrize("last", [1, 38, 39, 40, 500])
def test_at_most_so_many_are_kept(last: int) -> None:
    kept = thin_out(range(last + 1), 40)
    assert len(kept) <= 40
    assert kept[0] == 0
    assert kept[-1] == last
    assert len(set(np.diff(kept[:-1]))) <= 1


def test_a_damaged_or_missing_snapshot_is_one_sentence(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    assert snapshot_epochs(run) == []
    write_snapshot(run, 1, [np.zeros(4)])
    file = run.snapshots_folder / "1.npz"
    file.write_bytes(file.read_bytes()[:40])
    for epochs in (1, 2):
        with pytest.raises(ModelError, match=f"after epoch {epochs} is missing or damaged"):
            read_snapshot(run, epochs)
