"""Whose a run, model or saved digit is, and who may change it. Knows nothing of how people say who they are."""

from dataclasses import dataclass

from models.errors import ModelError


@dataclass(frozen=True)
class Person:
    """Who asks for something.

    Attributes:
        name: owner of what they make; "" for a lone user.
        teacher: whether they may change everything.
    """

    name: str = ""
    teacher: bool = False


ADMINISTRATOR = Person(teacher=True)
"""Whoever has the files anyway: the command line, and the pages of a Digit Lab that nobody shares."""


def may_change(owner: str, who: Person) -> bool:
    """Whether `who` may stop, resume, rename, delete or make the default what is `owner`'s ("": nobody's)."""
    return who.teacher or bool(owner and owner == who.name)


def refusal(owner: str, who: Person) -> str | None:
    """One sentence for `who` where they may not change what is `owner`'s; None where they may."""
    if may_change(owner, who):
        return None
    return f"Only {owner} or the teacher can change this." if owner else "Only the teacher can change this."


def check_may_change(owner: str, who: Person) -> None:
    """Raises `ModelError` where `who` may not change what is `owner`'s."""
    if sentence := refusal(owner, who):
        raise ModelError(sentence)
