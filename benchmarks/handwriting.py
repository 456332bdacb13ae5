"""Scores `predict` and `read` on a folder of real handwriting, side by side with RapidOCR and Tesseract.

    python benchmarks/handwriting.py [FOLDER] [--engines digitlab rapidocr tesseract] [--model NAME_OR_PATH]
        [--hands N|all] [--record FILE.json] [--against FILE.json] [--sheet errors.png] [--name-all]

The folder holds pictures and a manifest.csv with the columns path, label, source, notes. Pictures under
single/ show one digit, all others any number. Sources that its confirm.txt names are scored apart, and their
pictures are named only with --name-all: what is changed after looking at a picture can't be judged by it. Notes
that begin with HARD, that tell of words or print, or of operators, are scored apart too. hands/*.npz are sets of
small scanned digits. --record keeps every answer; --against tells what changed since such a record.
"""

import argparse
import json
import resource
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from engines import DIGIT_LAB, ENGINES, Engine, available
from error_sheet import write_sheet
from hand_sets import HEADER as HANDS_HEADER
from hand_sets import changed_hands, read_hands, score_hands
from scores import HEADER, TUNING, Entry, grouped, print_changes, read_manifest, score

from models.recognizer import Recognizer
from models.store import find_model

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "handwriting"


def main() -> None:
    """Reads every picture with every engine and prints what was asked for."""
    options = _options()
    model, folder = options.model, options.folder
    file = Path(model) if model and model.endswith(".tflite") else find_model(model).directory.litert_file
    recognizer = Recognizer(file)
    entries = read_manifest(folder)
    sets = (
        {path.stem: path for path in sorted((folder / "hands").glob("*.npz"))} if options.hands != 0 else {}
    )
    record: dict[str, Any] = {"model": model or "default", "answers": {}, "hands": {}}
    for engine in available(options.engines, recognizer):
        record["answers"][engine.name] = _answers(engine, folder, entries)
        if engine.name == DIGIT_LAB:
            record["hands"] = {
                name: read_hands(path, recognizer, options.hands) for name, path in sets.items()
            }
        if options.record:  # after each, so that a run cut short leaves what it had
            options.record.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    _print_scores(entries, record["answers"])
    if record["hands"]:
        print(f"\n| hands | {HANDS_HEADER} |\n|{'---|' * (2 + HANDS_HEADER.count('|'))}")
        for name, answers in record["hands"].items():
            print(f"| {name} | {score_hands(sets[name], answers)} |")
    if DIGIT_LAB in record["answers"]:
        shown = [entry for entry in entries if entry.half == TUNING or options.name_all]
        _print_errors(shown, record["answers"][DIGIT_LAB])
        if options.sheet:
            _draw_errors(shown, record["answers"][DIGIT_LAB], folder, recognizer, options.sheet)
    if options.against:
        before = json.loads(options.against.read_text(encoding="utf-8"))
        for name in record["answers"]:
            if name in before["answers"]:
                print(f"\n{name} against {options.against}")
                old, new = before["answers"][name], record["answers"][name]
                print_changes(entries, old, new, name_all=options.name_all)
        for name in record["hands"]:
            if name in before["hands"]:
                print(f"{name}, {changed_hands(sets[name], before['hands'][name], record['hands'][name])}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument(
        "--model", help="a model's name, a run or a .tflite file; the shipped default without it"
    )
    parser.add_argument(
        "--hands",
        type=lambda text: None if text == "all" else int(text),
        default=500,
        help="how many pictures of each set of hands/, or all; 0 for none",
    )
    parser.add_argument("--record", type=Path, help="where every answer goes, a JSON file")
    parser.add_argument("--against", type=Path, help="such a file: what changed since")
    parser.add_argument("--sheet", type=Path, help="where the errors' contact sheet goes, a PNG")
    parser.add_argument("--name-all", action="store_true", help="name the confirming half's pictures as well")
    return parser.parse_args()


def _answers(engine: Engine, folder: Path, entries: list[Entry]) -> dict[str, str]:
    answers, seconds = {}, defaultdict(list)
    for entry in entries:
        started = time.perf_counter()
        answers[entry.path] = engine.read(folder / entry.path, single=entry.single)
        seconds["single" if entry.single else "several digits"].append(time.perf_counter() - started)
    times = ", ".join(f"{kind} {np.median(values) * 1000:.0f} ms" for kind, values in seconds.items())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{engine.name}, median: {times}; peak memory so far {peak:.0f} MB", flush=True)
    return answers


def _print_scores(entries: list[Entry], answers: dict[str, dict[str, str]]) -> None:
    print(f"\n| half | pictures | engine | {HEADER} |\n|{'---|' * (4 + HEADER.count('|'))}")
    for half, group, chosen in grouped(entries):
        for name, texts in answers.items():
            print(f"| {half} | {group} | {name} | {score(chosen, texts).row} |")


def _print_errors(entries: list[Entry], answers: dict[str, str]) -> None:
    wrong: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.errors(answers[entry.path]):
            wrong[entry.source, entry.group].append(entry)
    print(f"\nmisread by {DIGIT_LAB}")
    for (source, group), missed in sorted(wrong.items()):
        count = sum(entry.source == source and entry.group == group for entry in entries)
        print(f"  {source}, {group}: {len(missed)} of {count}")
        for entry in missed:
            text = answers[entry.path].replace("\n", "\\n") or "nothing"
            print(f"    {entry.path}: {entry.label} read as {text}")


def _draw_errors(
    entries: list[Entry], answers: dict[str, str], folder: Path, recognizer: Recognizer, sheet: Path
) -> None:
    wrong = []
    for entry in entries:
        if entry.errors(answers[entry.path]):
            caption = f"{entry.label} > {answers[entry.path]}".replace("\n", "\\n")
            wrong.append((folder / entry.path, entry.single, caption))
    write_sheet(wrong, recognizer, sheet)


if __name__ == "__main__":
    main()
