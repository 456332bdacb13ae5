"""`digitlab adapt`: a model learns somebody's own digits; what it reads better and worse is printed as a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.formatting import duration, percent
from pipeline.cli.options import JsonOption, ModelOption, owner_option
from pipeline.cli.runs import watch_run
from pipeline.cli.terminal import echo

if TYPE_CHECKING:
    from models.records import RunRecord
    from pipeline.evaluation.before_after import AdaptationReport, Change


def adapt(
    model: ModelOption = None,
    digits: Annotated[
        str,
        typer.Option(
            help="A data set's name or ID, or an .npz file; your saved digits (my-digits) if omitted.",
            show_default=False,
        ),
    ] = "my-digits",
    name: Annotated[str, typer.Option(help="Name of the new model.", show_default=False)] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result as a model if it helps.")] = False,
    owner: Annotated[str, owner_option("Whose digits, and whose run.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Fine-tune a model on your saved digits and show what it reads better and worse than before."""
    from models.ownership import ADMINISTRATOR, Person
    from models.store import find_model
    from pipeline.data.user_datasets import MY_DIGITS
    from pipeline.runs.adaptation import keep as make_model
    from pipeline.runs.adaptation import own_digits, read_report, submit

    source = find_model(model)
    who = Person(owner.strip()) if owner.strip() else ADMINISTRATOR
    chosen = own_digits(source, MY_DIGITS if digits == "my-digits" else digits, who)
    run = submit(source, chosen, name, owner)
    if not watch_run(run, as_json=False):
        raise typer.Exit(130)
    record, report = run.read(), read_report(run)
    state = run.state(record)
    if state != "finished" or report is None:
        if as_json:
            echo(json.dumps({"run": run.id, "status": state, "reason": record.reason}))
        else:
            echo(f"{state}: {record.reason}", err=True)
        raise typer.Exit(1)
    if kept := keep and report.helps:
        record = make_model(run)
    if as_json:
        echo(json.dumps(_fields(record, report, kept=kept)))
        return
    _print(record, report)
    if kept:
        echo(f"Kept as model {record.name!r}; the default model is the same as before.", err=True)
    elif report.helps:
        echo(
            f"Keep it with `digitlab models keep {run.id}`, or throw it away with `digitlab runs delete {run.id}`.",
            err=True,
        )
    else:
        echo(f"It is not kept; `digitlab runs delete {run.id}` throws it away.", err=True)


def _fields(record: RunRecord, report: AdaptationReport, *, kept: bool) -> dict[str, Any]:
    adaptation = record.adaptation
    assert adaptation is not None  # noqa: S101  for the type checker: the run is an adaptation
    return {
        "run": record.id,
        "status": record.status,
        "name": record.name,
        **adaptation.model_dump(),
        "helps": report.helps,
        "verdict": report.verdict(),
        "kept": kept,
        "share": report.share,
        **{part: _change(getattr(report, part)) for part in ("own", "validation", "test", "world")},
        "seconds": round(report.seconds, 2),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        **change.model_dump(),
        "errors_after": change.errors_after,
        "accuracy": change.accuracy,
        "intervals": change.intervals(),
        "p": change.p,
    }


def _print(record: RunRecord, report: AdaptationReport) -> None:
    rows = report.rows(record.dataset.name)
    width = max(map(len, rows))
    echo(
        f"{'':<{width}}  {'images':>7}  {'wrong before':>12}  {'after':>6}  right before (95 %) -> after (95 %)"
    )
    for what, change in rows.items():
        before, after = (
            f"{percent(share)} ({100 * low:.2f} to {100 * high:.2f})"
            for share, (low, high) in zip(change.accuracy, change.intervals(), strict=True)
        )
        echo(
            f"{what:<{width}}  {change.count:>7,}  {change.errors:>12,}  {change.errors_after:>6,}  {before} -> {after}"
        )
    adaptation = record.adaptation
    if adaptation and adaptation.folds > 1:
        echo(
            f"\nYour digits are few, so {adaptation.folds} networks judged by turns the part that each had not learned."
        )
    echo(f"\n{report.verdict()} It took {duration(report.seconds)}.")
