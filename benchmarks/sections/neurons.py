"""All four neurons against snnTorch, same network and recipe."""

from __future__ import annotations

from typing import Any

from benchmarks.contestants import CONTESTANTS, FUSED, REFERENCE, YARDSTICK
from benchmarks.sections.rows import timed_rows
from benchmarks.session import SNNTORCH_KINDS, Session, paper_job

TIMED = (FUSED, REFERENCE, YARDSTICK, "snntorch-hoisted")


def run(session: Session) -> dict[str, Any]:
    """Check parity of every neuron, then time it; raises RefusedError."""
    effort = session.effort(rounds=10, quick_rounds=3, block_s=0.3)
    kinds = {}
    for kind in SNNTORCH_KINDS:
        job = paper_job(kind)
        rows = timed_rows(session, [CONTESTANTS[name] for name in TIMED], job, effort)
        kinds[kind] = {"job": job.title(), "neuron": dict(job.neuron), "rows": rows}
    return {"kinds": kinds}
