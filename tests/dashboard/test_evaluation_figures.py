"""The figures of Evaluate and Data, as data: no browser, no Streamlit."""

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.figures.calibration import reliability_diagram
from dashboard.figures.classes import precision_and_recall
from dashboard.figures.confusion import confusion_cells
from dashboard.figures.dataset import digit_counts, ink_by_digit, pixel_levels
from dashboard.figures.differences import Difference, difference_intervals
from dashboard.figures.style import DARK, LIGHT, Palette, luminance, mix
from models.records import CalibrationBin, ClassReport

CONFUSION = np.diag([100] * 10)
CONFUSION[9, 4] = 20
CONFUSION[0, 6] = 1
CONFUSION[9, 9] = 80


def test_cells_tell_counts_and_shares() -> None:
    counts = confusion_cells(CONFUSION.tolist(), LIGHT)
    shares = confusion_cells(CONFUSION.tolist(), LIGHT, shares=True)
    assert counts[9][4].text == "20"
    assert (shares[9][4].text, shares[0][6].text, shares[1][1].text) == ("20.0", "1.0", "100.0")
    assert counts[9][4].label == "9 read as 4: 20 images, 20.00 % of all 9s"
    assert counts[0][6].label.startswith("0 read as 6: 1 image,")
    assert counts[3][3].label.startswith("3 read correctly")
    assert counts[1][2].text == ""


def test_the_worst_mistake_is_as_strong_as_the_best_digit_and_the_diagonal_can_be_left_out() -> None:
    for palette in (LIGHT, DARK):
        cells = confusion_cells(CONFUSION.tolist(), palette)
        assert cells[9][4].background == mix(palette.wrong, palette.background, 0.15)
        bare = confusion_cells(CONFUSION.tolist(), palette, errors_only=True)
        assert bare[3][3].text == ""
        assert bare[3][3].background == palette.surface
        assert bare[9][4] == cells[9][4]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_figure_in_every_cell_can_be_read(palette: Palette) -> None:
    confusion = [[100 * i + 10 * j for j in range(10)] for i in range(10)]
    for cell in (cell for row in confusion_cells(confusion, palette) for cell in row if cell.text):
        dim, bright = sorted((luminance(cell.color), luminance(cell.background)))
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, cell


def test_a_flawless_matrix_has_no_mistakes_to_color() -> None:
    cells = confusion_cells(np.diag([5] * 10).tolist(), LIGHT)
    assert {cell.text for row in cells for cell in row} == {"", "5"}


def test_a_digit_without_images_has_no_figures() -> None:
    only_threes = np.zeros((10, 10), int)
    only_threes[3, [3, 5]] = 4, 1
    for shares in (False, True):
        cells = confusion_cells(only_threes.tolist(), LIGHT, shares)
        assert {cell.text for row in (*cells[:3], *cells[4:]) for cell in row} == {"-"}
        assert cells[5][5].label == "5 read as 5: no image is a 5"
    absent = ClassReport(digit=5, precision=None, recall=None, f1=None, support=0)
    figure = precision_and_recall([absent], LIGHT)
    assert [list(trace.x) for trace in figure.data] == [[None], [None]]


def test_reliability_shows_shares_and_counts() -> None:
    bins = [
        CalibrationBin(low=0.8, high=0.9, count=4, confidence=0.85, accuracy=0.5),
        CalibrationBin(low=0.9, high=1.0, count=900, confidence=0.97, accuracy=0.98),
    ]
    figure = reliability_diagram(bins, LIGHT)
    right, answers, honest = figure.data
    assert list(right.y) == [50, 98]
    assert list(answers.y) == [4, 900]
    assert right.marker.color[0] != right.marker.color[1]  # few answers are paler
    assert list(honest.x) == list(honest.y)


def test_precision_and_recall_are_in_percent() -> None:
    reports = [ClassReport(digit=d, precision=0.99, recall=0.9, f1=0.94, support=10) for d in range(10)]
    figure = precision_and_recall(reports, DARK)
    shown = {trace.name: list(trace.x) for trace in figure.data if trace.name}
    assert shown["Recall"] == [90] * 10
    assert shown["Precision"] == [99] * 10


def test_dataset_figures_carry_their_data_and_a_title() -> None:
    counts = digit_counts([10] * 10, [2] * 10, LIGHT)
    assert [list(trace.y) for trace in counts.data] == [[10] * 10, [2] * 10]
    levels = pixel_levels([768] + [0] * 254 + [256], LIGHT)
    assert levels.data[0].y[0] == 75
    assert levels.data[0].y[-1] == 25
    assert list(ink_by_digit([0.1] * 10, LIGHT).data[0].y) == [10] * 10
    assert all(figure.layout.title.text for figure in (counts, levels))


def test_differences_stand_below_each_other_with_their_intervals() -> None:
    rows = [
        Difference("a over b", 0.4, 0.1, 0.7, real=True),
        Difference("<b>" * 20, 0.1, -0.1, 0.3, real=False),
    ]
    figure = go.Figure(difference_intervals(rows, LIGHT, "Difference"))
    *ranges, points = figure.data
    assert [tuple(line.x) for line in ranges] == [(0.1, 0.7), (-0.1, 0.3)]
    assert [line.line.color for line in ranges] == [LIGHT.answer, LIGHT.muted] == list(points.marker.color)
    assert tuple(points.x) == (0.4, 0.1)
    assert points.hovertext[0] == "a over b: +0.40 points, +0.10 to +0.70"
    low, high = figure.layout.yaxis.range
    assert low > 1 > 0 > high, "the first is on top, and all are inside"
    labels = [label.text for label in figure.layout.annotations]
    assert labels[0] == "a over b"
    assert labels[1].startswith("&lt;b>")
    assert labels[1].endswith("…")
