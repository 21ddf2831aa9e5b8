"""The command line: each part does its work, writes its figures into docs/reliability/, and the page follows."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from reliability import kills
from reliability.report import FIGURES, write_page
from snntrainer3d.storage import write_atomically


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one part; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    killing = parts.add_parser("kills", help="kill server and jobs at random moments")
    killing.add_argument("--kills", type=int, default=100)
    killing.add_argument("--seed", type=int, default=0)
    parts.add_parser("page", help="write docs/reliability.md from the figures that are there")
    given = parser.parse_args(arguments)
    if given.part == "kills":
        _kills(given.kills, given.seed)
    write_page()
    return 0


def _kills(count: int, seed: int) -> None:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-kills-") as home:
        lives = kills.kill_often(Path(home), count, seed, tell=lambda text: print(text, flush=True))
    keep("kills", {"seed": seed, **kills.summary(lives, time.monotonic() - begun)})


def keep(name: str, figures: object) -> None:
    """Keep a part's figures."""
    write_atomically(FIGURES / f"{name}.json", json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
