"""What twice the data, twice the batch and twice the epochs cost, and what they give: one knob at a time.

    uv run python benchmarks/cost_curves.py --arch cnn-fast --out docs/cost_curves

Every training is a process of its own, and the whole series is gone through once a seed, so that a machine that
slows down slows all of it. Time counts from the call of the training function to the trained network; accuracy is
that on 5,000 validation images, the same for all, because the test set chooses nothing.
"""

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trials import Rows, run_trials, write_report

KNOBS: dict[str, tuple[float, ...]] = {
    "data": (0.125, 0.25, 0.5, 1.0),
    "batch": (32, 64, 128, 256, 512),
    "epochs": (1, 2, 4, 8),
}
TITLES = {"data": "share of the training images", "batch": "batch size", "epochs": "epochs"}
VALIDATION = 5000


def measure(arch: str, knob: str, value: float, seed: int) -> dict[str, Any]:
    """Trains once in this process with one knob turned; returns the figures."""
    import numpy as np
    import tensorflow as tf

    from models.train_config import make_config
    from pipeline.data.dataset import load_dataset
    from pipeline.training.trainer import train

    tf.constant(1.0)
    settings: dict[str, Any] = {}
    if knob == "batch":
        settings["batch_size"] = int(value)
    if knob == "epochs":
        settings["epochs"] = int(value)
    images, labels = load_dataset().train
    order = np.random.default_rng(0).permutation(len(images))
    held_out, rest = order[:VALIDATION], order[VALIDATION:]
    chosen = rest[: round(len(rest) * (value if knob == "data" else 1.0))]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "part.npz"
        np.savez(
            file,
            x_train=images[chosen],
            y_train=labels[chosen],
            x_test=images[held_out],
            y_test=labels[held_out],
        )
        part = load_dataset(file)
        part.train  # noqa: B018  read before the clock runs
        began = time.perf_counter()
        result = train(make_config(arch, seed=seed, **settings), part)
        seconds = time.perf_counter() - began
        held_images, held_labels = part.test
    pixels = held_images[..., None].astype(np.float32) / 255
    answers = result.model.predict(pixels, batch_size=500, verbose=0)[:, :10]
    return {
        "knob": knob,
        "value": value,
        "seed": seed,
        "seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "accuracy": float((answers.argmax(1) == held_labels).mean()),
    }


def summarize(results: Rows) -> Rows:
    """Median time, highest memory and mean accuracy of each setting; each with its ratio to the one before."""
    rows: Rows = []
    for knob, values in KNOBS.items():
        before = None
        for value in values:
            own = [r for r in results if (r["knob"], r["value"]) == (knob, value)]
            row = {
                "knob": knob,
                "value": value,
                "seconds": statistics.median(r["seconds"] for r in own),
                "peak_mb": max(r["peak_mb"] for r in own),
                "accuracy": statistics.mean(r["accuracy"] for r in own),
            }
            row["time_ratio"] = row["seconds"] / before if before else None
            before = row["seconds"]
            rows.append(row)
    return rows


def as_table(rows: Rows) -> str:
    """The summary in Markdown."""
    lines = [
        "| knob | value | time | against the value before | peak memory | validation accuracy |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        ratio = f"{row['time_ratio']:.2f} times" if row["time_ratio"] else ""
        lines.append(
            f"| {TITLES[row['knob']]} | {row['value']:g} | {row['seconds']:.1f} s | {ratio} "
            f"| {row['peak_mb']:,.0f} MB | {row['accuracy']:.2%} |"
        )
    return "\n".join(lines)


def as_picture(rows: Rows, arch: str) -> Any:
    """Time, memory and validation error over each knob: a Plotly figure."""
    from plotly.subplots import make_subplots

    kinds: list[tuple[str, Callable[[dict[str, Any]], float]]] = [
        ("time in s", lambda row: float(row["seconds"])),
        ("peak memory in MB", lambda row: float(row["peak_mb"])),
        ("validation error in %", lambda row: 100 * (1 - float(row["accuracy"]))),
    ]
    figure: Any = make_subplots(len(kinds), len(KNOBS), shared_xaxes="columns", vertical_spacing=0.06)
    for column, knob in enumerate(KNOBS, 1):
        own = [row for row in rows if row["knob"] == knob]
        for line, (title, take) in enumerate(kinds, 1):
            figure.add_scatter(
                x=[row["value"] for row in own],
                y=[take(row) for row in own],
                mode="lines+markers",
                showlegend=False,
                row=line,
                col=column,
            )
            if column == 1:
                figure.update_yaxes(title_text=title, row=line, col=column)
            figure.update_yaxes(rangemode="tozero", row=line, col=column)
            figure.update_xaxes(type="log", tickvals=KNOBS[knob], row=line, col=column)
        figure.update_xaxes(title_text=TITLES[knob], row=len(kinds), col=column)
    figure.update_layout(
        title=f"What twice the data, the batch and the epochs cost ({arch})",
        template="plotly_white",
        width=1100,
        height=800,
    )
    return figure


def main() -> None:
    """Reads the arguments; with --one, measures one training and prints it as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--arch", default="cnn-fast", help="catalogue name")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, help="folder for results.json, table.md and picture.html")
    parser.add_argument("--one", nargs=3, metavar=("KNOB", "VALUE", "SEED"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        knob, value, seed = arguments.one
        print(json.dumps(measure(arguments.arch, knob, float(value), int(seed))))
        return
    trials = (
        ["--arch", arguments.arch, "--one", knob, str(value), str(seed)]
        for seed in range(arguments.seeds)
        for knob, values in KNOBS.items()
        for value in values
    )
    results = run_trials(__file__, trials)
    rows = summarize(results)
    print(as_table(rows))
    if arguments.out:
        document = {"architecture": arguments.arch, "results": results, "summary": rows}
        write_report(arguments.out, document, as_table(rows), as_picture(rows, arguments.arch))


if __name__ == "__main__":
    main()
