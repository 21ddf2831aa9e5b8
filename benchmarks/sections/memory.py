"""What a training step takes in memory: measured in a fresh process, beside the engine's own formula."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.contestants import CONTESTANTS, FUSED, YARDSTICK
from benchmarks.session import Session, paper_job
from benchmarks.task import Job


def run(session: Session) -> dict[str, Any]:
    """Measure peaks of two updates above what the process held; Linux only."""
    if not sys.platform.startswith("linux"):
        return {"skipped": "the kernel's peak can only be read on Linux", "rows": []}
    jobs = [paper_job(), paper_job(num_steps=1000)]
    if not session.quick:
        jobs += [paper_job(hidden=1000), paper_job(batch=1024)]
    return {"skipped": "", "rows": [_row(session, job) for job in jobs]}


def _row(session: Session, job: Job) -> dict[str, Any]:
    row: dict[str, Any] = {"job": job.title()}
    for name in (FUSED, YARDSTICK):
        entry = session.contest.enter(CONTESTANTS[name])
        answer = entry.ask("memory", task=session.task(job))
        row[name] = {"bytes": answer["bytes"], "formula_bytes": answer["formula_bytes"]} if answer else None
        entry.leave(entry.reason)
    return row
