// Every layer of a network as one picture of its maps, or as bars; Python gets the unit that was chosen.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function element(name, className, properties = {}) {
  return Object.assign(document.createElement(name), { className, ...properties });
}

function build(layer) {
  const section = element("section", layer.kind);
  section.append(element("h3"), element("p", "note"));
  if (layer.kind === "maps") {
    const maps = element("div", "sheet", { tabIndex: 0 });
    maps.setAttribute("role", "application");
    maps.setAttribute("aria-description", "Arrow keys choose a place; how it is computed is told below.");
    maps.append(element("img", ""), element("i", "mark"));
    section.append(maps);
  } else {
    const bars = element("div", "bars");
    bars.append(
      ...layer.bars.map(() => {
        const bar = element("button", "bar");
        const track = element("span", "track");
        track.append(element("i", ""));
        bar.append(element("b", ""), track, element("span", "value"));
        return bar;
      }),
    );
    section.append(bars);
  }
  const sum = element("div", "sum");
  sum.setAttribute("aria-live", "polite");
  section.append(sum);
  return section;
}

// a unit, [map, row, column], to the row and column of its value among all maps, and back
const toPlace = (layer, [map, row, column]) => [
  Math.floor(map / layer.columns) * layer.rows + row,
  (map % layer.columns) * layer.wide + column,
];
const toUnit = (layer, [row, column]) => [
  Math.floor(row / layer.rows) * layer.columns + Math.floor(column / layer.wide),
  row % layer.rows,
  column % layer.wide,
];

function mark(sheet, layer, unit) {
  const box = sheet.querySelector(".mark");
  box.hidden = !unit;
  if (!unit) return;
  const [row, column] = toPlace(layer, unit);
  // in pixels of the picture, which has one between maps
  const left = column + Math.floor(column / layer.wide);
  const top = row + Math.floor(row / layer.rows);
  const [width, height] = layer.size;
  Object.assign(box.style, {
    left: `${(100 * left) / width}%`,
    top: `${(100 * top) / height}%`,
    width: `${100 / width}%`,
    height: `${100 / height}%`,
  });
}

function showMaps(section, layer, pick) {
  const sheet = section.querySelector(".sheet");
  const [width, height] = layer.size;
  sheet.style.setProperty("--width", `${width * layer.scale}px`);
  sheet.style.aspectRatio = `${width} / ${height}`;
  sheet.setAttribute("aria-label", layer.label);
  const image = sheet.querySelector("img");
  image.src = layer.src;
  image.alt = layer.label;
  sheet.unit = layer.chosen;
  mark(sheet, layer, layer.chosen);
  const choose = (unit) => {
    if (unit[0] < 0 || unit[0] >= layer.count) return;
    sheet.unit = unit;
    mark(sheet, layer, unit);
    pick(unit);
  };
  sheet.onclick = (event) => {
    const box = sheet.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * height);
    const inside = (pixel, side) => Math.min(pixel % (side + 1), side - 1);
    const map = Math.floor(y / (layer.rows + 1)) * layer.columns + Math.floor(x / (layer.wide + 1));
    choose([map, inside(y, layer.rows), inside(x, layer.wide)]);
  };
  sheet.onkeydown = (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const [row, column] = toPlace(layer, sheet.unit ?? [0, 0, 0]);
    const next = sheet.unit ? [row + step[0], column + step[1]] : [row, column];
    if (next[0] >= 0 && next[1] >= 0 && next[1] < layer.columns * layer.wide) choose(toUnit(layer, next));
  };
}

function showBars(section, layer, pick) {
  [...section.querySelectorAll(".bar")].forEach((bar, place) => {
    const { name, text, from, to, best } = layer.bars[place];
    bar.querySelector("b").textContent = name;
    bar.querySelector(".value").textContent = text;
    Object.assign(bar.querySelector("i").style, { left: `${from}%`, width: `${Math.max(to - from, 0.3)}%` });
    bar.classList.toggle("best", best);
    bar.setAttribute("aria-label", `${name}: ${text}`);
    bar.setAttribute("aria-pressed", String(layer.chosen?.[0] === place));
    bar.onclick = () => pick([place, 0, 0]);
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".layers");
  const shape = JSON.stringify(data.layers.map(({ kind, bars }) => [kind, bars?.length]));
  if (root.shape !== shape) {
    root.shape = shape;
    root.replaceChildren(...data.layers.map(build));
  }
  data.layers.forEach((layer, number) => {
    const section = root.children[number];
    const pick = (unit) => setTriggerValue("picked", [number, ...unit]);
    section.querySelector("h3").textContent = layer.title;
    section.querySelector(".note").textContent = layer.note;
    (layer.kind === "maps" ? showMaps : showBars)(section, layer, pick);
    const sum = section.querySelector(".sum");
    if (sum.shown !== layer.sum) {
      sum.shown = layer.sum;
      sum.innerHTML = layer.sum;
    }
  });
}
