// A matrix of buttons; arrow keys walk through it, and one press tells Python which cell was chosen.
export default function ({ data, parentElement, setTriggerValue }) {
  const size = data.cells.length;
  const table = parentElement.querySelector("table");
  const entry = (name, text) => Object.assign(document.createElement(name), { textContent: text ?? "" });
  if (table.tBodies[0].rows.length !== size) {
    const head = document.createElement("tr");
    head.append(
      Object.assign(entry("td"), { className: "corner" }),
      ...data.cells.map((_, j) => entry("th", j)),
    );
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(
      ...data.cells.map((row, i) => {
        const line = document.createElement("tr");
        line.append(
          entry("th", i),
          ...row.map(() => {
            const place = document.createElement("td");
            place.append(document.createElement("button"));
            return place;
          }),
        );
        return line;
      }),
    );
  }
  const buttons = [...table.querySelectorAll("button")];
  const mark = (chosen) =>
    buttons.forEach((button, place) => {
      button.setAttribute("aria-pressed", String(place === chosen));
      button.tabIndex = place === (chosen ?? 0) ? 0 : -1;
    });
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -size, ArrowDown: size };
  data.cells.flat().forEach((cell, place) => {
    const button = buttons[place];
    button.textContent = cell.text;
    button.style.background = cell.background;
    button.style.color = cell.color;
    button.title = cell.label;
    button.setAttribute("aria-label", cell.label);
    button.onclick = () => {
      mark(place);
      setTriggerValue("picked", place);
    };
    button.onkeydown = (event) => {
      const next = buttons[place + (steps[event.key] ?? NaN)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    };
  });
  table.setAttribute("aria-label", data.label);
  mark(data.chosen);
}
