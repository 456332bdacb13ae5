"""A page with a box around each digit; a digit can be chosen by mouse, thumb or arrow keys."""

import base64
from statistics import median
from typing import Any

import streamlit as st

from dashboard.figures.style import Palette
from models.formatting import show_confidence
from pipeline.reading.corrections import written
from pipeline.reading.crops import ReadPage
from pipeline.reading.export import Sheet, positions

_CSS = """
.scroll { max-height: min(var(--most), 80vh); overflow: hidden auto; padding: 6px; margin: -6px; }
.page { position: relative; line-height: 0; }
.page img { width: 100%; border-radius: 8px; display: block; }
button { all: unset; position: absolute; box-sizing: border-box; cursor: pointer;
  border: 2px solid var(--tone); border-radius: 4px; box-shadow: 0 0 0 1px var(--halo), inset 0 0 0 1px var(--halo); }
button.gone { border-style: dotted; opacity: 0.75; }
button:hover, button:focus-visible, button[aria-pressed="true"] { z-index: 2; box-shadow: 0 0 0 2px var(--halo),
  0 0 0 5px var(--tone); }
.left-out { position: absolute; box-sizing: border-box; border: 1px dashed var(--quiet); border-radius: 4px; }
.tag { position: absolute; left: -2px; bottom: 100%; background: var(--tone); color: var(--on-tone); padding: 0 0.3em;
  font: 600 var(--size, 13px)/1.3 var(--st-font); border-radius: 4px 4px 4px 0; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.tag.below { bottom: auto; top: 100%; border-radius: 0 4px 4px 4px; }
.tag.back { left: auto; right: -2px; }
.tag small { display: none; font-weight: 400; font-size: max(0.75em, 10px); margin-left: 0.35em; }
button.roomy.doubtful .tag small, button.roomy[aria-pressed="true"] .tag small { display: inline; }
button.low:not([aria-pressed="true"]) .tag { display: none; }
@media (hover: hover) { button:hover .tag, button.low:hover .tag { display: block; }
  button:hover .tag small { display: inline; } }
"""

_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const scroll = parentElement.querySelector(".scroll");
  const page = parentElement.querySelector(".page");
  const root = page.getRootNode();
  const focused = page.contains(root.activeElement);
  const [width, height] = data.size;
  const fitting = Math.max((data.most * width) / height, (data.least * width) / data.usual);
  page.style.width = `min(100%, ${fitting}px, ${Math.max(width * 3, 320)}px)`;
  scroll.style.setProperty("--most", `${data.most}px`);
  page.style.aspectRatio = `${width} / ${height}`;
  page.style.setProperty("--halo", data.halo);
  page.style.setProperty("--quiet", data.quiet);
  page.setAttribute("aria-label", data.label);
  let image = page.querySelector("img");
  if (!image) { image = document.createElement("img"); page.append(image); }
  if (image.src !== data.src) {
    image.src = data.src;
    page.shown = undefined;
  }
  image.alt = data.alt;
  page.querySelectorAll("button").forEach((button) => button.remove());
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
    tag.append(box.text || "\\u2205", sure);
    button.append(tag);
    button.onclick = () => setTriggerValue("picked", index);
    return button;
  });
  page.querySelectorAll(".left-out").forEach((mark) => mark.remove());
  page.append(...data.leftOut.map(([x, y, w, h]) => {
    const mark = document.createElement("div");
    mark.className = "left-out";
    mark.title = data.leftOutTitle;
    Object.assign(mark.style, { left: `${(100 * x) / width}%`, top: `${(100 * y) / height}%`,
      width: `${(100 * w) / width}%`, height: `${(100 * h) / height}%` });
    return mark;
  }));
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
    const size = Math.min(Math.max(Math.min(data.usual * 0.4, data.usualRoom / 2) * scale, 10), 15);
    page.style.setProperty("--size", `${size}px`);
    buttons.forEach((button, index) => {
      const { box: [x, y, , h], room } = data.boxes[index];
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
"""

_MOST_HEIGHT = 620
"""Of a page on the screen, in pixels; a longer one is scrolled."""
_LEAST_DIGIT = 32
"""Height of the usual digit on the screen, in pixels, where the column is wide enough."""
_LEAST_TAGGED = 14
"""Height in pixels below which a digit has no tag until it is chosen."""


def pick_from_page(sheet: Sheet, chosen: int | None, palette: Palette, key: str) -> int | None:
    """Shows the page.

    Args:
        sheet: with a page that was read.
        chosen: place of the digit to mark.
        palette: of the page's theme.
        key: unique on the page.

    Returns:
        The place of the digit that was just chosen, in that run of the page only.
    """
    assert sheet.page is not None  # noqa: S101
    reading = sheet.page.reading
    now, open_doubts, edits = written(reading, sheet.corrections), set(sheet.doubtful), set(sheet.edits)
    boxes: list[dict[str, Any]] = []
    for (place, line, position), digit in zip(positions(reading), reading.digits, strict=True):
        person = place in edits or place in sheet.checked
        tone = palette.doubt if place in open_doubts else palette.right if person else palette.answer
        confidence = show_confidence(digit.confidence)
        words = f"Line {line}, digit {position}: read as {digit.digit}, {confidence} sure"
        words += ", doubtful" if place in open_doubts else ""
        words += f", corrected to {now[place] or 'no digit'}" if place in edits else ""
        sure = "" if person else confidence
        room = _room(sheet.page, place)
        boxes.append(
            {
                "box": digit.box,
                "text": now[place],
                "sure": sure,
                "doubtful": place in open_doubts,
                "tone": tone,
                "words": words,
                "room": room,
            }
        )
    page = st.components.v2.component(
        "page_boxes",
        html='<div class="scroll"><div class="page" role="group"></div></div>',
        css=_CSS,
        js=_JS,
    )
    result = page(
        data={
            "src": "data:image/jpeg;base64," + base64.b64encode(sheet.page.preview).decode(),
            "alt": f"The page {sheet.name}, read as {', '.join(sheet.text.split())}",
            "label": f"Digits of {sheet.name}; arrow keys go from one to the next",
            "size": sheet.page.size,
            "boxes": boxes,
            "leftOut": reading.left_out,
            "leftOutTitle": "Left alone: it looks like words, not like a number",
            "chosen": chosen,
            "onTone": palette.background,
            "halo": palette.background + "b0",
            "quiet": palette.muted,
            "most": _MOST_HEIGHT,
            "least": _LEAST_DIGIT,
            "lowest": _LEAST_TAGGED,
            "usual": median(digit.box[3] for digit in reading.digits),
            "usualRoom": median(box["room"] for box in boxes),
        },
        key=key,
        on_picked_change=lambda: None,
    )
    picked = result.get("picked")
    return int(picked) if picked is not None else None


def _room(page: ReadPage, place: int) -> int:
    """Pixels of the picture from a digit's left edge to the next one of its line, or to the picture's edge."""
    digit = page.reading.digits[place]
    lefts = [other.box[0] for other in page.reading.digits if other.line == digit.line]
    return min((left for left in lefts if left > digit.box[0]), default=page.size[0]) - digit.box[0]
