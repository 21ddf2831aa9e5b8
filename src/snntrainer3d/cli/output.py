"""How commands speak: one JSON object or a readable table on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from snntrainer3d.errors import Snntrainer3dError

PIPE_WIDTH = 200
"""Columns where stdout is no terminal, so that a row of a table stays one line."""

AsJson = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]


def give_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout."""
    print(json.dumps(value, ensure_ascii=False))


def give_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", first_whole: bool = False
) -> None:
    """Print a table on stdout; columns that begin with `#` are aligned to the right.

    With `first_whole` the first column has the width that it takes, and others give way.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    shown = list(rows)
    for place, column in enumerate(columns):
        least = max((len(row[0]) for row in shown), default=0) if first_whole and place == 0 else None
        table.add_column(
            column.removeprefix("#"), justify="right" if column.startswith("#") else "left", min_width=least
        )
    for row in shown:
        table.add_row(*(Text(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)


def give_pairs(pairs: Mapping[str, str]) -> None:
    """Print names and values, one per line."""
    width = max(map(len, pairs), default=0)
    for name, value in pairs.items():
        print(f"{name:<{width}}  {value}")


def say(text: str) -> None:
    """Print a line on stderr."""
    print(text, file=sys.stderr)


def tell_error(error: Snntrainer3dError, *, as_json: bool) -> int:
    """Tell all faults on stderr, with `--json` the body on stdout too; give the exit code."""
    say(f"Error: {error}")
    if error.hint and error.hint not in str(error):
        say(f"  {error.hint}")
    if as_json:
        give_json(error.body())
    return error.exit_code


def percent(share: float | None) -> str:
    """Write a share as people read it; empty where there is none."""
    return "" if share is None else f"{share:.2%}"


def clock(seconds: float | None) -> str:
    """Write a moment in local time; empty where there is none."""
    return "" if seconds is None else datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")
