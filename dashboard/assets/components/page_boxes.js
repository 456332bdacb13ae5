// A page's picture with a button over each digit; tags shrink, move and hide to fit the screen.
export default function ({ data, parentElement, setTriggerValue }) {
  const scroll = parentElement.querySelector(".scroll");
  const page = parentElement.querySelector(".page");
  const root = page.getRootNode();
  const focused = page.contains(root.activeElement);
  const [width, height] = data.size;
  const fitting = Math.max((data.most * width) / height, (data.least * width) / data.medianHeight);
  page.style.width = `min(100%, ${fitting}px, ${Math.max(width * 3, 320)}px)`;
  scroll.style.setProperty("--most", `${data.most}px`);
  page.style.aspectRatio = `${width} / ${height}`;
  page.style.setProperty("--halo", data.halo);
  page.style.setProperty("--quiet", data.quiet);
  page.setAttribute("aria-label", data.label);
  let image = page.querySelector("img");
  if (!image) {
    image = document.createElement("img");
    page.append(image);
  }
  if (image.src !== data.src) {
    image.src = data.src;
    page.shown = undefined;
  }
  image.alt = data.alt;
  for (const button of page.querySelectorAll("button")) button.remove();
  const first = Math.max(data.chosen ?? 0, 0);
  const buttons = data.boxes.map((box, index) => {
    const button = document.createElement("button");
    const [x, y, w, h] = box.box;
    const place = { left: x / width, top: y / height, width: w / width, height: h / height };
    for (const side in place) button.style[side] = `${100 * place[side]}%`;
    button.style.setProperty("--tone", box.tone);
    button.style.setProperty("--on-tone", data.onTone);
    button.setAttribute("aria-label", box.words);
    button.setAttribute("aria-pressed", String(index === data.chosen));
    button.tabIndex = index === first ? 0 : -1;
    button.classList.toggle("gone", !box.text);
    button.classList.toggle("doubtful", box.doubtful);
    const tag = document.createElement("span");
    tag.className = "tag";
    const sure = document.createElement("small");
    sure.textContent = box.sure;
    tag.append(box.text || "\u2205", sure);
    button.append(tag);
    button.onclick = () => setTriggerValue("picked", index);
    return button;
  });
  for (const mark of page.querySelectorAll(".left-out")) mark.remove();
  page.append(
    ...data.leftOut.map(([x, y, w, h]) => {
      const mark = document.createElement("div");
      mark.className = "left-out";
      mark.title = data.leftOutTitle;
      Object.assign(mark.style, {
        left: `${(100 * x) / width}%`,
        top: `${(100 * y) / height}%`,
        width: `${(100 * w) / width}%`,
        height: `${(100 * h) / height}%`,
      });
      return mark;
    }),
  );
  page.append(...buttons);
  page.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.min(Math.max(buttons.indexOf(root.activeElement) + step, 0), buttons.length - 1);
    buttons[next].focus();
    setTriggerValue("picked", next);
  };
  const fit = () => {
    const scale = page.clientWidth / width;
    const size = Math.min(Math.max(Math.min(data.medianHeight * 0.4, data.medianRoom / 2) * scale, 10), 15);
    page.style.setProperty("--size", `${size}px`);
    buttons.forEach((button, index) => {
      const {
        box: [x, y, , h],
        room,
      } = data.boxes[index];
      button.classList.toggle("roomy", room * scale > 4.1 * size);
      button.classList.toggle("low", h * scale < data.lowest);
      button.firstChild.classList.toggle("below", y * scale < 1.3 * size);
      button.firstChild.classList.toggle("back", page.clientWidth - x * scale < 4.1 * size);
    });
    if (page.clientWidth && page.shown !== data.chosen) {
      page.shown = data.chosen;
      if (data.chosen !== null) bring(data.boxes[data.chosen].box.map((pixels) => pixels * scale));
    }
  };
  const bring = ([, top, , high]) => {
    const [seen, room] = [scroll.scrollTop, scroll.clientHeight];
    if (top - 24 < seen || top + high + 24 > seen + room) scroll.scrollTop = top - room / 3;
  };
  page.observer?.disconnect();
  page.observer = new ResizeObserver(fit);
  page.observer.observe(page);
  if (focused && buttons[first]) buttons[first].focus({ preventScroll: true });
}
