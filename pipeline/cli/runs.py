"""`digitlab runs ...`, and the following of a run that `digitlab train` shares."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer

from models.errors import ModelError
from models.formatting import CLAIMED, duration, format_accuracy, percent
from models.records import ModelResults
from models.run_directory import RunDirectory
from pipeline.cli.options import DetachOption, JsonOption, YesOption, score_fields
from pipeline.cli.terminal import TrainingView, echo, owner_column

runs_app = typer.Typer(help="Training runs: list, follow, stop, resume, delete.", no_args_is_help=True)

_WAITING_POLL = 0.5  # seconds

RunArgument = Annotated[str, typer.Argument(help="A run's id or name.")]


@runs_app.command("list")
def list_command(as_json: JsonOption = False) -> None:
    """List all runs with their states, oldest first."""
    from pipeline.runs.heartbeat import describe_hang
    from pipeline.runs.waiting import attend_queue, list_runs, waiting_runs

    places = {waiting.directory.id: place for place, waiting in enumerate(waiting_runs(), start=1)}
    if places:
        attend_queue()
    rows: list[dict[str, Any]] = []
    scores: list[tuple[str, str]] = []
    for run in list_runs():
        try:
            record = run.read()
            state: str = run.state(record)
        except ModelError as error:
            rows.append({"run": run.id, "name": "", "status": "damaged", "reason": str(error)})
            scores.append(("", ""))
            continue
        scores.append(format_accuracy(record.results))
        rows.append(
            {
                "run": run.id,
                "name": record.name,
                "owner": record.owner,
                "status": state,
                "place": places.get(run.id) if state == "queued" else None,
                "epochs_done": record.epochs_done,
                "planned_epochs": record.planned_epochs,
                **score_fields(record.results),
                "claimed": bool(record.results and record.results.claimed),
                "reason": describe_hang(run) if state == "running" else record.reason,
            }
        )
    if as_json:
        for row in rows:
            echo(json.dumps(row))
        return
    if not rows:
        echo("No runs yet; start one with `digitlab train`.", err=True)
        return
    owner = owner_column([row.get("owner", "") for row in rows])
    echo(
        f"{'run':<22}  {'status':<11} {'epochs':>7}  {'test accuracy (95 %)':<24} {'by votes':<8} "
        f"{owner('owner')}name"
    )
    for row, (accuracy, votes) in zip(rows, scores, strict=True):
        epochs = f"{row['epochs_done']}/{row['planned_epochs']}" if "epochs_done" in row else ""
        status = f"queued ({row['place']})" if row.get("place") else row["status"]
        name = f"{row['name']} (scores {CLAIMED})" if row.get("claimed") else row["name"]
        echo(
            f"{row['run']}  {status:<11} {epochs:>7}  {accuracy:<24} {votes:<8} "
            f"{owner(row.get('owner', ''))}{name}"
        )
        if row["reason"] and row["status"] in ("failed", "damaged", "running"):
            echo(f"    {row['reason']}")


@runs_app.command()
def follow(run: RunArgument, as_json: JsonOption = False) -> None:
    """Follow a run until it ends. Ctrl-C stops following, not the run."""
    from pipeline.runs.queue import find_run

    raise typer.Exit(follow_run(find_run(run), as_json=as_json, stop_on_interrupt=False))


@runs_app.command()
def stop(run: RunArgument) -> None:
    """Stop a run and keep its current weights as a model; end its process if that does not respond."""
    from pipeline.runs.queue import find_run
    from pipeline.runs.queue import stop as ask_to_stop

    found = find_run(run)
    name = found.read().name
    match ask_to_stop(found):
        case "stopped":
            echo(f"Took {name} out of the queue.", err=True)
        case "interrupted":
            echo(f"{name} did not respond, so its process was ended; resume it any time.", err=True)
        case _:
            echo(f"Asked {name} to stop.", err=True)


@runs_app.command()
def resume(
    run: RunArgument,
    epochs: Annotated[int, typer.Option("--epochs", min=0, help="Epochs to train beyond those planned.")] = 0,
    detach: DetachOption = False,
    as_json: JsonOption = False,
) -> None:
    """Resume an interrupted, stopped or failed run from its last complete epoch."""
    from pipeline.runs.queue import find_run
    from pipeline.runs.queue import resume as let_go_on

    found = find_run(run)
    let_go_on(found, epochs)
    if not detach:
        raise typer.Exit(follow_run(found, as_json=as_json))
    echo(f"Run {found.id} is queued again.", err=True)


@runs_app.command()
def delete(run: RunArgument, yes: YesOption = False) -> None:
    """Delete a run that has ended, or a damaged one by its ID. Asks first if it has a model."""
    from models.store import delete_run
    from pipeline.runs.queue import find_run

    found = find_run(run)
    if found.has_model() and not yes:
        typer.confirm(f"Delete run {found.id} with its model for good?", abort=True, err=True)
    delete_run(found)
    echo(f"Deleted {found.id}.", err=True)


@contextmanager
def _interrupts(run: RunDirectory, view: TrainingView, enabled: bool) -> Iterator[None]:
    """The first Ctrl-C stops the run and waits for its model; the second only ends the watching."""

    def on_interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        run.stop_file.touch()
        view.say("Stopping; the current weights are kept. Press Ctrl-C again to leave without waiting.")

    before = signal.getsignal(signal.SIGINT)
    if enabled:
        signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def follow_run(run: RunDirectory, *, as_json: bool, stop_on_interrupt: bool = True) -> int:
    """Shows a run until it ends; returns the exit code: 0 with a model, 1 without."""
    if not watch_run(run, as_json=as_json, stop_on_interrupt=stop_on_interrupt):
        return 130
    return _conclude(run, as_json)


def watch_run(run: RunDirectory, *, as_json: bool, stop_on_interrupt: bool = True) -> bool:
    """Shows a run while it waits and trains; returns whether it was watched to its end."""
    from pipeline.runs.progress import follow as follow_progress
    from pipeline.runs.waiting import earlier_in_queue

    with TrainingView(run.read().planned_epochs) as view, _interrupts(run, view, stop_on_interrupt):
        if before := earlier_in_queue(run):
            view.say(
                f"Run {run.id} is waiting for {len(before)} other run{'s' if len(before) > 1 else ''} to finish."
            )
        try:
            _wait_for_turn(run)
            for progress in follow_progress(run):
                view.show(progress)
                if as_json and progress.epoch_end:
                    echo(json.dumps(progress.as_line()))
        except KeyboardInterrupt:
            view.say(f"The run continues in the background; follow it with `digitlab runs follow {run.id}`.")
            return False
    return True


def _wait_for_turn(run: RunDirectory) -> None:
    """Returns once the run waits no longer; sees to it that the queue moves on, and that Ctrl-C takes the run out."""
    from pipeline.runs.queue import stop as ask_to_stop
    from pipeline.runs.waiting import attend_queue

    while run.state() == "queued":
        if run.stop_file.exists():
            with suppress(ModelError):  # it has just ended otherwise
                ask_to_stop(run)
        attend_queue()
        time.sleep(_WAITING_POLL)


def _conclude(run: RunDirectory, as_json: bool) -> int:
    record = run.read()
    state = run.state(record)
    results = record.results if state in ("finished", "stopped") else None
    if as_json:
        end = {
            "status": state,
            "run": run.id,
            "name": record.name,
            "seed": record.config.seed,
            **score_fields(results),
            "seconds": round(record.seconds, 2),
            "path": str(run.path),
            "reason": record.reason,
        }
        echo(json.dumps(end))
    else:
        _say_end(run, state, results)
    return 0 if results else 1


def _say_end(run: RunDirectory, state: str, results: ModelResults | None) -> None:
    record = run.read()
    if state == "interrupted":
        echo(f"The run was interrupted; resume it with `digitlab runs resume {run.id}`.", err=True)
    elif not results:
        echo(f"{state}: {record.reason}", err=True)
    else:
        low, high = results.test_interval
        echo(f"{state}: {record.reason} Training took {duration(record.seconds)}.", err=True)
        echo(
            f"test accuracy {percent(results.test_accuracy)} "
            f"(95 % interval {percent(low)} to {percent(high)}, {results.test_errors} errors "
            f"in {results.test_count:,})",
            err=True,
        )
        if results.human_accuracy is not None:
            votes = percent(results.human_accuracy)
            echo(f"accuracy {votes} with disputed test labels settled by human votes", err=True)
        echo(f"model {record.name!r} saved to {run.path}", err=True)
