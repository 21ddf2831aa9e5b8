"""docs/reliability.md, written from the figures of what was run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from snntrainer3d.storage import write_atomically

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "reliability"
PAGE = ROOT / "docs" / "reliability.md"


def write_page() -> None:
    """Write the page anew from the figures that are there."""
    write_atomically(PAGE, page())


def page() -> str:
    """Give the page."""
    sections = [text for name, write in SECTIONS.items() if (text := _section(name, write))]
    return "\n".join(
        [
            "<!-- Made by `python -m reliability page` from docs/reliability/; edit reliability/report.py. -->",
            INTRODUCTION,
            *sections,
        ]
    )


def _section(name: str, write: Callable[[Mapping[str, Any]], str]) -> str:
    path = FIGURES / f"{name}.json"
    return write(json.loads(path.read_text())) if path.exists() else ""


INTRODUCTION = """# Reliability

What was done to the application to break it, and what came of it. Every figure was measured by the command beside it.
"""


def _kills(found: Mapping[str, Any]) -> str:
    deaths = [kill for life in found["lives"] for kill in life["kills"]]
    rows = [_kill_row(name, found["lives"]) for name in dict.fromkeys(life["network"] for life in found["lives"])]
    victims = Counter(kill["victim"] for kill in deaths)
    statuses = Counter(kill["status_before"] for kill in deaths)
    return "\n".join(
        [
            "## Kills",
            "",
            f"`make faults` (seed {found['seed']}): **{found['kills']} kills** (`kill -9`) at random moments "
            f"over {found['runs']} runs: of the job {victims['job']}, of the server {victims['server']}, of both "
            f"{victims['both']}; "
            + ", ".join(f"{count} while the run was {status}" for status, count in statuses.most_common())
            + f". After each, every epoch that the record held was still there; {found['equal']} of {found['runs']} "
            "runs ended with the weights, losses and accuracies of the run that nobody killed, bit for bit.",
            "",
            "| network | runs | kills | at update, of which the latest | runs equal to the last bit |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _kill_row(name: str, lives: list[Mapping[str, Any]]) -> str:
    mine = [life for life in lives if life["network"] == name]
    deaths = [kill for life in mine for kill in life["kills"]]
    latest = max((kill["update_before"] for kill in deaths), default=0)
    return f"| {name} | {len(mine)} | {len(deaths)} | {latest} | {sum(life['equal'] for life in mine)} |"


SECTIONS: dict[str, Callable[[Mapping[str, Any]], str]] = {"kills": _kills}
