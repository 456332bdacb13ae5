"""A Plotly figure that changes in place.

`st.plotly_chart` takes a chart down and puts it up again whenever its data change, whatever its key: it flickers
and forgets what a person zoomed to. Here Plotly itself moves the curves (`Plotly.react`), and `uirevision` keeps
the zoom. The library is the one that plotly's Python package brings along, served as a component's folder.
"""

from pathlib import Path

import plotly
import plotly.graph_objects as go
import streamlit as st
from streamlit import runtime
from streamlit.components.v1.custom_component import CustomComponent

_LIBRARY = "digitlab.plotly_js"

_JS = """
const charts = new WeakMap();

function loadPlotly(path) {
  if (!window.digitlabPlotly) {
    const own = document.querySelector('script[src*="static/js/"]');
    const root = own ? own.src.split("static/js/")[0] : window.location.origin + "/";
    window.digitlabPlotly = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = root + path;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => { window.digitlabPlotly = null; reject(new Error("Plotly could not be loaded")); };
      document.head.append(script);
    });
  }
  return window.digitlabPlotly;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".live-chart");
  let chart = charts.get(parentElement);
  if (!chart) {
    chart = { box: document.createElement("div"), gone: false, latest: null };
    charts.set(parentElement, chart);
  }
  if (!root.contains(chart.box)) root.append(chart.box);
  chart.latest = data;
  chart.box.style.minHeight = data.height + "px";
  chart.box.setAttribute("role", "img");
  chart.box.setAttribute("aria-label", data.alt);
  loadPlotly(data.library).then((Plotly) => {
    if (chart.gone || chart.latest !== data) return;
    const figure = JSON.parse(data.figure);
    return Plotly.react(chart.box, figure.data, figure.layout, { ...data.config, responsive: true });
  });
  return () => {
    chart.gone = true;
    charts.delete(parentElement);
    if (window.Plotly) window.Plotly.purge(chart.box);
  };
}
"""


def show_live_chart(figure: go.Figure, key: str, alt: str, config: dict[str, object]) -> None:
    """Shows a figure, or moves the one that is there under this key.

    Args:
        figure: already styled, with its height.
        key: unique on the page.
        alt: what the chart says, in words.
        config: Plotly's settings.
    """
    _serve_library()
    chart = st.components.v2.component(
        "live_chart", html='<div class="live-chart"></div>', js=_JS, isolate_styles=False
    )
    chart(
        key=key,
        data={
            "figure": figure.to_json(validate=False),
            "library": f"component/{_LIBRARY}/plotly.min.js",
            "height": int(figure.layout.height or 450),
            "alt": alt,
            "config": config,
        },
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
