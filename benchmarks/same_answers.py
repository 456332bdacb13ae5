"""Whether two checkouts answer alike to the last digit: for a change that must not change what the program says.

    python benchmarks/same_answers.py record CHECKOUT FILE.json [--pictures FOLDER]
    python benchmarks/same_answers.py compare ONE.json OTHER.json

`record` calls the checkout's command line as a process: `predict` and `read` on a folder of pictures (in `single/` and
`multi/`, as `benchmarks/handwriting.py` takes it), `evaluate` on every shipped model, and seeded trainings of two
epochs of every optimizer, augmentation and an ensemble among them. `compare` lists every figure that differs;
times, ids and paths are left out. Exit code 1 where anything differs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

MODELS = ("cnn", "cnn-deep", "cnn-fast", "dense")
TRAININGS = {
    "cnn-fast": ["--arch", "cnn-fast", "--seed", "3", "--epochs", "2"],
    "cnn-fast, few": [
        "--arch",
        "cnn-fast",
        "--seed",
        "4",
        "--epochs",
        "2",
        "--ema",
        "0.9",
        "--dropout",
        "0.2",
    ],
    "cnn-deep, few": ["--arch", "cnn-deep", "--seed", "5", "--epochs", "2", "--validation-split", "0.1"],
    "dense, few": ["--arch", "dense", "--seed", "6", "--epochs", "2", "--early-stopping", "1"],
    "cnn, few, adam": ["--arch", "cnn", "--seed", "7", "--epochs", "2", "--weight-decay", "0.001"],
    "cnn, few, sgd": [
        "--arch",
        "cnn",
        "--seed",
        "8",
        "--epochs",
        "2",
        "--optimizer",
        "sgd",
        "--schedule",
        "cosine",
    ],
    "ensemble, few": [
        "--arch",
        "ensemble",
        "--seed",
        "9",
        "--epochs",
        "1",
        "--set",
        "members=2",
        "--set",
        "width=16",
    ],
}
UNSTABLE = {"time", "seconds", "run", "name", "path", "reason"}
"""Fields that differ from call to call (the default name of a run is its time), and one that is a sentence."""


def record(checkout: Path, pictures: Path | None) -> dict[str, list[dict[str, Any]]]:
    """Everything that the checkout answers, by the name of the question."""
    answers: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        few = _few_digits(checkout, home)
        if pictures:
            singles = sorted(path for path in (pictures / "single").rglob("*") if path.is_file())
            answers["predict"] = _call(checkout, home, "predict", *singles)
            answers["read"] = _call(checkout, home, "read", pictures / "multi")
            answers["read, length"] = _call(
                checkout, home, "read", pictures / "multi", "--expect", "length=6"
            )
        for model in MODELS:
            answers[f"evaluate {model}"] = _call(checkout, home, "evaluate", model)
        for name, arguments in TRAININGS.items():
            dataset = ["--dataset", few] if "few" in name else []
            answers[f"train {name}"] = _call(checkout, home, "train", *arguments, *dataset)
    return answers


def _few_digits(checkout: Path, home: Path) -> Path:
    mnist = next(checkout.glob("pipeline/**/mnist.npz"))
    few = home / "few.npz"
    with np.load(mnist) as arrays:
        np.savez(few, **{name: arrays[name][: 6000 if "train" in name else 1000] for name in arrays.files})
    return few


def _call(checkout: Path, home: Path, *arguments: object) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments), "--json"],
        cwd=checkout,
        env={**os.environ, "DIGITLAB_HOME": str(home), "PYTHONPATH": str(checkout)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(f"{' '.join(map(str, arguments))[:90]}: {done.returncode}", file=sys.stderr, flush=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two answers differ, one line each."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(set(one) | set(other))
        return [
            line
            for key in keys
            if key not in UNSTABLE
            for line in differences(one.get(key), other.get(key), f"{where}/{key}")
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for place, (a, b) in pairs for line in differences(a, b, f"{where}[{place}]")]
    return [] if one == other else [f"{where}: {str(one)[:80]} | {str(other)[:80]}"]


def _count(answer: Any) -> int:
    """How many figures an answer holds."""
    if isinstance(answer, dict):
        return sum(_count(value) for key, value in answer.items() if key not in UNSTABLE)
    return sum(map(_count, answer)) if isinstance(answer, list) else 1


def main() -> None:
    """Records or compares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record")
    recording.add_argument("checkout", type=Path)
    recording.add_argument("file", type=Path)
    recording.add_argument("--pictures", type=Path)
    comparing = commands.add_parser("compare")
    comparing.add_argument("one", type=Path)
    comparing.add_argument("other", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "record":
        answers = record(arguments.checkout.resolve(), arguments.pictures)
        arguments.file.write_text(json.dumps(answers))
        return
    one, other = (json.loads(file.read_text()) for file in (arguments.one, arguments.other))
    found = differences(one, other)
    print("\n".join(found[:40]))
    print(f"{len(found)} differences in {_count(one):,} figures of {len(one)} calls")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
