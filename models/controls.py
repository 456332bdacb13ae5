"""How a page asks for a hyperparameter that is a number: declared with the field, drawn by the page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choices:
    """A hyperparameter that a page asks for by a slider over the values that people use.

    Attributes:
        values: in rising order, not necessarily evenly spaced.
        zero: what 0 is called; "" for the number itself.
    """

    values: tuple[float, ...]
    zero: str = ""

    def format(self, value: float) -> str:
        """A value as the slider shows it."""
        return (
            self.zero if self.zero and not value else str(value) if isinstance(value, int) else f"{value:g}"
        )


@dataclass(frozen=True)
class Slider:
    """A hyperparameter that a page asks for by an even slider over its bounds.

    Attributes:
        step: between two values.
        percent: whether it is a share, shown as a percentage.
        most: where the slider ends, if before the upper bound.
        only_with: the switch without which it does nothing.
    """

    step: float
    percent: bool = False
    most: float | None = None
    only_with: str = ""
