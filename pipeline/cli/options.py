"""What several commands share: options, and the fields of their JSON."""

from typing import Annotated, Any

import typer

from models.records import ModelResults

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object a line and nothing else.")]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", "-m", help="A model's name or id, or a run directory; else the default."),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DetachOption = Annotated[bool, typer.Option("--detach", help="Put it in the queue and return at once.")]


def score_fields(results: ModelResults | None) -> dict[str, Any]:
    """How good a model is, as the JSON of several commands has it; null where it is not known."""
    names = ("test_accuracy", "test_interval", "human_accuracy")
    return {name: getattr(results, name, None) for name in names}
