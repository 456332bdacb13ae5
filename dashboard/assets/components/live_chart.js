// A Plotly chart that is changed in place, with the library loaded once a page. Where data.picks is true, Python gets
// the first number of the custom data of the points that somebody clicked, or drew a lasso or a box around.
const charts = new WeakMap();

function loadPlotly(path) {
  if (!window.digitlabPlotly) {
    const own = document.querySelector('script[src*="static/js/"]');
    const root = own ? own.src.split("static/js/")[0] : `${window.location.origin}/`;
    window.digitlabPlotly = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = root + path;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        window.digitlabPlotly = null;
        reject(new Error("Plotly could not be loaded"));
      };
      document.head.append(script);
    });
  }
  return window.digitlabPlotly;
}

function tellPicks(Plotly, box, tell) {
  const numbers = (points) => points.map((point) => point.customdata[0]);
  box.removeAllListeners("plotly_click");
  box.removeAllListeners("plotly_selected");
  box.on("plotly_click", (event) => tell("clicked", numbers(event.points)[0]));
  box.on("plotly_selected", (event) => {
    if (!event?.points.length) return; // the second where the drawing below is cleared
    // what was chosen is drawn by Python, in this chart and in others
    Plotly.update(box, { selectedpoints: [null] }, { selections: [] });
    tell("picked", [...new Set(numbers(event.points))]);
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".live-chart");
  let chart = charts.get(parentElement);
  if (!chart) {
    chart = { box: document.createElement("div"), gone: false, latest: null };
    charts.set(parentElement, chart);
  }
  if (!root.contains(chart.box)) root.append(chart.box);
  chart.latest = data;
  chart.box.style.minHeight = `${data.height}px`;
  chart.box.setAttribute("role", data.config.displayModeBar ? "group" : "img"); // a picture holds no buttons
  chart.box.setAttribute("aria-label", data.alt);
  loadPlotly(data.library).then((Plotly) => {
    if (chart.gone || chart.latest !== data) return;
    const figure = JSON.parse(data.figure);
    return Plotly.react(chart.box, figure.data, figure.layout, { ...data.config, responsive: true }).then(
      () => {
        if (data.picks) tellPicks(Plotly, chart.box, setTriggerValue);
      },
    );
  });
  return () => {
    chart.gone = true;
    charts.delete(parentElement);
    if (window.Plotly) window.Plotly.purge(chart.box);
    chart.box.remove();
  };
}
