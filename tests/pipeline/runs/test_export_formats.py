"""Every format that is declared can be written, and what is not declared is refused."""

from pathlib import Path

import pytest

from models.errors import ConfigError, ModelError
from models.store import find_model
from pipeline.runs.export_formats import EXPORT_FORMATS, ExportFormat, find_format


@pytest.mark.parametrize("entry", EXPORT_FORMATS, ids=lambda entry: entry.suffix)
def test_each_format_writes_a_file_or_says_why_not(entry: ExportFormat, home: Path, tmp_path: Path) -> None:
    path = tmp_path / f"model{entry.suffix}"
    assert find_format(path) is entry
    entry.write(find_model("dense"), path)
    assert path.stat().st_size > 1_000
    with pytest.raises(ModelError, match="can't be written there"):
        entry.write(find_model("dense"), tmp_path / "nowhere" / path.name)


def test_other_names_are_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"ends in \.keras, \.tflite, \.onnx, \.zip or \.md"):
        find_format(Path("model.exe"))
