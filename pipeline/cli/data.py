"""`digitlab data ...`."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from models.digits import SIDE
from models.errors import InputError, ModelError
from models.formatting import printable
from pipeline.cli.options import JsonOption, ModelOption, YesOption, owner_option
from pipeline.cli.terminal import echo, owner_column, progress_bar
from pipeline.data.user_datasets import StoredDataset, find_saved, list_saved

data_app = typer.Typer(
    help="Data sets to evaluate and train on: list, add, audit, fix, rename, delete.", no_args_is_help=True
)

DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="Name or ID of a data set.")]


def _find(reference: str) -> StoredDataset:
    found = find_saved(reference)
    if found is None:
        raise ModelError(
            f"There is no data set {reference!r}; `digitlab data list` names those that are here."
        )
    return found


def _summary(dataset: StoredDataset) -> dict[str, Any]:
    return {"dataset": dataset.id, **dataset.model_dump(exclude={"id"}), "path": str(dataset.path)}


@data_app.command("list")
def list_command(as_json: JsonOption = False) -> None:
    """List the data sets that were added; MNIST and your saved digits are always there."""
    datasets = list_saved()
    if as_json:
        for dataset in datasets:
            echo(json.dumps(_summary(dataset)))
        return
    owner = owner_column([dataset.owner for dataset in datasets])
    echo(f"{'id':<22} {'training':>9} {'test':>9}  {owner('owner')}name")
    for dataset in datasets:
        train = "-" if dataset.train is None else f"{sum(dataset.train):,}"
        echo(f"{dataset.id:<22} {train:>9} {sum(dataset.test):>9,}  {owner(dataset.owner)}{dataset.name}")


@data_app.command()
def add(
    file: Annotated[
        Path, typer.Argument(help="An .npz or CSV file, or a .zip with pictures in folders 0 to 9.")
    ],
    name: Annotated[
        str, typer.Option(help="Name of the data set; the file's if omitted.", show_default=False)
    ] = "",
    only_to_evaluate: Annotated[
        bool,
        typer.Option(
            "--only-to-evaluate",
            help="All images of a file without a test part are for testing; else a fifth is held out.",
        ),
    ] = False,
    owner: Annotated[str, owner_option("Whose data set it is.")] = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add a data set, brought to the form of MNIST; asks before images are resized or dark and bright exchanged."""
    from models.files import open_regular
    from pipeline.data.dataset_import import discard, keep, prepare

    try:
        with open_regular(file) as content, progress_bar("reading") as on_progress:
            draft = prepare(content, file.name, on_progress)
    except OSError as error:
        raise InputError(file, f"the file can't be read ({error.strerror}).") from None
    try:
        if not yes and draft.side != SIDE:
            question = (
                f"The images have {draft.side} by {draft.side} pixels. Resize them to {SIDE} by {SIDE}?"
            )
            typer.confirm(question, default=True, abort=True, err=True)
        turn_round = yes or not draft.dark
        if not turn_round:
            question = f"{draft.dark:,} images are dark on bright. Exchange dark and bright in them?"
            turn_round = typer.confirm(question, default=True, err=True)
        with progress_bar("saving") as on_progress:
            stored = keep(
                draft,
                name,
                turn_round=turn_round,
                only_to_evaluate=only_to_evaluate,
                owner=owner.strip(),
                on_progress=on_progress,
            )
    finally:
        discard(draft)
    if as_json:
        echo(json.dumps(_summary(stored)))
        return
    for sentence in stored.changes:
        echo(printable(sentence), err=True)
    train = f"{sum(stored.train):,} training and " if stored.train else ""
    echo(f"Added {stored.name} as {stored.id}: {train}{sum(stored.test):,} test images.", err=True)


@data_app.command()
def rename(dataset: DatasetArgument, name: Annotated[str, typer.Argument(help="The new name.")]) -> None:
    """Rename a data set."""
    from pipeline.data.user_datasets import rename as give_name

    echo(f"Renamed to {give_name(_find(dataset), name).name}.", err=True)


@data_app.command()
def delete(dataset: DatasetArgument, yes: YesOption = False) -> None:
    """Delete a data set; asks first. Models that were trained on it stay."""
    from pipeline.data.user_datasets import delete as remove

    found = _find(dataset)
    if not yes:
        typer.confirm(f"Delete {printable(found.name)} ({found.id}) for good?", abort=True, err=True)
    remove(found)
    echo(f"Deleted {found.name}.", err=True)


@data_app.command()
def audit(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="MNIST, a data set's name or ID, or a file.")
    ],
    model: ModelOption = None,
    part: Annotated[Literal["test", "train"], typer.Option(help="Which images.")] = "test",
    out: Annotated[
        Path | None,
        typer.Option(help="CSV file to write; `data fix` takes it.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List labels that may be wrong, by how a model sees the images."""
    from models.files import write_text
    from models.native_output import silenced_stderr
    from models.store import find_model
    from pipeline.data.dataset_choice import open_whole
    from pipeline.data.label_decisions import Decision, to_csv
    from pipeline.evaluation.trust.label_audit import audit_labels, known_audit, seen_in_training

    found, digits = find_model(model), open_whole(dataset)
    candidates = known_audit(found, digits, part)
    if candidates is None:
        with silenced_stderr(), progress_bar("looking at the labels") as on_progress:
            candidates = audit_labels(found, digits, part, on_progress)
    for one in candidates:
        if as_json:
            echo(json.dumps({"part": part, **vars(one)}))
        elif out is None:
            echo(f"{part:<5} {one.index:>6}  labeled {one.given}, perhaps {one.suggested}  {one.quality:.4f}")
    if out is not None:
        write_text(
            out,
            to_csv(
                Decision(part=part, index=one.index, before=one.given, after=one.suggested)
                for one in candidates
            ),
        )
        echo(
            f"Wrote {out}; delete the lines of labels that are right, then call `digitlab data fix`.",
            err=True,
        )
    echo(f"{len(candidates):,} labels of {digits.name} may be wrong, by {found.name}.", err=True)
    if seen_in_training(found, digits, part):
        echo(f"{found.name} was trained on these labels and tends to agree with them.", err=True)


@data_app.command()
def fix(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="MNIST, a data set's name or ID, or a file.")
    ],
    decisions: Annotated[
        Path,
        typer.Argument(help="CSV file with the columns part, index, before and after (a digit or drop)."),
    ],
    name: Annotated[str, typer.Option(help="Name of the new data set.")],
    owner: Annotated[str, owner_option("Whose data set it is.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a new data set with other labels and without dropped images; the old one stays as it is."""
    from models.files import open_regular
    from pipeline.data.dataset_choice import open_whole
    from pipeline.data.label_decisions import correct, from_csv

    try:
        with open_regular(decisions) as file:
            table = from_csv(file.read().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(decisions, f"the file can't be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise InputError(decisions, "expected a CSV file in UTF-8.") from None
    except InputError as error:
        raise error.about(decisions) from None
    with progress_bar("saving") as on_progress:
        stored = correct(open_whole(dataset), table, name, owner.strip(), on_progress)
    if as_json:
        echo(json.dumps(_summary(stored)))
        return
    echo(f"{stored.changes[0]} Added {stored.name} as {stored.id}.", err=True)
