"""The look of every chart, and the meaning of every color. Knows nothing of Streamlit.

One color means one thing on all pages:

- `answer`: what the model says, and whatever is chosen
- `right`, `wrong`: against the true label
- `doubt`: close calls, and things to look at twice
- `training`, `validation`: the two curves of a training
- `quiet`: everything that stands behind, such as the other nine digits or earlier runs
- `series`: models or digits side by side, where no other meaning applies
"""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

FONT = "'Source Sans', system-ui, sans-serif"
HEADING_FONT = "'Source Serif', Georgia, serif"


@dataclass(frozen=True)
class Palette:
    """The colors of one theme, as #rrggbb. `paper` and `ink` are those of a digit's picture."""

    dark: bool
    text: str
    muted: str
    grid: str
    background: str
    surface: str
    paper: str
    ink: str
    answer: str
    right: str
    wrong: str
    doubt: str
    training: str
    validation: str
    quiet: str
    series: tuple[str, ...]


LIGHT = Palette(
    dark=False,
    text="#1c2333",
    muted="#5d6475",
    grid="#e6e1d6",
    background="#fbfaf7",
    surface="#f1eee7",
    paper="#ffffff",
    ink="#1c2333",
    answer="#3b4cc8",
    right="#1b7f56",
    wrong="#c23b2a",
    doubt="#9c620a",
    training="#0e7f9c",
    validation="#a8348a",
    quiet="#b9bcc6",
    series=("#3b4cc8", "#c2702a", "#1b7f56", "#a8348a", "#0e7f9c", "#8a6d1f", "#6b4fb3", "#5d6475"),
)

DARK = Palette(
    dark=True,
    text="#e8eaf0",
    muted="#9aa2b5",
    grid="#2a3040",
    background="#12151d",
    surface="#1c212d",
    paper="#0b0d13",
    ink="#f2f3f7",
    answer="#8f9dff",
    right="#55c794",
    wrong="#ff8069",
    doubt="#efb350",
    training="#4cc5de",
    validation="#ef86ce",
    quiet="#4a5266",
    series=("#8f9dff", "#f0a36b", "#55c794", "#ef86ce", "#4cc5de", "#d9c06a", "#b79cf5", "#9aa2b5"),
)


def palette_for(theme: str | None) -> Palette:
    """The palette of "dark", or else the light one."""
    return DARK if theme == "dark" else LIGHT


def as_text(text: str) -> str:
    """A text as Plotly shows it to the letter: it reads a few tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def mix(color: str, other: str, share: float) -> str:
    """`color` with a share of `other`, 0 to 1, as #rrggbb."""
    parts = [(int(color[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def readable_on(background: str) -> str:
    """Black or white, whichever has on this color the contrast of 4.5 to 1 that letters need (WCAG 2.2, 1.4.3)."""
    return "#000000" if luminance(background) > 0.179 else "#ffffff"  # there, both have 4.58 to 1


def luminance(color: str) -> float:
    """How bright a color is: relative luminance as in WCAG 2.2, 0 black to 1 white."""
    shares = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def sequential(palette: Palette, color: str | None = None) -> list[list[Any]]:
    """A Plotly color scale from the surface to `color` (the answer's by default), for counts and shares."""
    end = color or palette.answer
    return [[step / 4, mix(palette.surface, end, step / 4)] for step in range(5)]


def finish(
    figure: go.Figure, palette: Palette, title: str, subtitle: str = "", height: int = 320, **layout: Any
) -> go.Figure:
    """Gives a figure the house style.

    Args:
        figure: changed in place.
        palette: of the page's theme.
        title: what the chart shows, in words.
        subtitle: units, or how to read it.
        height: in pixels.
        **layout: whatever else `figure.update_layout` takes; it wins.

    Returns:
        The same figure.
    """
    figure.update_layout(
        title=_title(palette, title, subtitle),
        height=height,
        margin={"l": 8, "r": 12, "t": 66 if subtitle else 46, "b": 8},
        font={"family": FONT, "size": 13, "color": palette.text},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=list(palette.series),
        hoverlabel={
            "bgcolor": palette.surface,
            "bordercolor": palette.grid,
            "font": {"family": FONT, "size": 13, "color": palette.text},
        },
        legend={
            "orientation": "h",
            "x": 0,
            "y": -0.18,
            "yanchor": "top",
            "font": {"size": 12, "color": palette.muted},
            "bgcolor": "rgba(0,0,0,0)",
        },
        bargap=0.28,
        dragmode=False,
    )
    axis = _axis(palette)
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    figure.update_layout(**layout)
    return figure


def enlarge(figure: go.Figure, factor: float = 1.3) -> go.Figure:
    """The figure with larger type, and higher by as much."""
    layout = figure.to_plotly_json()["layout"]
    larger = _grow(layout, factor)
    larger["height"] = factor * layout["height"]
    larger["margin"]["t"] *= factor
    return go.Figure(figure).update_layout(larger)


def _grow(part: Any, factor: float) -> Any:
    """A part of a layout with all sizes, which are those of fonts, multiplied."""
    if isinstance(part, dict):
        return {
            name: factor * value if name == "size" else _grow(value, factor) for name, value in part.items()
        }
    return [_grow(value, factor) for value in part] if isinstance(part, list | tuple) else part


def _title(palette: Palette, title: str, subtitle: str) -> dict[str, Any]:
    """The title above its subtitle, in the upper left corner whatever the figure's size."""
    return {
        "text": title,
        "subtitle": {"text": subtitle, "font": {"size": 13, "color": palette.muted, "family": FONT}},
        "font": {"size": 17, "color": palette.text, "family": HEADING_FONT},
        "x": 0,
        "xref": "container",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "pad": {"t": 6, "l": 2},
    }


def _axis(palette: Palette) -> dict[str, Any]:
    return {
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zeroline": False,
        "ticks": "",
        "title": {"font": {"size": 13, "color": palette.muted}, "standoff": 8},
        "tickfont": {"size": 12, "color": palette.muted},
        "automargin": True,
    }
