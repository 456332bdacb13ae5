"""The line network: trained for a moment, its LiteRT file answers as it does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.imaging.strips import COLUMN, STRIP_HEIGHT
from pipeline.pages.characters import CHARACTERS
from pipeline.pages.lines import WIDTH, Line, line_targets, made_lines, varied_line
from pipeline.reading.line_network import MARGIN, LineNetwork


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


def row(
    text: str, column: float, entry: int, *, own: bool = True, visible: float = 1.0, high: float = 0
) -> list[float]:
    """A character 16 columns wide and 28 high, as in `Line.rows`."""
    return [CHARACTERS.index(text), column, high, 16, 28, visible, own, entry]


def test_targets_tell_where_characters_stand_and_what_lies_between_them() -> None:
    rows = [
        row("4", 41, 0),
        row("2", 64.5, 0),
        row("7", 120, 1),
        row("9", 160, 1, visible=0.5),
        row("8", 64, 2, high=20, own=False),
    ]
    targets = line_targets(np.array(rows, np.float32))
    hits = np.flatnonzero(targets.middle == 1)
    assert ["427"[number] for number in range(3)] == [CHARACTERS[kind] for kind in targets.character[hits]]
    assert ((hits + 0.5 + targets.geometry[hits, 0]) * COLUMN).tolist() == pytest.approx([41, 64.5, 120])
    assert targets.geometry[hits, 1:] == pytest.approx(0)
    assert targets.near[hits].tolist() == [1, 1, 1]
    assert not targets.counts[160 // COLUMN], "half seen: neither one nor none"
    assert targets.counts[64 // COLUMN], "another line's takes nothing away"
    within, without = slice(50 // COLUMN, 56 // COLUMN), slice(74 // COLUMN, 110 // COLUMN)
    assert targets.between[within].all()
    assert targets.between[without].all()
    assert not targets.apart[within].any()
    assert targets.apart[without].all()
    assert targets.between[: 112 // COLUMN].sum() == pytest.approx(2), "each blank counts as much"


def test_a_line_moved_in_its_strip_is_what_its_targets_say() -> None:
    rng = np.random.default_rng(2)
    checked = 0
    for line in lines(10):
        seen, targets = varied_line(line, rng)
        assert seen.shape == (STRIP_HEIGHT, WIDTH)
        own = line.rows[(line.rows[:, 6] > 0) & (line.rows[:, 5] > 0.72)]
        hits = np.flatnonzero(targets.middle == 1)
        if len(hits) == len(own):
            places = (hits + 0.5 + targets.geometry[hits, 0]) * COLUMN
            moved = places - np.sort(own[:, 1])
            assert np.ptp(moved) < 0.01, "all by the same"
            where = round(float(moved[0]))
            ink = np.abs(line.seen.astype(float)).sum(axis=0)
            there = np.abs(seen).sum(axis=0)[where : where + len(ink)]
            assert np.corrcoef(ink, there)[0, 1] > 0.9
            checked += 1
    assert checked > 5


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
    padded[0, :, MARGIN : MARGIN + 200, 0] = strip
    logits = np.asarray(network(padded))[0, MARGIN // COLUMN :][: 200 // COLUMN]
    told = LineNetwork(file, workers=1).look([strip])[0]
    assert np.abs(told.middle - 1 / (1 + np.exp(-logits[:, 0]))).max() < 0.02, "half precision"
    assert np.abs(told.geometry - logits[:, 1 + len(CHARACTERS) : -1]).max() < 0.05
    assert np.abs(told.apart - logits[:, -1]).max() < 0.05
