"""What people see in a terminal: digits drawn with blocks, progress, tables. All of it goes to stderr or
is returned as text; what scripts read is printed by `pipeline.cli.app`.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
from numpy.typing import NDArray

from models.formatting import duration, percent, printable, show_confidence
from models.native_output import silenced_stderr
from models.records import Progress

if TYPE_CHECKING:
    from models.recognizer import Recognizer
    from models.store import StoredModel

_BLOCKS = " ▀▄█"


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Prints to stdout or stderr; names of files and models can't send a terminal its commands."""
    typer.echo(printable(text, keep="\n\t"), err=err, nl=nl)


def outlive_closed_pipes() -> None:
    """Makes writing to a tab that was closed or a worker that was killed an error, not the end of this process."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def draw_digit(image: NDArray[Any], threshold: float = 0.35) -> str:
    """A picture as half-block characters, two rows of pixels in a line of text.

    Args:
        image: (28, 28), uint8 in [0, 255] or float in [0, 1], the stroke bright.
        threshold: share of full brightness from which a pixel counts as stroke.
    """
    stroke = np.asarray(image, np.float32) / (255 if image.dtype == np.uint8 else 1) > threshold
    rows = np.flatnonzero(stroke.any(axis=1))
    if not len(rows):
        return ""
    first = int(rows[0]) // 2 * 2
    part = stroke[first : int(rows[-1]) + 1]
    if len(part) % 2:
        part = np.vstack([part, np.zeros((1, part.shape[1]), bool)])
    codes = part[::2].astype(int) + 2 * part[1::2].astype(int)
    return "\n".join("".join(_BLOCKS[code] for code in row).rstrip() for row in codes)


def owner_column(owners: Sequence[str]) -> Callable[[str], str]:
    """From an owner to a list's cell, as wide as the longest; nothing where nobody owns anything."""
    width = max(map(len, owners), default=0)
    return lambda owner: f"{owner:<{max(width, len('owner'))}}  " if width else ""


def beside(left: str, right: Iterable[str], width: int = 30) -> str:
    """Two texts side by side, the first padded to `width` columns."""
    rows, notes = left.splitlines(), list(right)
    count = max(len(rows), len(notes))
    rows += [""] * (count - len(rows))
    notes += [""] * (count - len(notes))
    return "\n".join(f"{row:<{width}}{note}".rstrip() for row, note in zip(rows, notes, strict=True))


def probability_bars(probabilities: Iterable[float], width: int = 24) -> list[str]:
    """A line for each digit with a bar as long as its probability."""
    return [
        f"{digit}  {'█' * round(p * width):<{width}} {show_confidence(p, 1):>8}"
        for digit, p in enumerate(probabilities)
    ]


def open_recognizer(model: StoredModel) -> Recognizer:
    """The model, ready to answer, without the line that LiteRT's native code writes to stderr."""
    from models.recognizer import Recognizer

    with silenced_stderr():
        return Recognizer(model.directory.litert_file)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[float], None]]:
    """A bar with the time left on stderr, in a terminal alone; to be called with the share that is done, 0 to 1."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def figures_of(loss: float, accuracy: float) -> str:
    """Loss and accuracy in one line: loss 0.0431  accuracy 98.70 %."""
    return f"loss {loss:.4f}  accuracy {percent(accuracy)}"


class TrainingView:
    """A training as it goes on: a progress bar in a terminal, a line an epoch elsewhere. Writes to stderr."""

    def __init__(self, epochs: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._epochs = epochs
        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TextColumn("{task.fields[figures]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("waiting", total=1.0, figures="")
        self._first: tuple[float, float] | None = None

    def __enter__(self) -> TrainingView:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """A line of its own, above the bar."""
        self._console.print(text, soft_wrap=True)

    def show(self, progress: Progress) -> None:
        """Shows how far the training is."""
        epochs = self._epochs
        done = (progress.epoch - 1 + progress.step / progress.steps) / epochs
        if self._first is None or done < self._first[0]:
            self._first = (done, progress.seconds)
        figures = figures_of(progress.loss, progress.accuracy)
        gained = done - self._first[0]
        if gained > 0:
            left = (progress.seconds - self._first[1]) / gained * (1 - done)
            figures += f"  {duration(left)} left"
        self._progress.update(
            self._task, completed=done, description=f"epoch {progress.epoch}/{epochs}", figures=figures
        )
        if progress.epoch_end:
            text = f"epoch {progress.epoch}/{epochs}  {figures_of(progress.loss, progress.accuracy)}"
            if progress.val_loss is not None and progress.val_accuracy is not None:
                text += f"  validation {figures_of(progress.val_loss, progress.val_accuracy)}"
            self.say(f"{text}  {duration(progress.seconds)}")
