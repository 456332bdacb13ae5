"""The errors that are meant for people. Everything else is a defect and keeps its traceback."""

from pathlib import Path


class DigitLabError(Exception):
    """One sentence for a person: what was expected and what came.

    The command line and the pages print it as it stands and never show its traceback.
    """


def explain_os_error(error: OSError) -> str:
    """What the operating system refused, as one sentence for a person."""
    return f"{error.filename or 'a file'}: it can't be read or written ({error.strerror or error})."


class InputError(DigitLabError):
    """A picture, dataset or archive can't be used.

    Attributes:
        subject: name or path of the file, "" where there is none.
        reason: one sentence on what was expected and what came.
    """

    def __init__(self, subject: str | Path, reason: str) -> None:
        super().__init__(str(subject), reason)  # both, so that the error can be pickled
        self.subject = str(subject)
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}" if self.subject else self.reason

    def about(self, subject: str | Path) -> "InputError":
        """The same error about a file that the person knows by another name."""
        return InputError(subject, self.reason)


class ModelError(DigitLabError):
    """A model or run is missing, damaged or not what the call needs."""


class ConfigError(DigitLabError):
    """A training setting is unknown or outside its bounds."""
