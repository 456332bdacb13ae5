"""Measures the shipped models on changed digits and writes what comes with the project; some three minutes.

    uv run python benchmarks/shipped_scores.py

To be run when a shipped model is another, or a change of digits is: until then those are measured when asked for.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from models.recognizer import Recognizer  # noqa: E402
from models.store import list_models  # noqa: E402
from pipeline.data.corruptions.mnist_c import MNIST_C  # noqa: E402
from pipeline.data.dataset import load_dataset  # noqa: E402
from pipeline.evaluation.model_evaluation import evaluation_folder  # noqa: E402
from pipeline.evaluation.stress.measure import SHIPPED_SCORES, measure  # noqa: E402
from pipeline.evaluation.stress.sweeps import SWEEPS  # noqa: E402


def main() -> None:
    """Measures all anew in a home of its own."""
    SHIPPED_SCORES.write_text("{}\n")
    digits = load_dataset()
    changes = [*MNIST_C, *(level for sweep in SWEEPS.values() for level in sweep.levels)]
    scores = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIGITLAB_HOME"] = folder
        for model in list_models():
            measure(model.directory, Recognizer(model.directory.litert_file), digits, changes)
            kept = evaluation_folder(model.directory, digits.sha256)
            files = sorted(kept.glob("stress-*.json"))
            scores[kept.name] = {file.stem: json.loads(file.read_text())["right"] for file in files}
            print(f"{model.name}: {len(files)} changes")
    SHIPPED_SCORES.write_text(json.dumps(scores, indent=1) + "\n")


if __name__ == "__main__":
    main()
