"""What the address of the Learn page says: the lesson's step, or the contest that is played."""

from dashboard.widgets.address import MODEL, PageAddress, Parameter, one_of, whole_number
from pipeline.evaluation.learning.contest import MOST_SEED
from pipeline.evaluation.learning.steps import STEPS

PART = "learn_part"
"""Widget key: the lesson, the contest, or the report."""

STEP = "learn_step"
"""Widget key: the step that is open, by its key."""

CONTEST = "learn_contest"
"""The number of the contest that is played; None before one is begun."""

PARTS = {
    "lesson": ":material/school: Lesson",
    "contest": ":material/trophy: Contest",
    "report": ":material/description: Report",
}

ADDRESS = PageAddress(
    {
        "show": Parameter(PART, one_of(PARTS), default="lesson"),
        "step": Parameter(STEP, one_of(step.key for step in STEPS)),
        "contest": Parameter(CONTEST, whole_number(1, MOST_SEED)),
        "model": MODEL,
    }
)
