"""A model before and after it was fine-tuned, on the same images: what it learned and what it forgot."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.digits import DIGITS
from models.recognizer import SURELY_DIGIT
from models.records import Count, ModelResults, Seconds, Share
from pipeline.evaluation.metrics import wilson_interval
from pipeline.evaluation.trust.significance import mcnemar

LARGEST_LOSS = 0.0005
"""Share of the validation images that may be lost to what is learned."""

_CLEAR = 0.05  # p-value below which a difference is not called luck


def wrong_digits(scores: NDArray[np.float32], labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the likeliest digit is not the label, bool (n,); scores as of `Recognizer.scores`."""
    return np.asarray(scores[:, :DIGITS].argmax(1) != labels)


def wrong_answers(scores: NDArray[np.float32], labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """As `wrong_digits`, where "not a digit", label 10, is an answer too: that of pictures which Recognize refuses."""
    answers = scores[:, :DIGITS].argmax(1)
    if scores.shape[1] > DIGITS:
        answers = np.where(1 - scores[:, DIGITS] < SURELY_DIGIT, DIGITS, answers)
    return np.asarray(answers != labels)


class Change(BaseModel):
    """Answers to the same images before and after.

    Attributes:
        count: images.
        errors: wrong answers before.
        fixed: images that were wrong and are right.
        broken: images that were right and are wrong.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    count: Annotated[Count, Field(gt=0)]
    errors: Count
    fixed: Count
    broken: Count

    @property
    def errors_after(self) -> int:
        """Wrong answers after."""
        return self.errors - self.fixed + self.broken

    @property
    def accuracy(self) -> tuple[float, float]:
        """Share of right answers before and after."""
        return 1 - self.errors / self.count, 1 - self.errors_after / self.count

    def intervals(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The 95 % Wilson score interval of both shares."""
        before, after = (wilson_interval(self.count - wrong, self.count) for wrong in self._errors())
        return before, after

    def _errors(self) -> tuple[int, int]:
        return self.errors, self.errors_after

    @property
    def p(self) -> float:
        """Of the exact McNemar test: how often chance alone makes so great a difference."""
        return mcnemar(self.fixed, self.broken)


def change(wrong: NDArray[np.bool_], wrong_after: NDArray[np.bool_]) -> Change:
    """Sets which answers were wrong before and after against each other, both bool (n,)."""
    return Change(
        count=len(wrong),
        errors=int(wrong.sum()),
        fixed=int((wrong & ~wrong_after).sum()),
        broken=int((~wrong & wrong_after).sum()),
    )


def forgets(validation: Change) -> bool:
    """Whether more than `LARGEST_LOSS` of the validation images is lost."""
    return validation.errors_after - validation.errors > LARGEST_LOSS * validation.count


class AdaptationReport(BaseModel):
    """What fine-tuning a model on one person's digits did: what adaptation.json holds.

    Attributes:
        own: on the person's digits that were kept back; "not a digit" counts as an answer here.
        validation: on images of the model's own data set that it was neither rehearsed nor tested on.
        test: on the test images of that data set; decides nothing.
        world: on made digits in hands that no model saw; decides nothing.
        share: how far from the former weights to the fine-tuned ones the model is, above 0 to 1.
        seconds: from the worker's start to the end.
        results: of the model, for run.json once it is kept.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    own: Change
    validation: Change
    test: Change
    world: Change
    share: Share
    seconds: Seconds = 0.0
    results: ModelResults

    @property
    def helps(self) -> bool:
        """Whether the person's digits are read better and nothing is forgotten for it."""
        return self.own.errors_after < self.own.errors and not forgets(self.validation)

    def rows(self, dataset: str) -> dict[str, Change]:
        """What was counted, each by what people call it; `dataset` is the name of the model's data set."""
        return {
            "Your digits, held out": self.own,
            f"{dataset}, validation": self.validation,
            f"{dataset}, test": self.test,
            "Hands of the world": self.world,
        }

    def verdict(self) -> str:
        """Whether it helps and why, for people."""
        own = self.own
        right, right_after = own.count - own.errors, own.count - own.errors_after
        if self.helps:
            luck = f" With so few digits that may be luck (p = {own.p:.2f})." if own.p >= _CLEAR else ""
            return f"It helps: {right_after} of your {own.count} held-out digits are right, {right} before.{luck}"
        if not own.errors:
            return f"Nothing to gain: the model read all {own.count} of your held-out digits before."
        if forgets(self.validation):
            more = self.validation.errors_after - self.validation.errors
            return (
                f"It forgets too much: {more} more wrong of {self.validation.count:,} validation images; at most "
                f"{100 * LARGEST_LOSS:.2f} % may be lost."
            )
        return (
            f"It doesn't help: {right_after} of your {own.count} held-out digits are right, {right} before."
        )
