"""What the address of the Data page says."""

from dashboard.widgets.address import DIGIT, MODEL, PageAddress, Parameter, one_of
from pipeline.data.label_decisions import PARTS

SECTION = "data_section"
"""Widget key: what is looked at."""

SECTIONS = {
    "digits": "Digits",
    "averages": "Averages",
    "hardest": "Hardest",
    "augmentation": "Augmentation",
    "labels": "Labels",
    "sets": "Data sets",
    "mine": "My digits",
}

HARDEST = "hardest_digit"
"""Widget key: the digit to filter the hardest ones by."""

VARIED = "varied_digit"
"""Widget key: the digit to vary."""

AUDITED, AUDITED_PART = "audited_data", "audited_part"
"""Widget keys: the data set whose labels are checked, and which images of it."""

ADDRESS = PageAddress(
    {
        "model": MODEL,
        "section": Parameter(SECTION, one_of(SECTIONS), default="digits"),
        "digit": Parameter(HARDEST, DIGIT),
        "varied": Parameter(VARIED, DIGIT),
        "set": Parameter(AUDITED, str, default=""),
        "part": Parameter(AUDITED_PART, one_of(PARTS), default="test"),
    }
)
