"""The command line: each part does its work, writes its figures into docs/reliability/, and the page follows."""

from __future__ import annotations

import argparse
import json
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from reliability import kills, load
from reliability.report import FIGURES, write_page
from snntrainer3d.storage import write_atomically


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one part; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    killing = parts.add_parser("kills", help="kill server and jobs at random moments")
    killing.add_argument("--kills", type=int, default=100)
    killing.add_argument("--seed", type=int, default=0)
    fuzzing = parts.add_parser("fuzz", help="read made-up inputs")
    fuzzing.add_argument("--each", type=int, default=8000, help="inputs for each reader")
    fuzzing.add_argument(
        "--again", nargs="+", metavar="READER", help="only these readers, or API, beside the figures there are"
    )
    fuzzing.add_argument("--asked", type=int, default=6000, help="requests to the API")
    loading = parts.add_parser("load", help="many runs, many clients, many updates")
    loading.add_argument("--only", choices=("runs", "clients", "updates"))
    loading.add_argument("--runs", type=int, default=1000)
    loading.add_argument("--points", type=int, default=10_000)
    loading.add_argument("--seconds", type=float, default=60.0)
    loading.add_argument("--updates", type=int, default=1_000_000)
    parts.add_parser("page", help="write docs/reliability.md from the figures that are there")
    given = parser.parse_args(arguments)
    # As Ctrl-C does, so that servers and jobs are ended and their homes removed.
    signal.signal(signal.SIGTERM, _stop)
    if given.part == "kills":
        _kills(given.kills, given.seed)
    if given.part == "load":
        _load(given)
    if given.part == "fuzz":
        _fuzz(given.each, given.asked, given.again)
    write_page()
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _load(given: argparse.Namespace) -> None:
    parts = {
        "runs": lambda home: load.many_runs(home, given.runs, given.points, _say),
        "clients": lambda home: load.many_clients(home, given.seconds),
        "updates": lambda home: load.many_updates(home, given.updates, _say),
    }
    for name, part in parts.items():
        if given.only in {None, name}:
            with tempfile.TemporaryDirectory(prefix="snntrainer3d-load-") as home:
                found = part(Path(home))
            keep(f"load-{name}", found)


def _say(text: str) -> None:
    print(text, flush=True)


def _fuzz(each: int, asked: int, names: list[str] | None) -> None:
    # Not at the top: it needs packages of development.
    from reliability.fuzz import again, fuzz

    with tempfile.TemporaryDirectory(prefix="snntrainer3d-fuzz-") as home:
        if names:
            found = again(json.loads((FIGURES / "fuzz.json").read_text()), names, each, asked, Path(home), _say)
        else:
            found = fuzz(Path(home), each, asked, tell=_say)
    keep("fuzz", found)
    faults = found["api"]["faults"] + [fault for one in found["readers"].values() for fault in one["faults"]]
    if faults:
        raise SystemExit(f"{len(faults)} faults:\n" + "\n".join(faults))


def _kills(count: int, seed: int) -> None:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-kills-") as home:
        lives = kills.kill_often(Path(home), count, seed, tell=_say)
    keep("kills", {"seed": seed, **kills.summary(lives, time.monotonic() - begun)})


def keep(name: str, figures: object) -> None:
    """Keep a part's figures."""
    write_atomically(FIGURES / f"{name}.json", json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
