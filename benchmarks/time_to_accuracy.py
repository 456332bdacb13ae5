"""How long each preset takes to which accuracy, against the tutorial recipe, side by side in one run.

    uv run python benchmarks/time_to_accuracy.py --seeds 5 --presets cnn-fast --out docs/time_to_accuracy

Every training is a process of its own; the candidates alternate, seed by seed, so that a machine that slows
down slows all of them. Wall time counts from the call of the training function to a ready model with its
LiteRT file: tracing and export included, Python's and TensorFlow's start not (it is the same for all).
"""

import argparse
import json
import platform
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from trials import Rows, run_trials, write_report

TUTORIAL = "tutorial"


def train_tutorial(seed: int, folder: Path) -> tuple[Any, int]:
    """The recipe of the tutorials, written as they write it; returns the model and the images it has seen."""
    import keras

    from pipeline.data.dataset import load_dataset

    keras.utils.set_random_seed(seed)
    pixels, labels = load_dataset().train
    images = pixels[..., None].astype("float32") / 255
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, batch_size=64, epochs=5, validation_split=0.1, verbose=0)
    model.export(folder / "model.tflite", format="litert", verbose=False)
    return model, 5 * 54_000


def config_of(preset: str, seed: int, epochs: int | None) -> Any:
    """The preset's own settings, with another number of epochs where one is given."""
    from models.train_config import make_config

    return make_config(preset, seed=seed, **({"epochs": epochs} if epochs else {}))


def train_preset(preset: str, seed: int, folder: Path, epochs: int | None) -> tuple[Any, int]:
    """A preset of Digit Lab's own; returns what the training gave and the images it has seen."""
    from pipeline.data.dataset import load_dataset
    from pipeline.training.callbacks import Callbacks
    from pipeline.training.trainer import train

    seen = 0

    def count(progress: Any) -> None:
        nonlocal seen
        seen = progress.images

    result = train(config_of(preset, seed, epochs), load_dataset(), Callbacks(count))
    result.model.export(folder / "model.tflite", format="litert", verbose=False)
    return result, seen


def keep(preset: str, seed: int, epochs: int | None, result: Any, seconds: float) -> None:
    """Stores the trained network as a run of DIGITLAB_HOME, as `digitlab train` would have."""
    from models.records import now
    from pipeline.data.dataset import load_dataset
    from pipeline.runs.queue import create
    from pipeline.training.export import complete

    run = create(config_of(preset, seed, epochs), load_dataset(), f"{preset} seed {seed}")
    lines = [progress.model_copy(update={"time": now()}).as_line() for progress in result.history]
    run.progress_file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    complete(
        run,
        result.model,
        load_dataset(),
        result.validation,
        reason=f"All {result.epochs} epochs done.",
        epochs_done=result.epochs,
        seconds=seconds,
    )


