"""Writes the table of hyperparameters in docs/commands.md from the fields of `TrainConfig`.

uv run python docs/hyperparameters.py
"""

import re
from pathlib import Path

from models.train_config import TrainConfig, field_help
from pipeline.cli.train import HYPERPARAMETERS, allowed_values, option_name

COMMANDS = Path(__file__).with_name("commands.md")
_TABLE = re.compile(r"(<!-- hyperparameters[^>]*-->\n).*?(<!-- end of hyperparameters -->)", re.DOTALL)


def hyperparameter_table() -> str:
    """The table as Markdown: option, allowed values, default, meaning."""
    rows = ["| option | values | default | meaning |", "|---|---|---|---|"]
    for field in HYPERPARAMETERS:
        default = TrainConfig.model_fields[field].default
        shown = ("on" if default else "off") if isinstance(default, bool) else f"{default}"
        if field == "seed":
            shown = "new"
        rows.append(f"| `{option_name(field)}` | {allowed_values(field)} | {shown} | {field_help(field)} |")
    return "\n".join(rows)


def with_table(text: str) -> str:
    """The page with the table as it should be."""
    return _TABLE.sub(lambda match: f"{match[1]}{hyperparameter_table()}\n{match[2]}", text)


if __name__ == "__main__":
    COMMANDS.write_text(with_table(COMMANDS.read_text(encoding="utf-8")), encoding="utf-8")
