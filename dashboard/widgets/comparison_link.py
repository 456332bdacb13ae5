"""What the address of Evaluate says of the models that are compared there, and links to that comparison."""

from collections.abc import Sequence

from dashboard.widgets.address import MODEL, PageAddress, Parameter, model_id, one_of, several
from models.store import StoredModel

RIVALS = "_rivals"
"""Key of the session's state: ids of the models to compare the chosen one with; None for the best other one."""

MOST_RIVALS = 4

RIVALS_PARAMETER = Parameter(RIVALS, several(model_id), ",".join)

SECTION = "evaluate_section"
"""Widget key: what Evaluate looks at."""

SECTIONS = {"results": "Results", "sure": "How sure", "better": "Which model is better"}

SECTION_PARAMETER = Parameter(SECTION, one_of(SECTIONS), default="results")

_ADDRESS = PageAddress({"model": MODEL, "section": SECTION_PARAMETER, "rivals": RIVALS_PARAMETER})


def comparison_parameters(models: Sequence[StoredModel]) -> dict[str, str]:
    """The query parameters of Evaluate that compare the first of these models with the others, four at most."""
    first, *others = (model.id for model in models)
    return _ADDRESS.to_parameters(model=first, section="better", rivals=others[:MOST_RIVALS])
