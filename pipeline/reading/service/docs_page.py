"""The description of the service (OpenAPI) as one page of HTML, without scripts and without a network."""

import json
import re
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid #8886; margin-top: 1.5rem; }
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
pre { background: #8882; padding: 0.75rem; border-radius: 0.4rem; white-space: pre-wrap; overflow-wrap: anywhere; }
dt { font-weight: 600; } dd { margin: 0 0 0.4rem 1.2rem; }
"""


def docs_page(schema: dict[str, Any], address: str) -> str:
    """A page that tells each endpoint, its parameters and its answers.

    Args:
        schema: as FastAPI's `openapi()` gives it.
        address: of the service as whoever looks has it, such as http://localhost:8502; it stands in the examples.
    """
    info = schema["info"]
    sections = "".join(
        _section(f"{address}{path}", method.upper(), path, endpoint)
        for path, methods in schema["paths"].items()
        for method, endpoint in methods.items()
    )
    title = escape(info["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}: the service</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1><p>{escape(info.get('description', ''))} "
        f'For programs: <a href="openapi.json">openapi.json</a>.</p>{sections}</main></body></html>'
    )


def _section(address: str, method: str, path: str, endpoint: dict[str, Any]) -> str:
    """One endpoint, whole address and path."""
    parameters = [(one["name"], one.get("description", "")) for one in endpoint.get("parameters", [])]
    answers = [(status, answer["description"]) for status, answer in endpoint["responses"].items()]
    token = ' -H "Authorization: Bearer $DIGITLAB_TOKEN"' if endpoint.get("security") else ""
    file = " -F file=@picture.png" if "requestBody" in endpoint else ""
    example = f"curl{token}{file} {address}"
    answer = endpoint["responses"]["200"].get("content", {}).get("application/json", {}).get("example")
    answered = f"<pre>{escape(json.dumps(answer))}</pre>" if answer else ""
    return (
        f"<section><h2>{method} {escape(path)}</h2><p>{escape(endpoint.get('summary', ''))}.</p>"
        f"<p>{_marked(endpoint.get('description', ''))}</p><pre>{escape(example)}</pre>{answered}"
        f"{_terms('Parameters', parameters)}{_terms('Answers', answers)}</section>"
    )


def _marked(text: str) -> str:
    """A text with what is between backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def _terms(title: str, terms: list[tuple[str, str]]) -> str:
    listed = "".join(f"<dt>{escape(term)}</dt><dd>{escape(meaning)}</dd>" for term, meaning in terms)
    return f"<h3>{title}</h3><dl>{listed}</dl>" if terms else ""
