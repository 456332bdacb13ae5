"""The line network: trained for a moment, its LiteRT file answers as it does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.imaging.strips import COLUMN, STRIP_HEIGHT
from pipeline.pages.characters import CHARACTERS
from pipeline.pages.lines import WIDTH, Line, made_lines, varied_line
from pipeline.reading.line_network import LineNetwork


def lines(count: int) -> list[Line]:
    return [line for number in range(count) for line in made_lines(np.random.default_rng([5, number]))]


def test_made_lines_are_level_and_the_same_each_time() -> None:
    made = lines(20)
    assert len(made) > 20
    for line, again in zip(made, lines(20), strict=True):
        assert line.seen.shape[0] == STRIP_HEIGHT
        assert line.seen.shape[1] <= WIDTH
        assert np.array_equal(line.seen, again.seen)
    digits = np.concatenate([line.rows[(line.rows[:, 0] < 10) & (line.rows[:, 6] > 0)] for line in made])
    assert abs(np.median(digits[:, 2])) < 2, "digits stand in the middle row"
    assert 24 < np.median(digits[:, 4]) < 32, "and are as tall as digits are there"


def test_targets_stand_where_the_characters_do() -> None:
    rng = np.random.default_rng(2)
    for line in lines(10):
        seen, targets = varied_line(line, rng)
        assert seen.shape == (STRIP_HEIGHT, WIDTH)
        own = line.rows[(line.rows[:, 6] > 0) & (line.rows[:, 5] > 0.72)]
        hits = np.flatnonzero(targets.middle == 1)
        assert len(hits) <= len(own)
        told = sorted(CHARACTERS[kind] for kind in targets.character[hits])
        assert not set(told) - {CHARACTERS[int(row[0])] for row in own}
        places = (hits + 0.5 + targets.geometry[hits, 0]) * COLUMN
        off = np.abs(places[:, None] - places[:, None].T + np.eye(len(hits)) * 99)
        wanted = np.abs(own[:, 1][:, None] - own[:, 1] + np.eye(len(own)) * 99)
        if len(hits) == len(own) > 1:
            assert np.allclose(np.sort(off.min(axis=1)), np.sort(wanted.min(axis=1)), atol=0.1)


@pytest.mark.slow
def test_a_moment_of_training_gives_a_file_that_answers_as_the_network(tmp_path: Path) -> None:
    from pipeline.training.line_training import LINES
    from pipeline.training.made_training import trained

    network, record = trained(LINES, replace(LINES.recipe, minutes=0.05, batch=2, least=64))
    assert record["steps"] >= 1
    assert record["pictures"] >= 64
    assert np.isfinite(record["loss"]).all()
    file = tmp_path / "line_network.tflite"
    LINES.write(network, file)
    strip = np.random.default_rng(0).standard_normal((STRIP_HEIGHT, 200), np.float32)
    padded = np.zeros((1, STRIP_HEIGHT, 512, 1), np.float32)
    padded[0, :, :200, 0] = strip
    logits = np.asarray(network(padded))[0, : 200 // COLUMN]
    told = LineNetwork(file, workers=1).look([strip])[0]
    assert np.abs(told.middle - 1 / (1 + np.exp(-logits[:, 0]))).max() < 0.02, "half precision"
    assert np.abs(told.geometry - logits[:, 1 + len(CHARACTERS) :]).max() < 0.05
