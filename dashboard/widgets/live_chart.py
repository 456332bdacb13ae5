"""A Plotly figure that changes in place.

`st.plotly_chart` takes a chart down and puts it up again whenever its data change, whatever its key: it flickers
and forgets what a person zoomed to. Here Plotly itself moves the curves (`Plotly.react`), and `uirevision` keeps
the zoom. The library is the one that plotly's Python package brings along, served as a component's folder.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go
from streamlit import runtime
from streamlit.components.v1.custom_component import CustomComponent

from dashboard.widgets.component_assets import declare

_LIBRARY = "digitlab.plotly_js"


@dataclass(frozen=True)
class Picks:
    """What somebody just did in a chart, by the first number of its points' custom data.

    Attributes:
        clicked: the point that was clicked; None where none was.
        picked: the points within a lasso or box; None where none was drawn.
    """

    clicked: int | None = None
    picked: list[int] | None = None


def pick_points(figure: go.Figure | dict[str, Any], key: str, alt: str, config: dict[str, object]) -> Picks:
    """As `show_live_chart`; gives what was just clicked or drawn around, in that run of the page only."""
    result = _show(figure, key, alt, config, picks=True)
    return Picks(result.get("clicked"), result.get("picked"))


def show_live_chart(
    figure: go.Figure | dict[str, Any], key: str, alt: str, config: dict[str, object]
) -> None:
    """Shows a figure, or moves the one that is there under this key.

    Args:
        figure: already styled, with its height; also as JSON has it.
        key: unique on the page.
        alt: what the chart says, in words.
        config: Plotly's settings.
    """
    _show(figure, key, alt, config, picks=False)


def _show(
    figure: go.Figure | dict[str, Any], key: str, alt: str, config: dict[str, object], picks: bool
) -> Any:
    _serve_library()
    if isinstance(figure, dict):
        text, height = json.dumps(figure), figure["layout"].get("height")
    else:
        text, height = figure.to_json(validate=False), figure.layout.height
    return declare("live_chart", isolate_styles=False)(
        key=key,
        data={
            "figure": text,
            "library": f"component/{_LIBRARY}/plotly.min.js",
            "height": int(height or 450),
            "alt": alt,
            "config": config,
            "picks": picks,
        },
        on_clicked_change=lambda: None,
        on_picked_change=lambda: None,
    )


def _serve_library() -> None:
    """Has the server give out plotly's own folder, as it does for any component.

    This is `declare_component` without its look through all modules for the caller's, which takes longer than
    an answer and fails after a module was reloaded.
    """
    if runtime.exists():
        folder = Path(plotly.__file__).parent / "package_data"
        component = CustomComponent(_LIBRARY, path=str(folder), module_name=__name__)
        runtime.get_instance().component_registry.register_component(component)
