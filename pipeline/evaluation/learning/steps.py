"""The lesson as data: six steps, each with a question that is answered before anything is tried.

Knows no pages; where a step is done stands in it as words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Network = Literal["dense", "cnn"]

ARCHITECTURES: dict[Network, tuple[str, ...]] = {
    "dense": ("dense",),
    "cnn": ("cnn-fast", "cnn", "cnn-deep"),
}
"""Architectures that count as each kind of network; the first is the one to train, and the shipped one to use."""

DRAWINGS = 5
"""How many digits are drawn to fool the network."""

ANGLE = 45
"""Degrees by which digits are turned in the last step."""


@dataclass(frozen=True)
class Amount:
    """A question that a number answers, from 0 to `most`; `of` says what it is counted in."""

    most: int
    step: int
    of: str


@dataclass(frozen=True)
class Choice:
    """A question with some answers to choose from: the words of each, by its key."""

    options: Mapping[str, str]


Evidence = Literal["training", "visit", "drawings"]
"""What shows that a step was done: a model that was trained, a page that was looked at, drawings that were saved."""


@dataclass(frozen=True)
class Step:
    """One step of the lesson.

    Attributes:
        key: what tells it from the others in addresses and files.
        short: its name where there is little room.
        title: what is done.
        about: what one must know to answer the question.
        question: asked before it is done.
        kind: what answers it.
        task: what to do.
        page: where, as in addresses.
        link: what the link to that page says.
        network: which of the lesson's two networks it is about.
        evidence: what shows that it was done.
        why: what to make of the result.
        view: what that page's address says beside the model.
    """

    key: str
    short: str
    title: str
    about: str
    question: str
    kind: Amount | Choice
    task: str
    page: str
    link: str
    network: Network
    evidence: Evidence
    why: str
    view: Mapping[str, str] = field(default_factory=dict)

    def in_words(self, answer: int | str) -> str:
        """An answer to the question as people say it."""
        if isinstance(self.kind, Choice):
            return self.kind.options.get(str(answer), str(answer))
        return f"{answer:,} {self.kind.of}" if isinstance(answer, int) else answer

    def fits(self, answer: int | str) -> bool:
        """Whether that is an answer to the question."""
        if isinstance(self.kind, Choice):
            return answer in self.kind.options
        return isinstance(answer, int) and 0 <= answer <= self.kind.most

    def judge(self, prediction: int | str, result: int | str) -> str:
        """How the prediction compares to what came out, in a few words."""
        if prediction == result:
            return "Exactly as you said."
        if isinstance(prediction, str) or isinstance(result, str) or isinstance(self.kind, Choice):
            return "Not what you said."
        if abs(prediction - result) <= self.kind.most / 20:
            return "Close!"
        return "Fewer than you said." if result < prediction else "More than you said."


STEPS = (
    Step(
        key="dense",
        short="Dense",
        title="Train a dense network",
        about="A dense network gets a picture as a list of 784 gray values, one for each pixel. Every value is "
        "connected to every unit of the next layer. It learns from 60,000 handwritten digits, and is then tested on "
        "10,000 others that it has never seen. Guessing blindly would get about 9,000 of them wrong.",
        question="How many of the 10,000 test digits will it get wrong?",
        kind=Amount(2000, 10, "of 10,000"),
        task="Start the training with the settings as they are. It goes on while you look at other pages, and the "
        "result appears here when it has ended.",
        page="train",
        link="Train a dense network",
        network="dense",
        evidence="training",
        why="Nobody told the network what a digit looks like. It only changed its weights a little whenever it was "
        "wrong. It does not even know which pixels are neighbors: with all pixels shuffled, in every picture in the "
        "same way, it would learn just as well.",
        view={"show": "settings", "arch": "dense"},
    ),
    Step(
        key="mistakes",
        short="Mistakes",
        title="Look at its mistakes",
        about="The dense network reads most test digits right, but not all. Its mistakes are not spread evenly: some "
        "digits are mixed up far more often than others.",
        question="Which two digits does it mix up most often?",
        kind=Choice(
            {
                "4-9": "4 and 9",
                "3-5": "3 and 5",
                "2-7": "2 and 7",
                "7-9": "7 and 9",
                "other": "Another pair",
            }
        ),
        task="Look through its mistakes, and open some of them. Which could you have read? Which not even you? Then "
        "come back.",
        page="mistakes",
        link="See the mistakes",
        network="dense",
        evidence="visit",
        why="Digits are mixed up where a small stroke makes the difference: close the top of a 4, and it is a 9. Some "
        "of these digits are hard for people as well, and a few have a label that most people find wrong.",
    ),
    Step(
        key="cnn",
        short="CNN",
        title="Train a convolutional network",
        about="A convolutional network, CNN for short, slides small filters over the picture. Each filter looks at a "
        "few neighboring pixels at a time, and looks for the same thing everywhere.",
        question="How many of the 10,000 test digits will the CNN get wrong?",
        kind=Amount(500, 5, "of 10,000"),
        task="Start this training with the settings as they are too. It is a short one. The result appears here when "
        "it has ended.",
        page="train",
        link="Train a CNN",
        network="cnn",
        evidence="training",
        why="A dense network has to learn a stroke anew for every place where it may be. A filter that found it in "
        "one place finds it in all places, so the CNN makes more of the same examples.",
        view={"show": "settings", "arch": "cnn-fast"},
    ),
    Step(
        key="inside",
        short="Inside",
        title="Look inside",
        about="The CNN is made of layers, one after the other. Each layer consists of units, and what a unit answers "
        "becomes a point of a new picture, a feature map, which the next layer looks at.",
        question="How much of the picture does one unit of the first layer look at?",
        kind=Choice(
            {
                "pixel": "A single pixel",
                "patch": "A small patch of neighboring pixels",
                "half": "About half of the picture",
                "whole": "The whole picture",
            }
        ),
        task="Draw a digit, or take a test digit, and follow it from the first layer to the last. What do the first "
        "maps show? Do you still see the digit in the last ones? Then come back.",
        page="explain",
        link="Look inside the CNN",
        network="cnn",
        evidence="visit",
        why="The first layer finds edges and pieces of strokes, later layers put them together to arcs and corners, "
        "and the last one weighs what was found for each of the ten digits. Nobody programmed that: the filters were "
        "random at first, and learned it.",
    ),
    Step(
        key="fool",
        short="Fool it",
        title="Draw what fools it",
        about=f"Now you are the one who asks. Draw {DRAWINGS} digits that anybody could read, but that the CNN may "
        "not: slanted, curly, tiny, with gaps, as you like.",
        question=f"How many of your {DRAWINGS} digits will it get wrong?",
        kind=Amount(DRAWINGS, 1, f"of {DRAWINGS}"),
        task="Whenever it is wrong, choose “Correct the answer” below it, and then the right digit. That saves the "
        f"drawing, and it is counted here. Come back when you have drawn {DRAWINGS}.",
        page="recognize",
        link="Draw",
        network="cnn",
        evidence="drawings",
        why="The network is at home among digits like those it learned from. Odd ones are new to it, and still it "
        "has to answer something. Look at how sure it was when it was wrong.",
        view={"input": "draw"},
    ),
    Step(
        key="stress",
        short="Stress",
        title="Stress it",
        about=f"All test digits stand upright. Turned by {ANGLE} degrees to the left or to the right, they are still "
        "easy for you.",
        question=f"Of 100 test digits that are turned by {ANGLE} degrees, how many does the CNN still read right?",
        kind=Amount(100, 1, "of 100"),
        task="See how its accuracy falls as digits are turned more and more. Then try other changes: what harms it "
        "most? Then come back.",
        page="stress",
        link="Stress the CNN",
        network="cnn",
        evidence="visit",
        why="People have seen things from all sides, the network hardly has. A test score holds for pictures like "
        "those of the test and no others, so test a model on what it will really meet before you rely on it.",
        view={"level": "4"},
    ),
)
"""In the order in which they make most sense; any order works."""


def find_step(key: str) -> Step:
    """The step with that key; `StopIteration` where there is none."""
    return next(step for step in STEPS if step.key == key)
