"""The page network: trained for a moment, its LiteRT file answers as it does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.imaging.contrast import local_contrast
from pipeline.pages.characters import CHARACTERS
from pipeline.pages.crops import SIDE, made_crop, varied
from pipeline.pages.targets import targets_of
from pipeline.reading.page_network import PageNetwork


def test_targets_stand_where_the_characters_do() -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        seen, ink, rows = varied(made_crop(rng), rng)
        assert seen.shape == ink.shape == (SIDE, SIDE)
        targets = targets_of(rows, SIDE)
        whole = rows[(rows[:, 6] >= 0.72) & (np.abs(rows[:, 5]) < 35)]
        for kind, x, y, *_ in whole:
            place = int(y / 4), int(x / 4)
            assert targets.middle[place] == 1
            near = [other for other in whole if abs(other[1] - x) < 8 and abs(other[2] - y) < 8]
            assert int(targets.character[place]) in {int(other[0]) for other in near}, CHARACTERS[int(kind)]


@pytest.mark.slow
def test_a_moment_of_training_gives_a_file_that_answers_as_the_network(tmp_path: Path) -> None:
    from pipeline.training.made_training import trained
    from pipeline.training.page_training import PAGES

    network, record = trained(PAGES, replace(PAGES.recipe, minutes=0.05, batch=2, least=64))
    assert record["steps"] >= 1
    assert record["pictures"] >= 64
    assert np.isfinite(record["loss"]).all()
    file = tmp_path / "page_network.tflite"
    PAGES.write(network, file)
    gray = np.random.default_rng(0).integers(0, 256, (96, 128)).astype(np.uint8)
    maps, ink = (np.asarray(output)[0] for output in network(local_contrast(gray)[None, :, :, None]))
    told = PageNetwork(file, workers=1).look(gray)
    middle = 1 / (1 + np.exp(-maps[..., 0]))
    assert np.abs(told.middle - middle).max() < 0.02, "half precision"
    assert np.abs(told.geometry - maps[..., 1 + len(CHARACTERS) :]).max() < 0.05
    assert np.abs(told.ink - 1 / (1 + np.exp(-ink[..., 0]))).max() < 0.02
