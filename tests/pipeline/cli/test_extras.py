"""Without the packages of an extra, each command that needs one says in a sentence how to install it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from models.extras import EXTRAS
from tests.conftest import PROJECT


def run_without(modules: Sequence[str], *call: str, home: Path) -> "subprocess.CompletedProcess[str]":
    """The command line, to whose process these modules are not installed."""
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({modules!r}))\n"
        "from pipeline.cli import main; main(sys.argv[1:])"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *call],
        cwd=home,
        env={**os.environ, "MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("extra", "call", "sentence"),
    [
        ("serve", ("serve", "--port", "0"), "digitlab: `digitlab serve` needs"),
        ("onnx", ("models", "export", "dense", "dense.onnx"), "digitlab: ONNX needs"),
        ("mlflow", ("train", "--dataset", "nothing.npz"), "MLFLOW_TRACKING_URI needs"),
    ],
)
def test_what_is_not_installed_is_told_in_a_sentence(
    home: Path, extra: str, call: tuple[str, ...], sentence: str
) -> None:
    """As in a plain installation: Python finds all packages that are here, but for those of one extra."""
    done = run_without(EXTRAS[extra], *call, home=home)
    assert (done.returncode, done.stdout) == (2, "")
    first = done.stderr.splitlines()[0]
    names = ", ".join(EXTRAS[extra])
    assert first.startswith(
        f'{sentence} what isn\'t installed ({names}); `pip install -e ".[{extra}]"` adds it.'
    )
    assert not (home / "dense.onnx").exists()


@pytest.mark.parametrize("missing", EXTRAS["cluster"])
def test_each_package_of_an_extra_counts(home: Path, missing: str) -> None:
    done = run_without([missing], "read", "a.png", "--out", "o", home=home)
    assert done.returncode == 2
    assert not list(home.iterdir())
    assert done.stderr == (
        f'digitlab: --out needs what isn\'t installed ({missing}); `pip install -e ".[cluster]"` adds it.\n'
    )
