"""What the address of the Data page says."""

from dashboard.widgets.address import DIGIT, MODEL, PageAddress, Parameter, one_of

SECTION = "data_section"
"""Widget key: what is looked at."""

SECTIONS = {
    "digits": "Digits",
    "averages": "Averages",
    "hardest": "Hardest",
    "augmentation": "Augmentation",
    "sets": "Data sets",
    "mine": "My digits",
}

HARDEST = "hardest_digit"
"""Widget key: the digit to filter the hardest ones by."""

VARIED = "varied_digit"
"""Widget key: the digit to vary."""

ADDRESS = PageAddress(
    {
        "model": MODEL,
        "section": Parameter(SECTION, one_of(SECTIONS), default="digits"),
        "digit": Parameter(HARDEST, DIGIT),
        "varied": Parameter(VARIED, DIGIT),
    }
)
