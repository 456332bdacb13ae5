"""What the service answers to a file. Knows nothing of HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2

from models.errors import InputError
from models.native_output import silenced_stderr
from models.recognizer import Recognizer
from models.store import StoredModel
from pipeline.reading.constraints import parse_constraint
from pipeline.reading.file_reading import check_any_read, read_file
from pipeline.reading.networks import load_networks
from pipeline.reading.numbers import Decimal
from pipeline.reading.records import answer_record, result_record
from pipeline.reading.single_digit import recognize_digit


@dataclass(frozen=True)
class Reader:
    """A model that answers. One object is shared by all threads.

    Attributes:
        model: which one.
        most_pages: of one file.
    """

    model: StoredModel
    most_pages: int

    @cached_property
    def _recognizer(self) -> Recognizer:
        return Recognizer(self.model.directory.litert_file)

    def load(self) -> None:
        """Loads the networks, before the first file comes.

        Raises:
            ModelError: the model is damaged.
        """
        cv2.setNumThreads(1)  # there are threads enough
        with silenced_stderr():
            assert self._recognizer  # noqa: S101
            load_networks()

    def predict(self, content: bytes, name: str) -> dict[str, Any]:
        """The digit in a picture, as `digitlab predict --json` tells it.

        Raises:
            InputError: the picture can't be read.
        """
        try:
            answer = recognize_digit(content, self._recognizer).prediction
        except InputError as error:
            raise error.about(name) from None
        return {"path": name, **answer_record(answer)}

    def read(
        self, content: bytes, name: str, expect: Sequence[str], decimal: Decimal | None
    ) -> dict[str, Any]:
        """The pages of a file, each as `digitlab read --json` tells it.

        Raises:
            InputError: no page can be read, or there are too many.
            ConfigError: `expect` has a rule that is none.
        """
        rules = [parse_constraint(rule, from_files=False) for rule in expect]
        results = read_file(content, name, self._recognizer, rules, self.most_pages)
        check_any_read(results)
        return {"pages": [result_record(page, result, decimal) for page, result in results]}
