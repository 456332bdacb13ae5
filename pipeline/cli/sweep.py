"""`digitlab sweep`: many trainings at once, and what came of them."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from models.formatting import counted, duration, percent
from pipeline.cli.options import JsonOption, RayOption, YesOption, owner_option
from pipeline.cli.terminal import echo, outlive_closed_pipes

if TYPE_CHECKING:
    from pipeline.runs.sweep.engines import Engine
    from pipeline.runs.sweep.results import Candidate, Standing
    from pipeline.runs.sweep.trials import Round, TrialStanding


class _RunByDefault(TyperGroup):
    """`digitlab sweep SPEC.yaml` means `digitlab sweep run SPEC.yaml`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = {*self.commands, "--help", "-h"}
        return super().parse_args(ctx, args if not args or args[0] in known else ["run", *args])


sweep_app = typer.Typer(
    cls=_RunByDefault,
    help="Train many configurations over several seeds and compare them: `digitlab sweep SPEC.yaml`.",
    no_args_is_help=True,
)

SweepArgument = Annotated[str, typer.Argument(help="A sweep's name or ID; the newest if omitted.")]


@sweep_app.command()
def run(
    spec: Annotated[Path, typer.Argument(metavar="SPEC.yaml", help="What to try; see `sweep example`.")],
    ray: RayOption = None,
    at_once: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=256,
            help="Trials that train at a time; 1, or as many as the cluster has processors.",
            show_default=False,
        ),
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try trials again that failed or that somebody stopped.")
    ] = False,
    owner: Annotated[str, owner_option("Whose its runs are.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Train what a spec asks for; the same command goes on with it after a crash. Ctrl-C leaves it."""
    from pipeline.data.dataset_choice import open_to_train
    from pipeline.runs.sweep.directory import open_or_create
    from pipeline.runs.sweep.driver import carry_out
    from pipeline.runs.sweep.results import read_standing
    from pipeline.runs.sweep.spec import read_spec

    read = read_spec(spec)
    command = shlex.join(["digitlab", "sweep", str(spec)])
    sweep = open_or_create(read, open_to_train(read.dataset), command, owner)
    engine = _start_engine(ray, at_once)
    before = read_standing(sweep)
    if not as_json:
        _say_begin(before)

    def on_trial(trial: "TrialStanding", current: "Round") -> None:
        if as_json:
            echo(json.dumps(_trial_record(trial, current.pause)))
        else:
            _say_trial(trial, current.pause, len(sweep.record.trials))

    try:
        carry_out(sweep, engine, on_trial, retry=retry)
    except KeyboardInterrupt:
        echo(
            "Left. Trials under way are trained to their end; the same command goes on with the others.",
            err=True,
        )
        raise typer.Exit(130) from None
    after = read_standing(sweep)
    _conclude(after, as_json)
    raise typer.Exit(int(any(trial.state in ("failed", "stopped") for trial in after.trials)))


def _start_engine(ray: str | None, at_once: int | None) -> "Engine":
    """What trains; its processes get what pages that people look at leave over."""
    from pipeline.runs.priority import give_way
    from pipeline.runs.sweep.engines import LocalEngine, RayEngine

    give_way()
    if not ray:
        return LocalEngine(at_once or 1)
    outlive_closed_pipes()
    return RayEngine(ray, at_once or 0)


@sweep_app.command()
def show(
    sweep: SweepArgument = "",
    importance: Annotated[
        bool, typer.Option(help="Tell which hyperparameters matter; takes some seconds.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Show how far a sweep is, its configurations from the best on, and how much of their differences is noise."""
    from pipeline.runs.sweep.directory import find_sweep
    from pipeline.runs.sweep.importance import measure_importance
    from pipeline.runs.sweep.results import read_standing
    from pipeline.runs.sweep.wording import importance_in_words, name_of

    standing = read_standing(find_sweep(sweep))
    ended = standing.ended
    found = None
    if importance:
        found = measure_importance([one.settings for one in ended], [one.accuracies for one in ended])
    if as_json:
        record = _standing_record(standing)
        if importance:
            record["importance"] = (
                None if found is None else dict(zip(found.names, found.shares, strict=True))
            )
            record["importance_explained"] = None if found is None else found.explained
        echo(json.dumps(record))
        return
    _say_standing(standing)
    if importance:
        echo(f"\n{importance_in_words(found, len(ended))}")
        for name, share in (
            zip(found.names, found.shares, strict=True) if found and found.explained > 0 else ()
        ):
            echo(f"  {name_of(name):<24} {percent(share, 0)}")


@sweep_app.command("list")
def list_command(as_json: JsonOption = False) -> None:
    """List all sweeps, the newest first."""
    from pipeline.runs.sweep.directory import list_sweeps
    from pipeline.runs.sweep.results import read_standing
    from pipeline.runs.sweep.wording import describe, how_far

    sweeps = list_sweeps()
    if not sweeps and not as_json:
        echo("No sweeps yet; `digitlab sweep example` prints a spec to begin with.", err=True)
    for sweep in sweeps:
        standing = read_standing(sweep)
        record = sweep.record
        if as_json:
            row = {
                "sweep": record.id,
                "name": record.name,
                "status": standing.state,
                "created": record.created,
            }
            counts = {"configurations": len(record.configurations), "trials": len(record.trials)}
            echo(json.dumps({**row, **counts, "settled": standing.settled}))
            continue
        best = f"  best: {describe(standing.best)}" if standing.best else ""
        echo(f"{record.id}  {standing.state:<11}  {how_far(standing):<16}  {record.name}{best}")


@sweep_app.command()
def delete(
    sweep: Annotated[str, typer.Argument(help="A sweep's name or ID.")], yes: YesOption = False
) -> None:
    """Delete a sweep; its runs and models stay. The same spec is trained anew then."""
    from pipeline.runs.sweep.directory import delete_sweep, find_sweep

    found = find_sweep(sweep)
    if not yes:
        typer.confirm(f"Delete the sweep {found.record.name}? Its models stay.", abort=True, err=True)
    delete_sweep(found)
    echo(f"Deleted {found.record.name}.", err=True)


@sweep_app.command()
def example() -> None:
    """Print a spec to begin with: `digitlab sweep example > sweep.yaml`."""
    from pipeline.runs.sweep.spec import EXAMPLE

    echo(EXAMPLE, nl=False)


def _say_begin(standing: "Standing") -> None:
    from pipeline.runs.sweep.wording import how_far

    record = standing.sweep.record
    left = f"{how_far(standing)} done" if standing.settled else "nothing done yet"
    echo(
        f"Sweep {record.name} ({record.id}): {counted(len(record.configurations), 'configuration')}, "
        f"{counted(len(record.spec.seeds), 'seed')} each, {len(record.trials)} trials; {left}.",
        err=True,
    )


def _say_trial(trial: "TrialStanding", pause: int, count: int) -> None:
    name = trial.record.name if trial.record else trial.run.id
    score = trial.score(pause)
    told = f"validation {percent(score.accuracy)}" if score else trial.state
    if trial.record and trial.state in ("failed", "stopped"):
        told += f": {trial.record.reason}"
    seconds = f"  {duration(trial.record.seconds)}" if trial.record and trial.record.seconds else ""
    echo(f"trial {trial.trial.number:>3}/{count}  {name}  {told}{seconds}", err=True)


def _trial_record(trial: "TrialStanding", pause: int) -> dict[str, Any]:
    score, record = trial.score(pause), trial.record
    return {
        "trial": trial.trial.number,
        "configuration": trial.trial.configuration + 1,
        "seed": trial.trial.seed,
        "run": trial.run.id,
        "status": trial.state,
        "epochs_done": record.epochs_done if record else 0,
        "val_accuracy": score.accuracy if score else None,
        "val_loss": score.loss if score else None,
        "seconds": round(record.seconds, 2) if record else 0.0,
        "reason": record.reason if record else "",
    }


def _candidate_record(candidate: "Candidate") -> dict[str, Any]:
    spread = candidate.over_seeds
    return {
        "configuration": candidate.place + 1,
        "settings": candidate.settings,
        "val_accuracy": candidate.mean,
        "val_interval": spread.interval if spread else None,
        "val_accuracies": candidate.accuracies,
        "given_up_after": candidate.given_up_after or None,
        "runs": [trial.run.id for trial in candidate.trials],
    }


def _standing_record(standing: "Standing") -> dict[str, Any]:
    record, best = standing.sweep.record, standing.best
    return {
        "sweep": record.id,
        "name": record.name,
        "status": standing.state,
        "trials": [_trial_record(trial, _pause_of(standing, trial)) for trial in standing.trials],
        "configurations": [_candidate_record(candidate) for candidate in standing.candidates],
        "best": best.place + 1 if best else None,
        "best_test_accuracy": best.test_accuracy if best else None,
        "leads": [
            {"over": place + 1, "difference": lead.difference, "p": lead.p, "noise": lead.noise}
            for place, lead in standing.leads.items()
        ],
    }


def _pause_of(standing: "Standing", trial: "TrialStanding") -> int:
    """The end of the last round that a trial was in."""
    place = trial.trial.configuration
    return next(part.pause for part in reversed(standing.rounds) if place in part.configurations)


def _say_standing(standing: "Standing") -> None:
    from pipeline.runs.sweep.wording import accuracy_of, describe, how_far, trouble_of

    record = standing.sweep.record
    echo(f"{record.name} ({record.id}): {standing.state}, {how_far(standing)}")
    if standing.state == "interrupted":
        echo(f"Go on with: {record.command}")
    width = max(len(describe(candidate)) for candidate in standing.candidates)
    echo(f"\n{'configuration':<{width}}  {'validation (95 % over seeds)':<30} time")
    for candidate in standing.candidates:
        told = accuracy_of(candidate) or trouble_of(candidate) or "waiting"
        if candidate.given_up_after:
            told += f", given up after {counted(candidate.given_up_after, 'epoch')}"
        time = duration(candidate.seconds) if candidate.seconds else ""
        echo(f"{describe(candidate):<{width}}  {told:<30} {time}".rstrip())
    _say_best(standing)


def _say_best(standing: "Standing") -> None:
    from pipeline.runs.sweep.wording import best_in_words, noise_in_words, test_in_words

    if standing.best:
        echo("")
        for sentence in (best_in_words(standing), test_in_words(standing.best), *noise_in_words(standing)):
            echo(sentence)


def _conclude(standing: "Standing", as_json: bool) -> None:
    if as_json:
        echo(json.dumps(_standing_record(standing)))
    else:
        _say_standing(standing)
