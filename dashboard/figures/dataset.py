"""What a set of digits is like."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.figures.style import Palette, finish

_DIGITS = [str(digit) for digit in range(10)]


def digit_counts(train: Sequence[int], test: Sequence[int], palette: Palette, height: int = 330) -> go.Figure:
    """How many images there are of each digit, for training and for testing.

    Args:
        train: ten counts.
        test: ten counts.
        palette: of the page's theme.
        height: in pixels.
    """
    figure = go.Figure()
    for name, counts, color in (
        ("Training", train, palette.training),
        ("Test", test, palette.quiet),
    ):
        total = max(sum(counts), 1)
        figure.add_trace(
            go.Bar(
                x=_DIGITS,
                y=list(counts),
                name=name,
                marker={"color": color, "cornerradius": 4},
                customdata=[100 * count / total for count in counts],
                hovertemplate="%{x}: %{y:,} images, %{customdata:.1f} %<extra>" + name + "</extra>",
            )
        )
    finish(figure, palette, "Images per digit", "Images", height, bargap=0.25, bargroupgap=0.08)
    figure.update_xaxes(type="category", showgrid=False, fixedrange=True, tickfont={"size": 14})
    figure.update_yaxes(fixedrange=True, tickformat=",", nticks=5)
    return figure


def pixel_levels(levels: Sequence[int], palette: Palette, height: int = 300) -> go.Figure:
    """How often a pixel has each brightness, on a logarithmic scale, for blank is by far the commonest.

    Args:
        levels: 256 counts, from paper to full stroke.
        palette: of the page's theme.
        height: in pixels.
    """
    total = max(sum(levels), 1)
    width = 8
    shares = [100 * sum(levels[start : start + width]) / total for start in range(0, 256, width)]
    middle = [start + (width - 1) / 2 for start in range(0, 256, width)]
    figure = go.Figure(
        go.Bar(
            x=middle,
            y=shares,
            width=width * 0.86,
            marker={"color": palette.training, "cornerradius": 2},
            customdata=[[start, start + width - 1] for start in range(0, 256, width)],
            hovertemplate="Level %{customdata[0]} to %{customdata[1]}: %{y:.2f} %<extra></extra>",
        )
    )
    finish(figure, palette, "Pixel brightness", "Percent of all pixels, logarithmic", height)
    figure.update_xaxes(
        title_text="Level, 0 (paper) to 255 (full stroke)",
        tickvals=[0, 64, 128, 192, 255],
        range=[-4, 259],
        showgrid=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        type="log", fixedrange=True, tickvals=[0.1, 1, 10, 100], ticktext=["0.1", "1", "10", "100"]
    )
    return figure


def ink_by_digit(ink: Sequence[float], palette: Palette, height: int = 300) -> go.Figure:
    """How much of the picture is stroke, digit by digit.

    Args:
        ink: ten shares, 0 to 1.
        palette: of the page's theme.
        height: in pixels.
    """
    shares = [100 * share for share in ink]
    figure = go.Figure(
        go.Bar(
            x=_DIGITS,
            y=shares,
            marker={"color": palette.training, "cornerradius": 4},
            text=[f"{share:.1f}" for share in shares],
            textposition="outside",
            textfont={"size": 12, "color": palette.muted},
            cliponaxis=False,
            hovertemplate="%{x}: %{y:.2f} %<extra></extra>",
        )
    )
    finish(figure, palette, "Ink per digit", "Percent of the picture", height)
    figure.update_xaxes(type="category", showgrid=False, fixedrange=True, tickfont={"size": 14})
    figure.update_yaxes(fixedrange=True, nticks=4, range=[0, 1.18 * max([*shares, 1])])
    return figure
