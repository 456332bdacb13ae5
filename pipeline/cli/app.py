"""The `digitlab` command. Its words and JSON fields are a contract that scripts rely on (docs/commands.md).

stdout carries answers only; progress, hints and errors go to stderr. Exit codes: 0 done, 1 some inputs or
the training failed, 2 the call itself is wrong.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.errors import DigitLabError, InputError, explain_os_error
from models.formatting import percent, percent_if_known, show_confidence
from models.native_output import silenced_stderr
from pipeline.cli.adapt import adapt
from pipeline.cli.compare import compare
from pipeline.cli.data import data_app
from pipeline.cli.explain import explain
from pipeline.cli.feature_map import feature_map
from pipeline.cli.learn import learn_app
from pipeline.cli.models import models_app
from pipeline.cli.options import DefaultModelArgument, JsonOption, ModelOption, RiskOption, TestDataOption
from pipeline.cli.read import read
from pipeline.cli.runs import runs_app
from pipeline.cli.serve import serve
from pipeline.cli.stress import stress
from pipeline.cli.sweep import sweep_app
from pipeline.cli.terminal import beside, draw_digit, echo, open_recognizer, probability_bars, progress_bar
from pipeline.cli.train import train
from pipeline.cli.trust import cautious, print_trust, said_cautiously, trust_record
from pipeline.cli.watch import watch

app = typer.Typer(
    name="digitlab",
    help="Train, inspect and use handwritten-digit recognizers. Without a command, opens the dashboard.",
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(models_app, name="models")
app.add_typer(runs_app, name="runs")
app.add_typer(data_app, name="data")
app.add_typer(learn_app, name="learn")
app.add_typer(sweep_app, name="sweep")
app.command()(train)
app.command()(adapt)
app.command()(read)
app.command()(explain)
app.command()(compare)
app.command()(stress)
app.command()(serve)
app.command()(watch)
app.command("map")(feature_map)

if TYPE_CHECKING:
    from models.recognizer import Prediction, Recognizer
    from models.store import StoredModel


def _say(text: str) -> None:
    echo(text, err=True)


def _print_json(value: dict[str, Any]) -> None:
    echo(json.dumps(value))


def _open_recognizer(reference: str | None) -> tuple[StoredModel, Recognizer]:
    """The model meant and its recognizer."""
    from models.store import find_model

    model = find_model(reference)
    return model, open_recognizer(model)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(
            help="Port of the dashboard; 8501 or the next free one if omitted.",
            min=1,
            max=65535,
            show_default=False,
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the dashboard in the browser.")] = True,
) -> None:
    """Train, inspect and use handwritten-digit recognizers. Without a command, opens the dashboard."""
    if context.invoked_subcommand is None:
        from pipeline.cli.dashboard import open_dashboard

        open_dashboard(port, browser=browser)


@app.command()
def evaluate(
    model: DefaultModelArgument = None,
    dataset: TestDataOption = "",
    risk: RiskOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate a model on a test set that it was not trained on."""
    from pipeline.data.dataset_choice import open_to_evaluate
    from pipeline.evaluation.model_evaluation import evaluate_model
    from pipeline.evaluation.trust.report import report_trust

    found, recognizer = _open_recognizer(model)
    digits = open_to_evaluate(dataset)
    with progress_bar("evaluating") as on_progress:
        evaluated = evaluate_model(found.directory, recognizer, digits, on_progress)
    result = evaluated.evaluation
    trust = None if risk is None else report_trust(evaluated.probabilities, digits.test[1], risk)
    if as_json:
        told = {} if trust is None else {"trust": trust_record(trust)}
        _print_json({"model": found.id, **result.model_dump(), **told})
        return
    low, high = result.interval
    echo(
        f"{found.name}: accuracy {percent(result.accuracy)} (95 % interval {percent(low)} to {percent(high)})"
    )
    echo(f"{result.error_count} errors in {result.count:,} test images")
    if result.human_accuracy is not None:
        echo(f"accuracy {percent(result.human_accuracy)} with disputed test labels settled by human votes")
    echo(f"loss {result.loss:.4f}, top-2 accuracy {percent(result.top2_accuracy)}, ", nl=False)
    echo(f"calibration error {percent(result.calibration_error)}\n")
    if trust is not None:
        print_trust(trust, result.count)
    echo("       " + "".join(f"{digit:>6}" for digit in range(10)) + "   recall  precision")
    for row, report in zip(result.confusion, result.classes, strict=True):
        cells = "".join(f"{count or '.' if report.support else '-':>6}" for count in row)
        recall, precision = percent_if_known(report.recall), percent_if_known(report.precision)
        echo(f"true {report.digit} {cells}  {recall:>8}  {precision:>8}")
    pairs = ", ".join(f"{pair.true} as {pair.predicted} ({pair.count})" for pair in result.confused_pairs[:5])
    echo(f"\nmost often confused: {pairs or 'none'}")


