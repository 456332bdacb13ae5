"""What the data sets are called that people can choose beside MNIST."""

from dashboard.visitor import visitor
from pipeline.data import saved_digits
from pipeline.data.user_datasets import MY_DIGITS, StoredDataset


def name_datasets(stored: list[StoredDataset]) -> dict[str, str]:
    """Names by reference: the visitor's saved digits, where there are any, and these stored ones."""
    count = len(saved_digits.labeled(saved_digits.list_saved(visitor())))
    mine = {MY_DIGITS: f"My saved digits ({count})"} if count else {}
    return mine | {dataset.id: dataset.name for dataset in stored}
