"""What is doubtful on pages at a chosen risk, before and after a person has checked them."""

import numpy as np

from pipeline.imaging.geometry import Box
from pipeline.reading.caution import estimated, lines_in_doubt, measured
from pipeline.reading.crops import PageWithCrops
from pipeline.reading.page_reading import PageCharacter, PageReading
from pipeline.reading.review import FailedPage, ReviewedPage


def character(text: str, confidence: float, line: int = 0, **choices: float) -> PageCharacter:
    likely = tuple((name.strip("_"), chance) for name, chance in choices.items())
    return PageCharacter(text, confidence, Box(0, 0, 9, 9), line, np.zeros((0, 0), np.float32), "", likely)


def checked_page(confidences: list[float], wrong: set[int], unchecked: int = 0) -> ReviewedPage:
    """A page whose digits were all checked, but for the last ones; some were corrected."""
    reading = PageReading(tuple(character("3", confidence) for confidence in confidences))
    checked = frozenset(range(len(confidences) - unchecked))
    return ReviewedPage("", PageWithCrops(reading, (9, 9), b"", (), ()), dict.fromkeys(wrong, "8"), checked)


def test_nothing_less_sure_than_the_risk_allows_goes_unseen() -> None:
    assert estimated(0.0005).sure_from == 0.9995
    assert estimated(0.5).sure_from == 0.9


def test_checked_digits_set_the_threshold_once_there_are_enough() -> None:
    few = measured(0.01, [checked_page([0.97] * 298, set()), FailedPage("", "")])
    assert (few.measured, few.checked, few.missing, few.sure_from) == (False, 298, 1, 0.99)
    enough = measured(0.01, [checked_page([0.97] * 200, set()), checked_page([0.97] * 99, set())])
    assert (enough.measured, enough.checked, enough.missing) == (True, 299, 0)
    assert enough.sure_from == 0.97, "nothing was seen of less sure ones"


def test_digits_that_were_wrong_lie_below_the_threshold_and_others_are_not_counted() -> None:
    page = checked_page([0.99] * 300 + [0.8] * 40 + [0.1] * 50, set(range(300, 320)), unchecked=50)
    caution = measured(0.01, [page])
    assert caution.checked == 340
    assert 0.8 < caution.sure_from <= 0.99
    surely_wrong = measured(0.01, [checked_page([0.99] * 340, set(range(20)))])
    assert (surely_wrong.measured, surely_wrong.missing) == (False, 0)


def test_a_line_tells_the_texts_that_its_doubtful_characters_may_be() -> None:
    reading = PageReading(
        (
            character("1", 0.999),
            character("4", 0.9, _4=0.9, _9=0.09, _7=0.01),
            character("5", 0.98, line=1, _5=0.98, _6=0.02),
        )
    )
    (doubt,) = lines_in_doubt(reading)  # alone in its line, the 5 may miss in one of twenty
    assert (doubt.line, doubt.positions, doubt.candidates) == (1, (2,), (("4", "9"),))
