"""How fast Digit Lab answers: cold on the command line, one image at a time, ten thousand at once; how soon it trains.

    uv run python benchmarks/latency.py [--model NAME] [--runs 5] [--json]

What is compared runs in turn, A B A B ..., and the ratio is the median over the pairs: machines are noisy.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from models.recognizer import Recognizer
from models.store import StoredModel, find_model
from pipeline.data.dataset import load_dataset


def timed(action: Callable[[], object]) -> float:
    """Wall seconds that `action` takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def compare(first: Callable[[], object], second: Callable[[], object], runs: int) -> dict[str, float]:
    """Runs both in turn after one warm-up each; medians in seconds, and of the ratio pair by pair."""
    timed(first), timed(second)
    pairs = [(timed(first), timed(second)) for _ in range(runs)]
    return {
        "seconds": statistics.median(a for a, _ in pairs),
        "other_seconds": statistics.median(b for _, b in pairs),
        "ratio": statistics.median(a / b for a, b in pairs),
    }


def cold_prediction(model: StoredModel, runs: int) -> dict[str, float]:
    """`digitlab predict` on one picture, from nothing, against importing TensorFlow alone."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "seven.png"
        Image.fromarray(255 - load_dataset().test[0][0]).resize((400, 400)).save(picture)
        predict = [sys.executable, "-m", "pipeline.cli", "predict", str(picture), "--model", model.id]
        load = [sys.executable, "-c", "import tensorflow"]

        def run(command: list[str]) -> Callable[[], object]:
            return lambda: subprocess.run(command, capture_output=True, check=True)

        return compare(run(predict), run(load), runs)


def start_of_keras(runs: int) -> dict[str, float]:
    """What a training waits for first: Keras without what it only looks for, against `import tensorflow`."""
    lean, plain = (
        [sys.executable, "-c", code]
        for code in ("from models.keras_start import load_keras; load_keras()", "import tensorflow")
    )
    return compare(
        lambda: subprocess.run(lean, capture_output=True, check=True),
        lambda: subprocess.run(plain, capture_output=True, check=True),
        runs,
    )


def one_image(model: StoredModel, runs: int) -> dict[str, float]:
    """A single image through a warm Recognizer: the median of many calls, in seconds."""
    recognizer = Recognizer(model.directory.litert_file)
    image = load_dataset().test[0][:1]
    recognizer.scores(image)
    return {"seconds": statistics.median(timed(lambda: recognizer.scores(image)) for _ in range(100 * runs))}


def whole_test_set(model: StoredModel, runs: int) -> dict[str, float]:
    """All 10,000 test images through the Recognizer's interpreters, against one interpreter alone."""
    from ai_edge_litert.interpreter import Interpreter

    images = load_dataset().test[0]
    recognizer = Recognizer(model.directory.litert_file)
    inputs = images[..., None].astype(np.float32) / 255
    plain = Interpreter(model_path=str(model.directory.litert_file), num_threads=1)
    into = plain.get_input_details()[0]["index"]
    plain.resize_tensor_input(into, inputs.shape)
    plain.allocate_tensors()

    def alone() -> None:
        plain.set_tensor(into, inputs)
        plain.invoke()

    return compare(lambda: recognizer.scores(images), alone, runs)


def main() -> None:
    """Prints the four figures, as text or JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="a model's name or id; else the default")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    model = find_model(arguments.model)
    cold = cold_prediction(model, arguments.runs)
    single = one_image(model, arguments.runs)
    batch = whole_test_set(model, arguments.runs)
    start = start_of_keras(arguments.runs)
    if arguments.json:
        found = {"cold": cold, "one_image": single, "test_set": batch, "start_of_keras": start}
        print(json.dumps({"model": model.id, **found}))
        return
    print(f"{model.name}, median of {arguments.runs} runs")
    print(
        f"cold prediction on the command line: {cold['seconds']:.2f} s, "
        f"{cold['ratio']:.2f} of the time that importing TensorFlow takes ({cold['other_seconds']:.2f} s)"
    )
    print(f"one image, warm: {1000 * single['seconds']:.2f} ms")
    print(
        f"10,000 test images: {batch['seconds']:.2f} s ({10_000 / batch['seconds']:,.0f} a second), "
        f"{batch['ratio']:.2f} of the time of one interpreter in one call"
    )
    print(
        f"start of Keras for a training: {start['seconds']:.1f} s, "
        f"{start['ratio']:.2f} of the time that importing TensorFlow takes ({start['other_seconds']:.1f} s)"
    )


if __name__ == "__main__":
    main()
