"""What people write on paper: numbers, amounts, dates, sums, words. Knows nothing of how it looks."""

import string

import numpy as np

TIMES = "\N{MULTIPLICATION SIGN}"
"""As fonts have it; looks like an x."""

_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(map(str, rng.integers(0, 10, count)))


def _pick(rng: np.random.Generator, *choices: str) -> str:
    return choices[rng.integers(len(choices))]


def number(rng: np.random.Generator, longest: int = 10) -> str:
    """A string of 1 to `longest` digits, short ones more often; at times one digit over and over."""
    count = 1 + int(min(rng.geometric(0.28), longest) - 1)
    if rng.random() < 0.06:
        return str(rng.integers(10)) * count
    return _digits(rng, count)


def amount(rng: np.random.Generator) -> str:
    """A decimal number: 12,50 or 1.234,56 or 0.75."""
    comma = _pick(rng, ",", ".")
    whole = str(rng.integers(0, int(10 ** rng.uniform(0.5, 4.5))))
    if len(whole) > 3 and rng.random() < 0.6:
        apart = "." if comma == "," else ","
        whole = whole[:-3] + apart + whole[-3:]
    return whole + comma + _digits(rng, int(rng.choice([1, 2, 2, 2, 2, 3, 4])))


def signed(rng: np.random.Generator) -> str:
    """A number with its sign."""
    return _pick(rng, "-", "-", "+") + (amount(rng) if rng.random() < 0.5 else number(rng, 5))


def date(rng: np.random.Generator) -> str:
    """A date, with / . or - between its parts."""
    day, month, year = rng.integers(1, 32), rng.integers(1, 13), rng.integers(1930, 2031)
    mark = _pick(rng, "/", "/", ".", "-")
    short = rng.random() < 0.5
    parts = [str(day) if short else f"{day:02d}", str(month) if short else f"{month:02d}"]
    if rng.random() < 0.2:
        return mark.join([str(year), *parts[::-1]])
    return mark.join([*parts, str(year)[2:] if rng.random() < 0.4 else str(year)])


def clock(rng: np.random.Generator) -> str:
    """A time of day, a ratio, a score."""
    return f"{rng.integers(0, 24)}:{rng.integers(0, 60):02d}"


def _term(rng: np.random.Generator) -> str:
    kind = rng.random()
    return amount(rng) if kind < 0.15 else number(rng, 4)


def calculation(rng: np.random.Generator) -> str:
    """A sum of two to four terms, with or without its result, with or without brackets."""
    apart = "" if rng.random() < 0.4 else " "
    terms = [_term(rng) for _ in range(rng.integers(2, 5))]
    text = terms[0]
    for term in terms[1:]:
        sign = _pick(rng, "+", "+", "-", "-", "x", "*", "÷", ":", "/")
        text += apart + sign + apart + term
    if rng.random() < 0.25:
        cut = text.rfind(" ") if apart else len(terms[0]) + 1
        text = f"({text})" if rng.random() < 0.3 else f"({text[:cut].rstrip()})" + text[cut:]
    if rng.random() < 0.65:
        text += apart + "=" + (apart + _term(rng) if rng.random() < 0.8 else "")
    return text


def equation(rng: np.random.Generator) -> str:
    """An equation with letters: 3x + 5y = -7."""
    apart = "" if rng.random() < 0.4 else " "
    letters = _pick(rng, "xyz", "abcd", "xy", "nmk", "uvw", "pqr", "ABCD")
    text = ""
    for letter in letters[: rng.integers(1, len(letters) + 1)]:
        sign = _pick(rng, "+", "-") if text else ""
        factor = number(rng, 3) if rng.random() < 0.7 else ""
        text += f"{apart if text else ''}{sign}{apart if sign else ''}{factor}{letter}"
    return f"{text}{apart}={apart}{_pick(rng, '', '', '-')}{number(rng, 3)}"


def word(rng: np.random.Generator) -> str:
    """Something like a word."""
    text = "".join(
        _pick(rng, *_CONSONANTS)
        + _pick(rng, *_VOWELS)
        + (_pick(rng, *_CONSONANTS) if rng.random() < 0.4 else "")
        for _ in range(rng.integers(1, 4))
    )
    kind = rng.random()
    return text.upper() if kind < 0.15 else text.capitalize() if kind < 0.45 else text


def words(rng: np.random.Generator, count: int) -> str:
    """Some words with spaces between them; few end in a colon or a full stop."""
    return " ".join(
        word(rng) + (_pick(rng, ":", ".", ",") if rng.random() < 0.2 else "") for _ in range(count)
    )


def prose(rng: np.random.Generator, count: int) -> str:
    """Words with a number among them now and then."""
    return " ".join(number(rng, 5) if rng.random() < 0.12 else word(rng) for _ in range(count))


def code(rng: np.random.Generator) -> str:
    """Letters and digits in one, as in part numbers and number plates."""
    letters = "".join(_pick(rng, *string.ascii_uppercase.replace("O", "").replace("I", "")) for _ in range(2))
    return letters + _pick(rng, "", "-", " ") + number(rng, 5)


def groups(rng: np.random.Generator) -> str:
    """Groups of digits with spaces or hyphens: phones, cards, accounts."""
    size = int(rng.integers(2, 5))
    mark = _pick(rng, " ", " ", " ", "-", "/")
    return mark.join(_digits(rng, size) for _ in range(rng.integers(2, 5)))


def entry(rng: np.random.Generator) -> str:
    """Anything that somebody may write into a field, a cell or a line."""
    kinds = (number, number, number, number, amount, amount, date, signed, clock, groups, calculation)
    return kinds[rng.integers(len(kinds))](rng)


def signs(rng: np.random.Generator) -> str:
    """Something with signs in it, now and then with no sense."""
    kinds = (amount, amount, date, date, signed, signed, clock, calculation, calculation, _nonsense)
    return kinds[rng.integers(len(kinds))](rng)


def anything(rng: np.random.Generator) -> str:
    """What may stand in a line, some of it with no sense: what a reader of lines should not lean on."""
    kind = rng.random()
    if kind < 0.42:
        return signs(rng)
    if kind < 0.62:
        return entry(rng)
    if kind < 0.74:
        return number(rng, 12)
    if kind < 0.86:
        return "".join(
            str(rng.integers(10)) if rng.random() < 0.7 else _pick(rng, *"..,,--//::+x*=()÷")
            for _ in range(rng.integers(2, 12))
        )
    if kind < 0.93:
        return "".join(_pick(rng, *"0123456789111177") for _ in range(rng.integers(1, 10)))
    return words(rng, 2) if rng.random() < 0.4 else equation(rng) if rng.random() < 0.5 else code(rng)


def _nonsense(rng: np.random.Generator) -> str:
    return "".join(_pick(rng, *"0123456789.,-/:+x*=()÷") for _ in range(rng.integers(3, 9)))
