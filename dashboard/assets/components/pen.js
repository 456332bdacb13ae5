// A pen for the keyboard over the drawable canvas; Python gets each stroke once it is done.
const SIDE = 320;
const STEP = 16;
const MOVES = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  Home: [-1, -1],
  PageUp: [1, -1],
  End: [-1, 1],
  PageDown: [1, 1],
};

// The page has buttons of its own for what is in the drawable canvas's tool bar.
function hideToolBar(sheet, tries = 50) {
  const roots = [...(sheet?.querySelectorAll("*") ?? [])].map((element) => element.shadowRoot);
  const bar = roots.map((root) => root?.querySelector(".dc-toolbar")).find(Boolean);
  if (bar) bar.style.visibility = "hidden";
  else if (tries) setTimeout(hideToolBar, 100, sheet, tries - 1);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const canvas = parentElement.querySelector("canvas");
  const status = parentElement.querySelector("[role=status]");
  const context = canvas.getContext("2d");
  // the pen lives with the element: this function runs again for every change of the data
  canvas.pen ??= { at: [160, 80], stroke: null };
  const pen = canvas.pen;
  if (pen.round !== data.round) Object.assign(pen, { round: data.round, stroke: null });
  hideToolBar(parentElement.getRootNode().host.closest(".st-key-sheet"));

  const paint = () => {
    const scale = canvas.width / SIDE;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    if (pen.stroke) {
      Object.assign(context, {
        lineCap: "round",
        lineJoin: "round",
        lineWidth: data.pen,
        strokeStyle: data.ink,
      });
      context.beginPath();
      context.moveTo(...pen.stroke[0]);
      for (const point of pen.stroke) context.lineTo(...point);
      context.stroke();
    }
    if (canvas.matches(":focus-visible")) {
      Object.assign(context, { lineWidth: 2, strokeStyle: data.mark });
      context.beginPath();
      context.arc(...pen.at, data.pen / 2 + 3, 0, 2 * Math.PI);
      context.stroke();
    }
  };
  const finish = () => {
    if (pen.stroke) setTriggerValue("stroke", { width: data.pen, points: pen.stroke });
  };

  canvas.onkeydown = (event) => {
    const move = MOVES[event.key];
    if (!move && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    let down = pen.stroke !== null;
    if (move) {
      pen.at = pen.at.map((value, axis) => Math.min(SIDE, Math.max(0, value + STEP * move[axis])));
      pen.stroke?.push(pen.at);
    } else if (down) {
      finish();
      down = false;
    } else if (event.key === " ") {
      pen.stroke = [pen.at];
      down = true;
    }
    const [column, row] = pen.at.map((value) => value / STEP);
    status.textContent = `Pen ${down ? "down" : "up"}, column ${column}, row ${row} of ${SIDE / STEP}`;
    paint();
  };
  canvas.onfocus = paint;
  canvas.onblur = () => {
    finish();
    paint();
  };

  const fit = () => {
    canvas.width = canvas.height = Math.round(canvas.clientWidth * devicePixelRatio) || SIDE;
    paint();
  };
  const observer = new ResizeObserver(fit);
  observer.observe(canvas);
  fit();
  return () => observer.disconnect();
}
