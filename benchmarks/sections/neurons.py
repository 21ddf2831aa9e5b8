"""All four neurons against snnTorch, same network and recipe."""

from __future__ import annotations

from typing import Any

from benchmarks import parity
from benchmarks.contestants import CONTESTANTS, FUSED, REFERENCE, YARDSTICK
from benchmarks.sections.rows import refuse_if_red, row_of
from benchmarks.session import Session, paper_job
from benchmarks.timing import time_rounds

TIMED = (FUSED, REFERENCE, YARDSTICK, "snntorch-hoisted")


def run(session: Session) -> dict[str, Any]:
    """Check parity of every neuron, then time it; raises RefusedError."""
    from snntrainer3d.spec import NEURON_KINDS

    effort = session.effort(rounds=10, quick_rounds=3, block_s=0.3)
    kinds = {}
    for kind in NEURON_KINDS:
        job = paper_job(kind)
        with session.contest.open([CONTESTANTS[name] for name in TIMED], session.task(job)) as entries:
            parities = parity.check(entries)
            refuse_if_red(parities, (FUSED, REFERENCE))
            timings = time_rounds(entries, job.batch, effort)
            rows = [
                row_of(entry, parities.get(name), timings.get(name), timings.get(FUSED))
                for entry, name in ((entry, entry.contestant.name) for entry in entries)
            ]
        kinds[kind] = {"job": job.title(), "neuron": dict(job.neuron), "rows": rows}
    return {"kinds": kinds}
