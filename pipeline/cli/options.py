"""What several commands share: options, and the fields of their JSON."""

from typing import Annotated, Any

import typer

from models.records import ModelResults

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON only, one object per line.")]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", "-m", help="Model name, ID or run directory; the default model if omitted."),
]
DefaultModelArgument = Annotated[
    str | None, typer.Argument(help="Model name, ID or run directory; the default model if omitted.")
]
TestDataOption = Annotated[
    str,
    typer.Option(
        help="A data set's name or ID, or an .npz file with x_test and y_test; MNIST if omitted.",
        show_default=False,
    ),
]
RiskOption = Annotated[
    float | None,
    typer.Option(
        "--risk",
        help="Allowed share of wrong answers among those that count, such as 0.001; all count if omitted.",
        min=0.0001,
        max=0.5,
        show_default=False,
    ),
]
RayOption = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Use the Ray cluster at this address (HOST:PORT or auto) in place of this machine's cores.",
        show_default=False,
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")]
DetachOption = Annotated[
    bool, typer.Option("--detach", help="Add the run to the queue and return immediately.")
]


def owner_option(help_text: str) -> Any:
    """`--owner`, which DIGITLAB_OWNER gives as well; `help_text` says of what."""
    return typer.Option(envvar="DIGITLAB_OWNER", help=help_text, show_default=False)


def score_fields(results: ModelResults | None) -> dict[str, Any]:
    """How good a model is, as the JSON of several commands has it; null where it is not known."""
    names = ("test_accuracy", "test_interval", "human_accuracy")
    return {name: getattr(results, name, None) for name in names}
