// A canvas for mouse, finger and keyboard; after each stroke Python gets all of them.
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

export default function ({ data, parentElement, setStateValue }) {
  const canvas = parentElement.querySelector("canvas");
  const status = parentElement.querySelector("[role=status]");
  const context = canvas.getContext("2d");
  // what is drawn lives with the element: this function runs again for every change of the data
  canvas.sheet ??= { round: null, strokes: [], stroke: null, pen: [160, 80], pointer: null, keys: false };
  const sheet = canvas.sheet;
  if (sheet.round !== data.round)
    Object.assign(sheet, { round: data.round, strokes: data.strokes, stroke: null });

  canvas.style.background = data.paper;
  const paint = () => {
    const scale = canvas.width / SIDE;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    Object.assign(context, {
      lineCap: "round",
      lineJoin: "round",
      strokeStyle: data.ink,
      fillStyle: data.ink,
    });
    for (const { width, points } of sheet.stroke ? [...sheet.strokes, sheet.stroke] : sheet.strokes) {
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(...points[0]);
      for (const point of points) context.lineTo(...point);
      context.stroke();
    }
    if (sheet.keys) {
      context.lineWidth = 2;
      context.strokeStyle = data.mark;
      context.beginPath();
      context.arc(...sheet.pen, data.pen / 2 + 3, 0, 2 * Math.PI);
      context.stroke();
    }
  };
  const begin = (point) => {
    sheet.stroke = { width: data.pen, points: [point] };
  };
  const finish = () => {
    if (!sheet.stroke) return;
    sheet.strokes = [...sheet.strokes, sheet.stroke];
    sheet.stroke = sheet.pointer = null;
    paint();
    setStateValue("drawing", { round: sheet.round, strokes: sheet.strokes });
  };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const toSheet = (pixels) => Math.round((pixels * 10 * SIDE) / box.width) / 10;
    return [toSheet(event.clientX - box.left), toSheet(event.clientY - box.top)];
  };

  canvas.onpointerdown = (event) => {
    if (event.button || sheet.pointer !== null) return;
    finish();
    sheet.keys = false;
    sheet.pointer = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    begin(place(event));
    paint();
  };
  canvas.onpointermove = (event) => {
    if (event.pointerId !== sheet.pointer) return;
    const between = event.getCoalescedEvents();
    sheet.stroke.points.push(...(between.length ? between : [event]).map(place));
    paint();
  };
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    if (event.pointerId === sheet.pointer) finish();
  };
  canvas.onkeydown = (event) => {
    const move = MOVES[event.key];
    if (sheet.pointer !== null || (!move && event.key !== " " && event.key !== "Enter")) return;
    event.preventDefault();
    sheet.keys = true;
    if (move) {
      sheet.pen = sheet.pen.map((value, axis) => Math.min(SIDE, Math.max(0, value + STEP * move[axis])));
      sheet.stroke?.points.push(sheet.pen);
    } else if (sheet.stroke || event.key === "Enter") finish();
    else begin(sheet.pen);
    const [column, row] = sheet.pen.map((value) => value / STEP);
    status.textContent = `Pen ${sheet.stroke ? "down" : "up"}, column ${column}, row ${row} of ${SIDE / STEP}`;
    paint();
  };
  canvas.onfocus = () => {
    sheet.keys = canvas.matches(":focus-visible");
    paint();
  };
  canvas.onblur = () => {
    if (sheet.pointer === null) finish();
    sheet.keys = false;
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
