"""What the networks of pages are taught and asked, in one place: the characters, and the form of the page's maps."""

CHARACTERS = "0123456789.,-/:+x*=()÷—a"
"""What is told apart on a page: digits, signs (x is a cross or the letter) and the two below."""

BAR = "—"
"""Between the halves of a fraction."""

LETTER = "a"
"""Stands for any letter but x."""

CELL = 4
"""Pixels of the picture, in each direction, that one place of the maps stands for."""

GEOMETRY = 7
"""Figures of a character beside which one it is, as `pipeline.pages.targets.Targets` lists them."""

TYPICAL_SIZE = 16, 28
"""Width and height in pixels that the logarithms of the sizes are relative to."""
