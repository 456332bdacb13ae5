"""`digitlab stress`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import InputError
from models.formatting import percent
from models.native_output import silenced_stderr
from pipeline.cli.options import DefaultModelArgument, JsonOption
from pipeline.cli.terminal import echo, open_recognizer, progress_bar

if TYPE_CHECKING:
    from models.recognizer import Recognizer
    from models.store import StoredModel
    from pipeline.evaluation.stress.report_card import ReportCard


def stress(
    model: DefaultModelArgument = None,
    sweep: Annotated[
        str,
        typer.Option(
            help="One kind of change, more and more of it, in place of the report card: turn, fog, noise ...",
            show_default=False,
        ),
    ] = "",
    images: Annotated[
        int, typer.Option(min=1, max=10_000, help="Test digits for each change.", show_default=True)
    ] = 1000,
    html: Annotated[
        Path | None, typer.Option(help="Write the report card to this HTML file too.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Test a model on digits that something happened to, and write its report card."""
    from models.store import find_model
    from pipeline.evaluation.stress.sweeps import SWEEPS

    if sweep and sweep not in SWEEPS:
        raise InputError("", f"There is no sweep {sweep!r}; expected one of {', '.join(SWEEPS)}.")
    if sweep and html:
        raise InputError("", "--html writes the report card; leave out --sweep.")
    found = find_model(model)
    recognizer = open_recognizer(found)
    if sweep:
        _print_sweep(found, recognizer, sweep, images, as_json)
    else:
        _print_card(found, recognizer, images, html, as_json)


def _print_sweep(model: StoredModel, recognizer: Recognizer, name: str, images: int, as_json: bool) -> None:
    from pipeline.data.dataset import load_dataset
    from pipeline.evaluation.stress.measure import measure
    from pipeline.evaluation.stress.sweeps import SWEEPS

    sweep = SWEEPS[name]
    with progress_bar("measuring") as on_progress:
        scores = measure(
            model.directory, recognizer, load_dataset(), sweep.levels, images, on_progress=on_progress
        )
    if not as_json:
        echo(f"{model.name}, {sweep.label}: {sweep.note}\n{sweep.measure:>50}  accuracy  95 % interval")
    for amount, score in zip((0.0, *sweep.amounts), scores, strict=True):
        low, high = score.interval
        if as_json:
            fields = {"model": model.id, "sweep": name, "amount": amount, **score.model_dump()}
            echo(json.dumps({**fields, "accuracy": score.accuracy, "interval": score.interval}))
        else:
            echo(f"{amount:>50g}  {percent(score.accuracy):>8}  {percent(low)} to {percent(high)}")


def _print_card(
    model: StoredModel, recognizer: Recognizer, images: int, html: Path | None, as_json: bool
) -> None:
    from models.files import write_text
    from pipeline.evaluation.stress.report_card import report_card
    from pipeline.evaluation.stress.report_html import to_html

    with progress_bar("measuring") as on_progress, silenced_stderr():
        card = report_card(model, recognizer, images, on_progress=on_progress)
    if html:
        write_text(html, to_html(card))
        echo(f"Wrote {html}.", err=True)
    if as_json:
        echo(card.model_dump_json())
    else:
        _tell(card)


def _tell(card: ReportCard) -> None:
    from pipeline.evaluation.stress.report_html import about_mnist_c, by_accuracy, facts_of

    echo(f"Report card of {card.name}\n")
    for label, value, note in facts_of(card):
        echo(f"{label:<22} {value:>8}  {note}")
    echo(f"\n{about_mnist_c(card)}\n\n{'corruption':<16} {'accuracy':>9}  {'95 % interval':<16}  as pictures")
    for entry in by_accuracy(card):
        low, high = entry.interval
        within = f"{100 * low:.1f} to {100 * high:.1f}"
        accuracy, pictures = percent(entry.accuracy, 1), percent(entry.as_pictures.accuracy, 1)
        echo(f"{entry.label:<16} {accuracy:>9}  {within:<16}  {pictures:>11}")