def measure(preset: str, seed: int, epochs: int | None, kept: bool) -> dict[str, Any]:
    """Trains once in this process and returns the figures."""
    import tensorflow as tf

    from models.recognizer import Recognizer
    from pipeline.data.dataset import load_dataset

    tf.constant(1.0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wall, cpu = time.perf_counter(), time.process_time()
        if preset == TUTORIAL:
            _, seen = train_tutorial(seed, folder)
        else:
            result, seen = train_preset(preset, seed, folder, epochs)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        images, labels = load_dataset().test
        answers = Recognizer(folder / "model.tflite").probabilities(images).argmax(1)
        by_people = load_dataset().test_labels_by_people
        assert by_people is not None
        if kept and preset != TUTORIAL:
            keep(preset, seed, epochs, result, wall)
    return {
        "preset": preset,
        "seed": seed,
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "images_per_second": seen / wall,
        "peak_mb": peak,
        "test_accuracy": float(np.mean(answers == labels)),
        "human_accuracy": float(np.mean((answers == by_people)[by_people >= 0])),
    }


def summarize(results: Rows) -> Rows:
    """Mean and spread for each preset, and its wall time as a share of the tutorial's with the same seed."""
    tutorial = {r["seed"]: r["wall_seconds"] for r in results if r["preset"] == TUTORIAL}
    rows = []
    for preset in dict.fromkeys(r["preset"] for r in results):
        own = [r for r in results if r["preset"] == preset]
        accuracy = [r["test_accuracy"] for r in own]
        ratios = [r["wall_seconds"] / tutorial[r["seed"]] for r in own if r["seed"] in tutorial]
        rows.append(
            {
                "preset": preset,
                "seeds": len(own),
                "wall_seconds": statistics.median(r["wall_seconds"] for r in own),
                "wall_ratio": statistics.median(ratios) if ratios else None,
                "cpu_seconds": statistics.median(r["cpu_seconds"] for r in own),
                "images_per_second": statistics.median(r["images_per_second"] for r in own),
                "peak_mb": max(r["peak_mb"] for r in own),
                "accuracy_mean": statistics.mean(accuracy),
                "accuracy_min": min(accuracy),
                "accuracy_max": max(accuracy),
                "human_mean": statistics.mean(r["human_accuracy"] for r in own),
            }
        )
    return rows


def as_table(rows: Rows) -> str:
    """The summary in Markdown."""
    lines = [
        "| preset | seeds | wall time | of tutorial | CPU time | images/s | peak memory | accuracy | by human votes |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        share = row["wall_ratio"] or 1.0
        ratio = f"1/{1 / share:.1f}" if share < 1 else f"{share:.1f} times" if share > 1 else ""
        spread = f"{row['accuracy_min']:.2%} to {row['accuracy_max']:.2%}"
        lines.append(
            f"| {row['preset']} | {row['seeds']} | {row['wall_seconds']:.1f} s | {ratio} "
            f"| {row['cpu_seconds']:.1f} s | {row['images_per_second']:,.0f} | {row['peak_mb']:,.0f} MB "
            f"| {row['accuracy_mean']:.3%} ({spread}) | {row['human_mean']:.3%} |"
        )
    return "\n".join(lines)


def as_picture(results: Rows) -> Any:
    """Every training as a point, wall time against error: a Plotly figure."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for preset in dict.fromkeys(r["preset"] for r in results):
        own = [r for r in results if r["preset"] == preset]
        figure.add_scatter(
            x=[r["wall_seconds"] for r in own],
            y=[100 * (1 - r["test_accuracy"]) for r in own],
            mode="markers",
            name=preset,
            marker={"size": 11},
        )
    figure.update_layout(
        title="Test error against training time, one point a seed",
        xaxis={"title": "wall time in seconds, tracing and export included", "type": "log"},
        yaxis={"title": "test error in %", "rangemode": "tozero"},
        template="plotly_white",
    )
    return figure


def main() -> None:
    """Reads the arguments; with --one, measures one training and prints it as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--presets", nargs="*", default=["cnn-fast"], help="catalogue names to compare")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, help="in place of each preset's own number")
    parser.add_argument("--no-tutorial", action="store_true", help="leave the tutorial recipe out")
    parser.add_argument("--out", type=Path, help="folder for results.json, table.md and picture.html")
    parser.add_argument("--keep", action="store_true", help="store our trainings as runs of DIGITLAB_HOME")
    parser.add_argument("--one", nargs=2, metavar=("PRESET", "SEED"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one[0], int(arguments.one[1]), arguments.epochs, arguments.keep)))
        return
    presets = [*([] if arguments.no_tutorial else [TUTORIAL]), *arguments.presets]
    shared = [
        *(["--epochs", str(arguments.epochs)] if arguments.epochs else []),
        *["--keep"] * arguments.keep,
    ]

    def report(results: Rows) -> None:
        rows = summarize(results)
        document = {
            "machine": platform.processor() or platform.machine(),
            "results": results,
            "summary": rows,
        }
        if arguments.out:
            write_report(arguments.out, document, as_table(rows), as_picture(results))

    trials = (["--one", preset, str(seed), *shared] for seed in range(arguments.seeds) for preset in presets)
    print(as_table(summarize(run_trials(__file__, trials, report))))


if __name__ == "__main__":
    main()
