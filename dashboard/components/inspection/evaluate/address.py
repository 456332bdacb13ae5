"""What the address of Evaluate says."""

import re

from dashboard.components.inspection.evaluate.better import differing_digits
from dashboard.components.inspection.evaluate.test_answers import COMPARED_DATA, DATA, OWN
from dashboard.widgets.address import MODEL, PageAddress, Parameter, one_of
from dashboard.widgets.comparison_link import RIVALS_PARAMETER, SECTION_PARAMETER

CELL = "_confusion_cell"
"""Key of the session's state: label and answer of the chosen cell of the confusion matrix."""

UNIT, CELL_KIND = "confusion_unit", "confusion_cells"
"""Widget keys: what the cells show, and which of them do."""

UNITS = {"counts": "Counts", "shares": "Percent"}
CELLS = {"all": "All", "errors": "Mistakes"}

Cell = tuple[int, int]

RISK = "evaluated_risk"
"""Widget key: one wrong answer in how many is allowed."""

RISKS = (50, 100, 200, 500, 1000, 2000, 5000)


def _read_cell(text: str) -> Cell | None:
    digits = re.fullmatch("([0-9])-([0-9])", text)
    return (int(digits[1]), int(digits[2])) if digits else None


def _read_risk(text: str) -> int | None:
    return int(text) if text in map(str, RISKS) else None


ADDRESS = PageAddress(
    {
        "model": MODEL,
        "section": SECTION_PARAMETER,
        "data": Parameter(DATA, str, default=OWN),
        "beside": Parameter(COMPARED_DATA, str),
        "cell": Parameter(CELL, _read_cell, "{0[0]}-{0[1]}".format),
        "unit": Parameter(UNIT, one_of(UNITS), default="counts"),
        "risk": Parameter(RISK, _read_risk, default=1000),
        "cells": Parameter(CELL_KIND, one_of(CELLS), default="all"),
        "rivals": RIVALS_PARAMETER,
        **differing_digits.PARAMETERS,
    }
)
"""What the address of the page says."""
