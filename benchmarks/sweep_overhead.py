"""What a sweep costs beside the trainings in it: `python benchmarks/sweep_overhead.py [--rounds N] [--trials N]`.

In each round, a sweep of some short trials, one at a time, and `digitlab train` with the same hyperparameters, one
after the other; which goes first alternates. Both start TensorFlow anew for each training, so short trials show most of
what a sweep adds. Prints a line a round and the median of the ratios; more than 1.1 is too much.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parent.parent
IMAGES = 6000
MOST = 1.1


def save_digits(path: Path) -> None:
    """A part of MNIST as a data set file."""
    with np.load(PROJECT / "pipeline" / "data" / "mnist.npz") as mnist:
        np.savez(
            path,
            x_train=mnist["x_train"][:IMAGES],
            y_train=mnist["y_train"][:IMAGES],
            x_test=mnist["x_test"][:2000],
            y_test=mnist["y_test"][:2000],
        )


def seconds_of(home: Path, calls: list[list[str]]) -> float:
    """How long these calls of `digitlab` take, one after the other."""
    home.mkdir()
    environment = {**os.environ, "DIGITLAB_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    began = time.monotonic()
    for call in calls:
        command = [sys.executable, "-m", "pipeline.cli", *call]
        subprocess.run(command, env=environment, cwd=home, check=True, capture_output=True)
    return time.monotonic() - began


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=3)
    arguments = parser.parse_args()
    rates = [0.001 * (place + 1) for place in range(arguments.trials)]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        save_digits(place / "digits.npz")
        spec = place / "spec.yaml"
        spec.write_text(
            f"dataset: {place / 'digits.npz'}\n"
            f"settings: {{architecture: dense, epochs: 2, learning_rate: {rates}}}\n"
        )
        sweep = [["sweep", str(spec)]]
        options = ["--arch", "dense", "--epochs", "2", "--seed", "0", "--dataset", str(place / "digits.npz")]
        plain = [["train", *options, "--learning-rate", str(rate)] for rate in rates]
        seconds_of(place / "warm", plain[:1])  # files are read for the first time
        ratios = []
        for number in range(arguments.rounds):
            ways = {"sweep": sweep, "plain": plain}
            order = list(ways) if number % 2 else list(reversed(ways))
            took = {way: seconds_of(place / f"{way}{number}", ways[way]) for way in order}
            ratios.append(took["sweep"] / took["plain"])
            print(f"sweep {took['sweep']:.1f} s, plain {took['plain']:.1f} s, ratio {ratios[-1]:.3f}")
    median = statistics.median(ratios)
    print(f"median ratio {median:.3f}, {arguments.trials} trials a round")
    sys.exit(median > MOST)


if __name__ == "__main__":
    main()
