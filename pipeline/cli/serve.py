"""`digitlab serve`: answers over HTTP, for other programs."""

from __future__ import annotations

import os
import signal
import socket
import sys
from types import FrameType
from typing import Annotated

import typer

from models.errors import ConfigError
from models.extras import missing
from pipeline.cli.options import ModelOption
from pipeline.cli.terminal import echo

_TOKEN = "DIGITLAB_TOKEN"  # noqa: S105 - a variable's name


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen at; 0.0.0.0 for other computers as well.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 for any that is free.", min=0, max=65535)] = 8502,
    model: ModelOption = None,
    places: Annotated[
        int,
        typer.Option(help="Requests that are carried out or wait; others are asked to try again.", min=1),
    ] = 32,
    threads: Annotated[
        int | None,
        typer.Option(
            help="Requests that are carried out at once; as many as cores if omitted.",
            min=1,
            show_default=False,
        ),
    ] = None,
    most_mb: Annotated[float, typer.Option(help="Megabytes of one request's body.", min=0.001, max=200)] = 20,
    most_pages: Annotated[int, typer.Option(help="Pages of one document.", min=1)] = 20,
) -> None:
    """Answer over HTTP: POST a picture to /predict or /read, and see /docs. Set DIGITLAB_TOKEN to ask for a token."""
    if reason := missing("serve", "`digitlab serve`"):
        raise ConfigError(reason)
    import uvicorn

    from models.store import find_model
    from pipeline.reading.service.answering import Reader
    from pipeline.reading.service.app import Bounds, make_app

    token = os.environ.get(_TOKEN, "")
    reader = Reader(find_model(model), most_pages)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(
            ending, _leave
        )  # the server finishes what it has in hand first, then repeats the signal
    with _listen(host, port) as listening:
        reader.load()
        app = make_app(reader, Bounds(round(most_mb * 1024**2), places, threads=threads), token)
        name = f"[{host}]" if ":" in host else host
        echo(f"{reader.model.name} answers at http://{name}:{listening.getsockname()[1]}", err=True)
        if not token and host not in ("127.0.0.1", "::1", "localhost"):
            echo(f"Whoever reaches this computer may use it: set {_TOKEN} to ask for a token.", err=True)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigError(
            f"{host}, port {port}: it can't be listened at ({error.strerror or error}); choose others with "
            "--host and --port."
        ) from None


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
