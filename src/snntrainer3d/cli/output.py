"""How commands speak: one JSON object or a readable table on stdout, everything else on stderr.

Every line goes through here, because names, notes and messages may hold what steers a terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from snntrainer3d.errors import Snntrainer3dError, printable

PIPE_WIDTH = 200
"""Columns where stdout is no terminal, so that a row of a table stays one line."""

AsJson = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]


def give_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout; what steers a terminal stands as JSON's own escapes."""
    text = json.dumps(value, ensure_ascii=False)
    print(text if printable(text) == text else json.dumps(value))


def give(text: str = "", *, flush: bool = False) -> None:
    """Print a line on stdout."""
    print(printable(text), flush=flush)


def give_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", first_whole: bool = False
) -> None:
    """Print a table on stdout; columns that begin with `#` are aligned to the right.

    With `first_whole` the first column has the width that it takes, and others give way.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(printable(title)) if title else None,
        title_justify="left",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    shown = [[printable(cell) for cell in row] for row in rows]
    for place, column in enumerate(columns):
        least = max((len(row[0]) for row in shown), default=0) if first_whole and place == 0 else None
        header = Text(printable(column.removeprefix("#")))
        table.add_column(header, justify="right" if column.startswith("#") else "left", min_width=least)
    for row in shown:
        table.add_row(*(Text(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)


def give_pairs(pairs: Mapping[str, str]) -> None:
    """Print names and values, one per line; a value of several lines keeps to its column."""
    width = max(map(len, pairs), default=0)
    below = "\n" + " " * (width + 2)
    for name, value in pairs.items():
        give(f"{name:<{width}}  {value.replace(chr(10), below)}")


def say(text: str) -> None:
    """Print a line on stderr."""
    print(printable(text), file=sys.stderr)


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
