"""The sheet to hand in: one HTML file with what was predicted, what came out, and the learner's own sentences.

No scripts, nothing from elsewhere, for screens and for one page of paper. Whatever people typed is escaped.
"""

from datetime import date
from html import escape

from pipeline.evaluation.learning.progress import LessonProgress, StepProgress
from pipeline.evaluation.learning.steps import STEPS, Step

_STYLE = """
:root { color-scheme: light dark; --text: #1c2333; --muted: #5d6475; --line: #e6e1d6; --page: #fbfaf7 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8eaf0; --muted: #9aa2b5; --line: #2a3040; --page: #12151d }
}
body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1, h2 { font-family: Georgia, serif; line-height: 1.2; margin: 1.1rem 0 .2rem }
h1 { margin-top: 0 }
h2 { font-size: 1.05rem; border-top: 1px solid var(--line); padding-top: .6rem }
p { margin: .15rem 0 }
.muted { color: var(--muted) }
blockquote { margin: .3rem 0 0; padding-left: .8rem; border-left: 3px solid var(--line); font-style: italic;
  white-space: pre-line }
@media print {
  :root { --text: #000; --muted: #444; --line: #bbb; --page: #fff }
  body { font-size: 11px; margin: 0; max-width: none }
  section { break-inside: avoid }
  @page { margin: 14mm }
}
"""


def to_html(progress: LessonProgress, day: date) -> str:
    """The whole document, with the day on which it is made."""
    name = escape(progress.name or progress.owner or "Without a name")
    done = sum(progress.step(step.key).outcome is not None for step in STEPS)
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Digit Lab: {name}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{name}</h1>",
            f'<p class="muted">Digit Lab, how a computer reads digits. {day.day} {day:%B %Y}. '
            f"{done} of {len(STEPS)} steps done.</p>",
            *(_section(number, step, progress.step(step.key)) for number, step in enumerate(STEPS, 1)),
            _contest(progress),
            "</body></html>\n",
        )
    )


def _section(number: int, step: Step, state: StepProgress) -> str:
    lines = [f"<h2>{number}. {escape(step.title)}</h2>", f"<p>{escape(step.question)}</p>"]
    if state.prediction is None:
        lines.append('<p class="muted">Not begun.</p>')
    else:
        lines.append(f"<p>Predicted: <b>{escape(step.in_words(state.prediction))}</b></p>")
        lines.append(_result(step, state))
    if state.sentence.strip():
        lines.append(f"<blockquote>{escape(state.sentence.strip())}</blockquote>")
    return f"<section>{''.join(lines)}</section>"


def _result(step: Step, state: StepProgress) -> str:
    if state.outcome is None:
        return '<p class="muted">Not done yet.</p>'
    shipped = " (a shipped model)" if state.outcome.shipped and step.evidence == "training" else ""
    return (
        f"<p>Result: <b>{escape(step.in_words(state.outcome.value))}</b>{shipped}. "
        f'<span class="muted">{escape(state.outcome.told)}</span></p>'
    )


def _contest(progress: LessonProgress) -> str:
    record = progress.last_contest()
    if record is None or record.scores is None:
        told = '<p class="muted">Not played.</p>'
    else:
        person, model, count = record.scores
        told = (
            f"<p>Contest {record.seed} against {escape(record.model_name)}, on {count} hard digits: "
            f"<b>{person}</b> right, the model <b>{model}</b>.</p>"
        )
    return f"<section><h2>You against the model</h2>{told}</section>"
