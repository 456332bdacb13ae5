"""`digitlab learn ...`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import JsonOption, ModelOption
from pipeline.cli.terminal import draw_digit, echo

learn_app = typer.Typer(
    help="The lesson of the Learn page, and a contest against a model.", no_args_is_help=True
)

_MOST_SEED = 9999  # as pipeline.evaluation.learning.contest has it, which takes a moment to import


@learn_app.command()
def lesson(
    owner: Annotated[
        str, typer.Option(envvar="DIGITLAB_OWNER", help="Whose progress, where several share the server.")
    ] = "",
    report: Annotated[
        Path | None, typer.Option(help="Write the report to hand in to this HTML file.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the six steps of the lesson: what was predicted, and what came out."""
    from models.files import write_text
    from models.ownership import Person
    from pipeline.evaluation.learning.progress import read_progress
    from pipeline.evaluation.learning.report import to_html
    from pipeline.evaluation.learning.steps import STEPS

    progress = read_progress(Person(owner.strip()))
    if report is not None:
        write_text(report, to_html(progress, datetime.now(UTC).date()))
        echo(f"Wrote {report}.", err=True)
    for step in STEPS:
        mine = progress.step(step.key)
        result = mine.outcome.value if mine.outcome else None
        if as_json:
            fields = {"step": step.key, "question": step.question, "prediction": mine.prediction}
            told = mine.outcome.told if mine.outcome else ""
            echo(json.dumps({**fields, "result": result, "told": told, "sentence": mine.sentence}))
            continue
        said = "-" if mine.prediction is None else step.in_words(mine.prediction)
        came = "-" if result is None else step.in_words(result)
        echo(f"{step.short:<10} predicted: {said:<24} result: {came}")


def _check_digit(text: str) -> str:
    if len(text) != 1 or text not in "0123456789":
        raise typer.BadParameter("Expected one digit, 0 to 9.")
    return text


@learn_app.command()
def contest(
    model: ModelOption = None,
    seed: Annotated[
        int, typer.Option(min=1, max=_MOST_SEED, help="Number of the contest; the same digits each time.")
    ] = 1,
    answers: Annotated[
        str,
        typer.Option(
            help="All twenty answers, such as 72104149590690159734; asked for digit by digit if omitted.",
            show_default=False,
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Read twenty hard test digits yourself, and see whether a model reads more of them right."""
    from models.native_output import silenced_stderr
    from models.recognizer import Recognizer
    from models.store import find_model
    from pipeline.evaluation.learning.contest import LENGTH, make_contest, score

    given = "".join(answers.split())
    if given and not (len(given) == LENGTH and given.isascii() and given.isdigit()):
        raise typer.BadParameter(f"Expected {LENGTH} digits; got {answers!a}.", param_hint="--answers")
    found = find_model(model)
    with silenced_stderr():
        played = make_contest(seed, found, Recognizer(found.directory.litert_file))
    for place in range(len(given), LENGTH):
        echo(f"\nDigit {place + 1} of {LENGTH}\n{draw_digit(played.images[place])}\n", err=True)
        given += typer.prompt("Which digit is it", value_proc=_check_digit, err=True)
    told = [int(sign) for sign in given]
    scores = score(played, told)
    if as_json:
        rows = zip(played.index.tolist(), played.labels.tolist(), told, played.answers.tolist(), strict=True)
        digits = [dict(zip(("index", "label", "person", "model"), row, strict=True)) for row in rows]
        fields = {"seed": seed, "model": found.id, "person_score": scores.person, "model_score": scores.model}
        by_votes = dict(zip(("person", "model", "count"), scores.by_votes, strict=True))
        echo(json.dumps({**fields, "count": scores.count, "by_votes": by_votes, "digits": digits}))
        return
    echo(f"{scores.verdict}: you {scores.person}, {found.name} {scores.model}, of {scores.count}.")
    for place in scores.differing:
        disputed = ", which people dispute" if place in scores.disputes else ""
        echo(
            f"digit {place + 1}: labeled {played.labels[place]}{disputed}; you said {told[place]}, "
            f"{found.name} said {played.answers[place]}"
        )
    if scores.disputes:
        person, its, count = scores.by_votes
        echo(f"By people's votes on disputed labels: you {person}, {found.name} {its}, of {count}.")
