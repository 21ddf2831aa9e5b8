"""What `watch` costs a training loop of somebody's own: the same loop in turns with it and without, in one process."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.environment import ROOT
from benchmarks.sections.watch import median_of
from benchmarks.session import Session
from benchmarks.watched_loop import Loop

PAIRS, QUICK_PAIRS = 16, 3
TURN_S, QUICK_TURN_S = 2.0, 1.0
"""A turn holds some eight looks at the weights, which come four times a second at most."""
LOOPS = (((784, 100, 10), 128, 25), ((64, 20, 10), 32, 10))
"""The paper's network, and one so small that whatever is done for each update weighs most."""


def run(session: Session) -> dict[str, Any]:
    """Measure both networks."""
    pairs, turn_s = (QUICK_PAIRS, QUICK_TURN_S) if session.quick else (PAIRS, TURN_S)
    return {"pairs": pairs, "rows": [_row(Loop(*loop, pairs, turn_s)) for loop in LOOPS]}


def _row(loop: Loop) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.watched_loop", json.dumps(asdict(loop))]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    turns = found.pop("turns")
    return {**found, **_costs(turns["alone"], turns["watched"], found["updates"])}


def _costs(alone: Sequence[dict[str, float]], watched: Sequence[dict[str, float]], updates: int) -> dict[str, float]:
    """Give what watching adds, as a share: by minima, and the median of the pairs' ratios with its interval."""
    costs: dict[str, float] = {}
    for name, key in (("wall", "seconds"), ("cpu", "cpu_s")):
        ratios = [math.log(one[key] / other[key]) for one, other in zip(watched, alone, strict=True)]
        low, middle, high = (math.expm1(value) for value in median_of(ratios))
        least = [min(turn[key] for turn in turns) / updates * 1000 for turns in (alone, watched)]
        costs |= {
            f"{name}_alone_ms": least[0],
            f"{name}_cost_min": least[1] / least[0] - 1,
            f"{name}_cost": middle,
            f"{name}_cost_low": low,
            f"{name}_cost_high": high,
        }
    return costs
