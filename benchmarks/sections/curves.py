"""How time grows with steps, width and batch: ours, snnTorch's loop, JAX by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks import parity
from benchmarks.contestants import CONTESTANTS, FUSED, YARDSTICK
from benchmarks.sections.rows import refuse_if_red, row_of
from benchmarks.session import Session, paper_job
from benchmarks.timing import Effort, time_rounds

COMPARED_UPDATES = 2
"""Losses compared at every point; ten are compared where the time is (see the step section)."""
LONGEST_TURN_UPDATES = 100


def run_steps(session: Session) -> dict[str, Any]:
    """Time over the number of time steps."""
    points = (10, 1000) if session.quick else (10, 25, 100, 300, 1000)
    return _curve(session, "num_steps", points)


def run_width(session: Session) -> dict[str, Any]:
    """Time over the number of hidden neurons."""
    points = (10, 1000) if session.quick else (10, 100, 300, 1000, 4000)
    return _curve(session, "hidden", points)


def run_batch(session: Session) -> dict[str, Any]:
    """Time over the number of samples per batch."""
    points = (1, 1024) if session.quick else (1, 8, 64, 128, 1024)
    return _curve(session, "batch", points)


def _curve(session: Session, field: str, points: Sequence[int]) -> dict[str, Any]:
    names = (FUSED, YARDSTICK) if session.quick else (FUSED, YARDSTICK, "jax")
    effort = Effort(2, 0.05, LONGEST_TURN_UPDATES) if session.quick else Effort(5, 0.2, LONGEST_TURN_UPDATES)
    series: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for point in points:
        session.say(f"  {field} {point}")
        job = paper_job(**{field: point})
        with session.contest.open([CONTESTANTS[name] for name in names], session.task(job)) as entries:
            parities = parity.check(entries, COMPARED_UPDATES)
            refuse_if_red(parities, (FUSED,))
            timings = time_rounds(entries, job.batch, effort)
            for entry in entries:
                name = entry.contestant.name
                row = row_of(entry, parities.get(name), timings.get(name), timings.get(FUSED))
                series[name].append({"at": point, **row})
    return {"field": field, "series": series}
