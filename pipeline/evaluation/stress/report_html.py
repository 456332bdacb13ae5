"""A report card as one HTML file: no scripts, nothing from elsewhere, for light and dark screens and for paper."""

import base64
import io
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.formatting import percent
from pipeline.data.corruptions.mnist_c import MNIST_C
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.stress.measure import example_of
from pipeline.evaluation.stress.report_card import ChangedDigits, Measured, ReportCard

_STYLE = """
:root { color-scheme: light dark; --text: #1c2333; --muted: #5d6475; --line: #e6e1d6; --bar: #3b4cc8; --page: #fbfaf7 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8eaf0; --muted: #9aa2b5; --line: #2a3040; --bar: #8f9dff; --page: #12151d }
}
* { box-sizing: border-box }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem }
h1, h2 { font-family: Georgia, serif; line-height: 1.2; margin: 1.6rem 0 .4rem }
h1 { margin-top: 0 }
p { margin: .3rem 0 }
.note { color: var(--muted); font-size: .86rem }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .9rem; margin: 1rem 0 }
dt { color: var(--muted); font-size: .86rem }
dd { margin: 0 }
dd.value { font-size: 1.45rem; font-variant-numeric: tabular-nums }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
th { text-align: left; font-size: .86em; color: var(--muted); font-weight: normal }
th, td { border-bottom: 1px solid var(--line); padding: .12rem .5rem .12rem 0 }
td.number, th.number { text-align: right; white-space: nowrap }
td img { display: block; width: 28px; height: 28px; image-rendering: pixelated }
td.bar { width: 34% }
td.bar div { height: .7rem; border-radius: 2px; background: var(--bar); print-color-adjust: exact;
  -webkit-print-color-adjust: exact }
@media (max-width: 30rem) {
  td.bar, th.bar { display: none }
  table { font-size: .8rem }
}
@media print {
  :root { --text: #000; --muted: #444; --line: #ccc; --bar: #3b4cc8; --page: #fff }
  body { font-size: 11px; margin: 0; max-width: none }
  table { font-size: 10px }
  tr, dl div { break-inside: avoid }
  td img { width: 20px; height: 20px }
  @page { margin: 14mm }
}
"""


def to_html(card: ReportCard) -> str:
    """The whole document."""
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Report card of {escape(card.name)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>Report card of {escape(card.name)}</h1>",
            f'<p class="note">Measured by Digit Lab on {escape(card.created[:10])}. Model {escape(card.model)}.</p>',
            f"<dl>{''.join(_fact(*fact) for fact in facts_of(card))}</dl>",
            "<h2>MNIST-C</h2>",
            f'<p class="note">{escape(about_mnist_c(card))}</p>',
            _table(card),
            '<p class="note">Intervals are 95 % Wilson intervals: with other digits of the same kind, the share would '
            "most likely be within them.</p>",
            "</body></html>\n",
        )
    )


def facts_of(card: ReportCard) -> list[tuple[str, str, str]]:
    """The figures beside MNIST-C: what each is, its value, and what to make of it."""
    facts = [("MNIST", percent(card.mnist.accuracy), _interval(card.mnist))]
    if card.human_accuracy is not None:
        facts.append(("By human votes", percent(card.human_accuracy), "disputed labels settled by votes"))
    facts += [
        ("Calibration error", percent(card.calibration_error), "mean gap between confidence and accuracy"),
        ("MNIST-C", percent(card.mnist_c, 1), f"mean of {len(card.corruptions)} corruptions"),
        ("MNIST-C, as pictures", percent(card.mnist_c_as_pictures, 1), "handed in as on the Recognize page"),
        ("Hands of the world", percent(card.world_hands.accuracy, 1), _interval(card.world_hands, 1)),
    ]
    if card.my_digits:
        facts.append(("My digits", percent(card.my_digits.accuracy, 1), _interval(card.my_digits, 1)))
    if card.refusal is None:
        facts.append(("Refused non-digits", "none", "it has not learned to refuse"))
    else:
        refusal = card.refusal
        facts.append(
            (
                "Refused non-digits",
                percent(refusal.refused / refusal.non_digits, 1),
                f"and {percent(refusal.digits_refused / refusal.digits, 1)} of true digits",
            )
        )
    return facts


def about_mnist_c(card: ReportCard) -> str:
    """What was measured how, in a sentence or two."""
    pictures = card.corruptions[0].as_pictures.count
    return (
        f"Test digits after each of the corruptions of MNIST-C (Mu and Gilmer, 2019), {card.images:,} each as 28x28 "
        f"images; {pictures:,} of each handed in as pictures, which are centered and judged from several views first."
    )


def by_accuracy(card: ReportCard) -> list[ChangedDigits]:
    """The corruptions, the worst first."""
    return sorted(card.corruptions, key=lambda entry: entry.accuracy)


def _fact(label: str, value: str, note: str) -> str:
    return (
        f'<div><dt>{escape(label)}</dt><dd class="value">{escape(value)}</dd>'
        f'<dd class="note">{escape(note)}</dd></div>'
    )


def _interval(measured: Measured, digits: int = 2) -> str:
    low, high = measured.interval
    return f"{100 * low:.{digits}f} to {percent(high, digits)} of {measured.count:,}"


def _table(card: ReportCard) -> str:
    dataset = load_dataset()
    examples = {corruption.name: _uri(example_of(corruption, dataset)) for corruption in MNIST_C}
    rows = [
        f'<tr><td><img src="{examples[entry.name]}" alt=""></td><td>{escape(entry.label)}</td>'
        f'<td class="bar"><div style="width:{100 * entry.accuracy:.1f}%"></div></td>'
        f'<td class="number">{percent(entry.accuracy, 1)}</td>'
        f'<td class="number">{100 * entry.interval[0]:.1f} to {100 * entry.interval[1]:.1f}</td>'
        f'<td class="number">{percent(entry.as_pictures.accuracy, 1)}</td></tr>'
        for entry in by_accuracy(card)
    ]
    return (
        '<table><thead><tr><th><th>Corruption<th class="bar"><th class="number">Accuracy<th class="number">Interval'
        f'<th class="number">As pictures</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def _uri(image: NDArray[np.uint8]) -> str:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
