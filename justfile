# The few verbs of this project. `uv run just test`, or `just test` where just is installed.

# list the verbs
default:
    @"{{just_executable()}}" --list --unsorted

# the fast lane: all tests that train no network, start few processes and open no browser
test *arguments:
    uv run pytest -m "not slow and not browser" {{arguments}}

# lint, format and types
check: lint
    uv run mypy

# what takes no time: JavaScript and CSS, lint and format
lint: assets
    uv run ruff check .
    uv run ruff format --check .

# JavaScript and CSS; skipped where there is no npx, but not in CI
assets:
    #!/usr/bin/env bash
    set -euo pipefail
    if command -v npx >/dev/null; then
        npx --yes @biomejs/biome@2.6.8 ci dashboard/assets
    elif [ -n "${CI:-}" ]; then
        echo "npx is missing: the JavaScript and CSS in dashboard/assets can't be checked" >&2
        exit 1
    else
        echo "no npx here, so dashboard/assets is not checked"
    fi

# all of it, as CI runs it: the checks and every test; mypy, one process, runs beside the first tests
ci: lint
    #!/usr/bin/env bash
    set -euo pipefail
    uv run mypy &
    types=$!
    DIGITLAB_REQUIRE_BROWSER=1 uv run pytest --durations=15
    wait "$types"

# the lines that no test runs, counted in all processes that tests start as well, which takes long
coverage *arguments:
    uv run pytest --cov {{arguments}}

# the dashboard
run *arguments:
    uv run digitlab {{arguments}}

# the table of hyperparameters in docs/commands.md, written anew
docs:
    uv run python docs/hyperparameters.py

# the pictures of the documentation, taken anew
screenshots *arguments:
    uv run python docs/screenshots.py {{arguments}}
