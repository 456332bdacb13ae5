"""The errors that are meant for people. Everything else is a defect and keeps its traceback."""


class DigitLabError(Exception):
    """One sentence for a person: what was expected and what came.

    The command line and the pages print it as it stands and never show its traceback.
    """


def explain_os_error(error: OSError) -> str:
    """What the operating system refused, as one sentence for a person."""
    return f"{error.filename or 'a file'}: it can't be read or written ({error.strerror or error})."


class InputError(DigitLabError):
    """A picture, dataset or archive that was handed in can't be used."""


class ModelError(DigitLabError):
    """A model or run is missing, damaged or not what the call needs."""


class ConfigError(DigitLabError):
    """A training setting is unknown or outside its bounds."""
