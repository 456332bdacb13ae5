"""How writing is laid out on a sheet: lines, columns, tables, forms, sums, and single numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.pages import phrases
from pipeline.pages.characters import BAR
from pipeline.pages.scribbles import scribble
from pipeline.pages.scribes import Scribe
from pipeline.pages.writing import Sheet


@dataclass(frozen=True)
class Desk:
    """Who writes, and how.

    Attributes:
        rng: decides on everything.
        hand: a person.
        printer: a font.
        height: of a digit in pixels.
        tracking: extra space between characters in heights of a digit, negative where they touch.
        jitter: unevenness of the baseline in heights of a digit.
    """

    rng: np.random.Generator
    hand: Scribe
    printer: Scribe
    height: float
    tracking: float
    jitter: float

    def write(
        self,
        sheet: Sheet,
        text: str,
        x: float,
        baseline: float,
        line: int | None = None,
        *,
        apart: bool = False,
    ) -> float:
        """Writes by hand; gives where the pen is then."""
        return sheet.write(
            text, self.hand, x, baseline, self.height, self.rng, line=line, tracking=self.tracking,
            jitter=self.jitter, space=self.rng.uniform(0.4, 1.2), apart=apart,
        )  # fmt: skip

    def print(self, sheet: Sheet, text: str, x: float, baseline: float, height: float | None = None) -> float:
        """Prints; gives where the text ends."""
        size = height or self.height * self.rng.uniform(0.35, 1.0)
        return sheet.write(text, self.printer, x, baseline, size, self.rng, space=0.45, known=size > 9)


Layout = Callable[[Sheet, Desk], None]


def _fill(
    sheet: Sheet, desk: Desk, phrase: Callable[[np.random.Generator], str], spread: float = 1.0
) -> None:
    """Lines of phrases down the sheet, several a line where there is room."""
    rng, h = desk.rng, desk.height
    height, width = sheet.shape
    leading = h * rng.uniform(1.35, 2.6) * spread
    margin = rng.uniform(-0.3, 3) * h
    baseline = h * rng.uniform(0.7, 2.5)
    full = rng.random() < 0.6
    while baseline < height + 0.3 * h:
        line, x = sheet.new_line(), margin + rng.normal(0, 0.4) * h
        while x < width:
            x = desk.write(sheet, phrase(rng), x, baseline, line, apart=True) + h * rng.uniform(1.0, 4.0)
            if not full or rng.random() < 0.25:
                break
        baseline += leading * rng.uniform(0.9, 1.25)
        if rng.random() < 0.12:
            baseline += leading * rng.uniform(0.5, 3)


def numbers(sheet: Sheet, desk: Desk) -> None:
    """Lines of whole numbers."""
    _fill(sheet, desk, phrases.number)


def long_numbers(sheet: Sheet, desk: Desk) -> None:
    """Lines of long numbers."""
    _fill(sheet, desk, lambda rng: phrases.number(rng, 3) + phrases.number(rng, 12) + phrases.number(rng, 4))


def entries(sheet: Sheet, desk: Desk) -> None:
    """Lines of amounts, dates, times and the like."""
    _fill(sheet, desk, phrases.entry)


def calculations(sheet: Sheet, desk: Desk) -> None:
    """Lines of sums and equations, at times with a brace."""
    rng, h = desk.rng, desk.height
    phrase = phrases.equation if rng.random() < 0.45 else phrases.calculation
    _fill(sheet, desk, phrase, rng.uniform(1, 1.5))
    if phrase is phrases.equation and rng.random() < 0.5:
        x, top, bottom = rng.uniform(0.2, 1) * h, rng.uniform(0, 1) * h, rng.uniform(3, 7) * h
        t = np.linspace(0, 1, 30)
        bend = np.where(np.abs(t - 0.5) < 0.08, -0.3, 0.3 * np.sin(np.pi * t) ** 0.3 - 0.3) * h
        sheet.scrawl(np.stack([x + bend, top + t * (bottom - top)], 1).astype(np.float32), 0.1 * h)


def signs(sheet: Sheet, desk: Desk) -> None:
    """Lines with many signs: amounts, dates, sums, and characters that mean nothing together."""
    _fill(sheet, desk, phrases.signs)


def prose(sheet: Sheet, desk: Desk) -> None:
    """Lines of words by hand with numbers among them."""
    rng = desk.rng
    share = rng.uniform(0.1, 0.7)
    _fill(sheet, desk, lambda r: phrases.words(r, 1) if r.random() < share else phrases.entry(r))


def codes(sheet: Sheet, desk: Desk) -> None:
    """Letters and digits mixed."""
    _fill(sheet, desk, phrases.code)


def fractions(sheet: Sheet, desk: Desk) -> None:
    """Fractions with a bar, some between signs."""
    rng, h = desk.rng, desk.height
    height, width = sheet.shape
    middle = h * rng.uniform(1.6, 2.5)
    while middle < height:
        x = h * rng.uniform(0.3, 2)
        while x < width:
            above, below = phrases.number(rng, 3), phrases.number(rng, 3)
            gap = rng.uniform(0.2, 0.45) * h
            end = desk.write(sheet, above, x + rng.uniform(0, 0.3) * h, middle - gap)
            end = max(end, desk.write(sheet, below, x + rng.uniform(0, 0.3) * h, middle + gap + h))
            bar = desk.hand.write(BAR, h)
            if bar is None:
                return
            wide = max(int(end - x), 3)
            mask = np.asarray(bar.mask)
            columns = np.linspace(0, mask.shape[1] - 1, wide).astype(int)
            box = sheet.stamp(
                type(bar)(mask[:, columns], 0, -mask.shape[0] / 2, wide), x - 0.1 * h, middle, printed=False
            )
            sheet.place(BAR, box, False, sheet.new_line(), 0)
            x = end + 0.5 * h
            if rng.random() < 0.7:
                x = desk.write(sheet, "+-x=:"[rng.integers(5)], x, middle + 0.5 * h) + 0.4 * h
        middle += h * rng.uniform(3, 4.5)


def column_sums(sheet: Sheet, desk: Desk) -> None:
    """Numbers set below each other, with a sign and a line below the last."""
    rng, h = desk.rng, desk.height
    height, width = sheet.shape
    x = h * rng.uniform(3, 6)
    while x < width + 2 * h:
        baseline, step = h * rng.uniform(1.2, 2.5), h * rng.uniform(1.2, 1.8)
        while baseline < height:
            count = int(rng.integers(2, 5))
            longest = int(rng.integers(1, 6))
            for i in range(count):
                text = phrases.number(rng, longest)
                sign = "+-x"[rng.integers(3)] + " " if i == count - 1 else ""
                width_of = (len(text) * 0.75 + len(sign) * 0.6) * h
                desk.write(sheet, sign + text, x - width_of, baseline)
                baseline += step
            level = baseline - step + 0.25 * h
            line = np.array(
                [[x - 0.8 * (longest + 1) * h, level], [x + 0.3 * h, level + rng.normal(0, 0.1) * h]]
            )
            sheet.scrawl(line.astype(np.float32), h * rng.uniform(0.04, 0.12))
            text = phrases.number(rng, longest + 1)
            desk.write(sheet, text, x - len(text) * 0.75 * h, baseline)
            baseline += step * 2
        x += h * rng.uniform(5, 8)


def table(sheet: Sheet, desk: Desk) -> None:
    """A table with printed or drawn lines, a number in most of its cells."""
    rng, h = desk.rng, desk.height
    height, width = sheet.shape
    row, left, top = h * rng.uniform(1.35, 2.4), rng.uniform(-0.5, 2) * h, rng.uniform(0, 1.5) * h
    columns, x = [left], left
    while x < width + h and len(columns) < 9:
        x += h * rng.uniform(1.6, 6)
        columns.append(x)
    rows = np.arange(top, min(height + row, top + row * rng.integers(3, 14)), row)
    thick, level = rng.uniform(0.4, 0.08 * h + 0.8), int(rng.integers(60, 255))
    closed = rng.random() < 0.75
    for y in rows:
        sheet.rule((columns[0], y), (columns[-1], y), thick, level)
    for x in columns if closed else columns[1:-1]:
        sheet.rule((x, rows[0]), (x, rows[-1]), thick, level)
    kind = [(phrases.number, phrases.number, phrases.amount, phrases.date)[rng.integers(4)] for _ in columns]
    for i, y in enumerate(rows[:-1]):
        for j, (x, end) in enumerate(pairwise(columns)):
            baseline = y + 0.5 * row + 0.5 * h + rng.normal(0, 0.08) * h
            text = kind[j](rng) if rng.random() < 0.92 else "-"
            room = int((end - x) / (0.8 * h))
            if i == 0 and rng.random() < 0.3:
                desk.print(sheet, phrases.word(rng)[: 2 * room], x + 0.2 * h, baseline, 0.6 * h)
            elif rng.random() < 0.85 and room:
                desk.write(sheet, text[:room], x + rng.uniform(0.1, 0.5) * h, baseline)


def comb(sheet: Sheet, desk: Desk) -> None:
    """Forms: printed labels with boxes or combs, one digit in each box."""
    rng, h = desk.rng, desk.height
    height, width = sheet.shape
    box_height, box_width = h * rng.uniform(1.25, 2), h * rng.uniform(0.95, 1.7)
    thick, level = rng.uniform(0.4, 0.1 * h + 0.5), int(rng.integers(60, 255))
    gap = 0 if rng.random() < 0.6 else h * rng.uniform(0.1, 0.6)
    style = rng.random()
    top = h * rng.uniform(0, 2)
    while top < height:
        x = h * rng.uniform(0, 3)
        if rng.random() < 0.6:
            x = desk.print(sheet, phrases.words(rng, int(rng.integers(1, 3))), x, top + 0.8 * box_height)
        line, drift = sheet.new_line(), rng.normal(0, 0.12) * h
        for _ in range(rng.integers(1, 12)):
            _box(sheet, x, top, box_width, box_height, thick, level, style)
            if rng.random() < 0.9:
                baseline = top + 0.5 * box_height + 0.5 * h + drift + rng.normal(0, 0.06) * h
                where = x + 0.5 * box_width - 0.35 * h + rng.normal(0, 0.1) * h
                desk.write(sheet, str(rng.integers(10)), where, baseline, line)
            x += box_width + gap
            if x > width:
                break
        top += box_height * rng.uniform(1.2, 2.2)


def _box(
    sheet: Sheet, x: float, y: float, width: float, height: float, thick: float, level: int, style: float
) -> None:
    right, bottom = x + width, y + height
    sheet.rule((x, bottom), (right, bottom), thick, level)
    high = y if style < 0.75 else y + 0.65 * height
    sheet.rule((x, high), (x, bottom), thick, level)
    sheet.rule((right, high), (right, bottom), thick, level)
    if style < 0.75:
        sheet.rule((x, y), (right, y), thick, level)


def document(sheet: Sheet, desk: Desk) -> None:
    """Printed text with something written between its lines or into its gaps."""
    rng, h = desk.rng, desk.height
    height, width = sheet.shape
    size = max(4.0, h * rng.uniform(0.25, 0.9))
    y, known = rng.uniform(0, 2) * size, size > 9
    while y < height:
        if rng.random() < 0.22:
            y += 1.6 * h
            x = rng.uniform(0, width * 0.5)
            if rng.random() < 0.5:
                x = desk.print(sheet, phrases.words(rng, 1), x, y, size)
                if rng.random() < 0.6:
                    sheet.rule((x, y + 0.1 * h), (width, y + 0.1 * h), 1, 160)
            desk.write(sheet, phrases.entry(rng), x + 0.4 * h, y - 0.05 * h)
            y += 1.2 * h
        else:
            text = phrases.prose(rng, int(rng.integers(2, 12)))
            start = rng.uniform(-3, 3) * size
            sheet.write(text, desk.printer, start, y, size, rng, space=0.45, known=known)
            y += size * rng.uniform(1.4, 2)


def printed_numbers(sheet: Sheet, desk: Desk) -> None:
    """Nothing but print, large enough to be read."""
    rng, h = desk.rng, desk.height
    y = h * rng.uniform(0.5, 2)
    while y < sheet.shape[0]:
        x = rng.uniform(-0.5, 2) * h
        while x < sheet.shape[1]:
            text = phrases.entry(rng) if rng.random() < 0.6 else phrases.words(rng, 1)
            x = sheet.write(text, desk.printer, x, y, h, rng, space=0.45) + h * rng.uniform(0.5, 2)
        y += h * rng.uniform(1.4, 2.4)


def scattered(sheet: Sheet, desk: Desk) -> None:
    """Single digits and short numbers here and there, of unequal sizes."""
    rng = desk.rng
    height, width = sheet.shape
    for _ in range(rng.integers(2, 40)):
        h = float(np.clip(desk.height * np.exp(rng.normal(0, 0.3)), 11, 80))
        text = phrases.number(rng, 3) if rng.random() < 0.8 else phrases.entry(rng)
        x, y = rng.uniform(0, width), rng.uniform(h, height)
        long = 0.9 * len(text) * h
        if sheet.is_free(x - 0.1 * h, y - 1.2 * h, min(x + long, width), min(y + 0.2 * h, height)):
            sheet.write(text, desk.hand, x, y, h, rng, tracking=desk.tracking, jitter=desk.jitter)


def one_number(sheet: Sheet, desk: Desk) -> None:
    """A single number, or two lines, in the middle of nothing."""
    rng, h = desk.rng, desk.height
    height, width = sheet.shape
    for _ in range(rng.integers(1, 3)):
        kind = rng.random()
        text = phrases.number(rng, 10) if kind < 0.6 else phrases.entry(rng)
        x = rng.uniform(0.1, max(0.2 * h, width - 0.8 * len(text) * h))
        desk.write(sheet, text, x, rng.uniform(1.1 * h, max(1.2 * h, height - 0.2 * h)))


def spread_digits(sheet: Sheet, desk: Desk) -> None:
    """Lines of single digits, far from each other."""
    rng, h = desk.rng, desk.height
    y = h * rng.uniform(1, 2)
    apart = rng.uniform(0.5, 2.5)
    while y < sheet.shape[0]:
        line, x, slope = sheet.new_line(), rng.uniform(0, 2) * h, rng.normal(0, 0.06)
        while x < sheet.shape[1]:
            x = desk.write(sheet, str(rng.integers(10)), x, y + slope * x, line) + apart * h * rng.uniform(
                0.6, 1.5
            )
        y += h * rng.uniform(1.5, 3)


def nothing(sheet: Sheet, desk: Desk) -> None:
    """Drawings and scrawls, no character."""
    rng, h = desk.rng, desk.height
    for _ in range(rng.integers(0, 6)):
        scribble(sheet, rng, h)


LAYOUTS: tuple[tuple[Layout, float], ...] = (
    (numbers, 12), (long_numbers, 7), (entries, 12), (calculations, 12), (prose, 11), (codes, 2), (fractions, 3),
    (column_sums, 5), (table, 9), (comb, 7), (document, 7), (printed_numbers, 3), (scattered, 7),
    (one_number, 8), (spread_digits, 6), (nothing, 6),
)  # fmt: skip
"""Layouts with how often each is drawn."""
