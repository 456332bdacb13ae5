"""Which digits a model takes for which: the colors and words of each cell of the matrix.

Not a Plotly figure: a tap on one selects the cell tapped before, and keeps the page from scrolling under the thumb.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.figures.style import Palette, mix, readable_on


@dataclass(frozen=True)
class Cell:
    """One cell: what stands in it, its colors as #rrggbb, and its words for screen readers and the mouse."""

    text: str
    background: str
    color: str
    label: str


def confusion_cells(
    confusion: Sequence[Sequence[int]], palette: Palette, shares: bool = False, errors_only: bool = False
) -> list[list[Cell]]:
    """The cells; right answers in one color, mistakes in another, each with a scale of its own.

    Args:
        confusion: confusion[true][predicted], counts.
        palette: of the page's theme.
        shares: whether to show percent of the true digit's images rather than counts.
        errors_only: whether to leave the diagonal blank.

    Returns:
        cells[true][predicted].
    """
    totals = [max(sum(row), 1) for row in confusion]
    values = [
        [100 * count / total if shares else float(count) for count in row]
        for row, total in zip(confusion, totals, strict=True)
    ]
    top = {
        same: max(value for i, row in enumerate(values) for j, value in enumerate(row) if (i == j) is same)
        for same in (True, False)
    }

    def cell(i: int, j: int) -> Cell:
        count, value = confusion[i][j], values[i][j]
        if not any(confusion[i]):
            return Cell("-", palette.surface, palette.muted, f"{i} read as {j}: no image is a {i}")
        word = "read correctly" if i == j else f"read as {j}"
        images = "image" if count == 1 else "images"
        label = f"{i} {word}: {count:,} {images}, {100 * count / totals[i]:.2f} % of all {i}s"
        if not count or (errors_only and i == j):
            return Cell("", palette.surface, palette.text, label)
        # the square root keeps a single mistake visible beside a common one
        depth = (value / top[i == j]) ** 0.5
        strongest = mix(palette.right if i == j else palette.wrong, palette.background, 0.15)
        background = mix(palette.surface, strongest, depth)
        text = f"{value:.1f}" if shares else str(count)
        return Cell(text, background, readable_on(background), label)

    return [[cell(i, j) for j in range(len(confusion))] for i in range(len(confusion))]