@app.command()
def predict(
    pictures: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Pictures with one digit each.")],
    model: ModelOption = None,
    risk: RiskOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recognize the digit in each picture."""
    from pipeline.reading.single_digit import recognize_digit

    found, recognizer = _open_recognizer(model)
    caution = None if risk is None else cautious(found, risk)
    failed = False
    for path in pictures:
        try:
            with silenced_stderr():  # decoders of pictures write to it as well
                reading = recognize_digit(path, recognizer)
        except InputError as error:
            failed = True
            _fail_input(path, error, as_json)
            continue
        if reading.normalized.others:
            _say(
                f"{path}: about {reading.normalized.others + 1} digits in the picture, only one is recognized; "
                "`digitlab read` reads them all"
            )
        answer = caution.weigh(reading.prediction) if caution else reading.prediction
        if as_json:
            _print_json({"path": str(path), **_answer_record(answer, weighed=caution is not None)})
        elif answer.candidates:
            echo(f"{path}: {said_cautiously(answer)}")
        else:
            second, chance = answer.runner_up()
            doubt = f", or perhaps {second} ({percent(chance, 1)})" if chance > 0.1 else ""
            said = f"{answer.digit} ({show_confidence(answer.confidence, 1)}){doubt}"
            echo(
                f"{path}: perhaps no digit at all; if it is one, {said}"
                if answer.refused
                else f"{path}: {said}"
            )
    raise typer.Exit(int(failed))


def _answer_record(answer: Prediction, *, weighed: bool) -> dict[str, Any]:
    """An answer as JSON has it, with whether it counts where a risk was chosen."""
    from pipeline.reading.records import answer_record

    record = answer_record(answer)
    counts = not (answer.candidates or answer.refused)
    return {**record, "counts": counts, "candidates": answer.candidates} if weighed else record


def _fail_input(path: Path, error: InputError, as_json: bool) -> None:
    """Reports one input that failed; the rest go on."""
    if as_json:
        _print_json({"path": str(path), "error": str(error)})
    else:
        _say(f"digitlab: {error.about(path)}")


@app.command()
def sample(
    model: ModelOption = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100, help="Number of digits.")] = 1,
    seed: Annotated[
        int | None, typer.Option(help="Seed, to draw the same digits again.", show_default=False)
    ] = None,
) -> None:
    """Draw random test digits in the terminal, with the model's answers."""
    import numpy as np

    from pipeline.data.dataset import load_dataset

    found, recognizer = _open_recognizer(model)
    images, labels = load_dataset().test
    chosen = np.random.default_rng(seed).choice(len(images), count, replace=False)
    for index, answer in zip(chosen, recognizer.predict(images[chosen]), strict=True):
        verdict = "right" if answer.digit == labels[index] else f"wrong, it is labeled {labels[index]}"
        sure = show_confidence(answer.confidence, 1)
        title = f"test digit {index}: {found.name} says {answer.digit} ({sure}), {verdict}"
        echo(f"{title}\n{beside(draw_digit(images[index]), probability_bars(answer.probabilities))}\n")


def main(arguments: Iterable[str] | None = None) -> None:
    """The entry point: runs the command and turns errors meant for people into one sentence."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `digitlab sample | head` ends quietly
    try:
        app(args=list(arguments) if arguments is not None else None)
    except DigitLabError as error:
        _say(f"digitlab: {error}")
        sys.exit(2)
    except OSError as error:
        _say(f"digitlab: {explain_os_error(error)}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
