"""The heart: one training step of 784-100-10, every contestant, alternating."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks import parity
from benchmarks.contestants import CONTESTANTS, FUSED, OURS, OWN, REFERENCE, YARDSTICK
from benchmarks.sections.rows import refuse_if_red, rows_of
from benchmarks.session import Session, paper_job
from benchmarks.timing import Effort, settle, time_rounds


def check(session: Session) -> None:
    """Check both our learners against snnTorch, for sessions that time something else; raises RefusedError."""
    names = (FUSED, REFERENCE, YARDSTICK)
    with session.contest.open([CONTESTANTS[name] for name in names], session.task(paper_job())) as entries:
        refuse_if_red(parity.check(entries), (FUSED, REFERENCE))


def run(session: Session) -> dict[str, Any]:
    """Check parity, then time; raises RefusedError."""
    job = paper_job()
    task = session.task(job)
    effort = session.effort(rounds=20, quick_rounds=5, block_s=0.3)
    wanted = [each for each in CONTESTANTS.values() if each.documented or not session.quick]
    with session.contest.open(wanted, task) as entries:
        parities = parity.check(entries)
        refuse_if_red(parities, (FUSED, OWN, REFERENCE))
        if not session.quick:
            session.say("  trying each peer on all cores and on one, its threads waiting briefly and long …")
            entries[:] = [settle(session.contest, entry, task, session.cores, Effort(3, 0.2)) for entry in entries]
        timings = time_rounds(entries, job.batch, effort)
        rows = rows_of(entries, parities, timings)
    return {
        "job": job.title(),
        "tolerance": parity.PARITY_TOLERANCE,
        "updates_compared": parity.PARITY_UPDATES,
        "rows": rows,
        "families": families(rows),
    }


def families(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give how many times faster ours is than each peer: its documented form, and the fastest form we could write."""
    found = []
    for family in dict.fromkeys(row["family"] for row in rows if row["family"] != OURS):
        timed = [row for row in rows if row["family"] == family and "ratio_min" in row]
        documented = [row for row in timed if row["documented"] and row["parity"] and row["parity"]["same"]]
        if not documented:
            continue
        told, fastest = min(documented, key=_min_ms), min(timed, key=_min_ms)
        found.append(
            {
                "family": family,
                "form": told["title"],
                "ratio_min": told["ratio_min"],
                "ratio_median": told["ratio_median"],
                "fastest_form": fastest["title"],
                "fastest_ratio_min": fastest["ratio_min"],
            }
        )
    return found


def _min_ms(row: dict[str, Any]) -> float:
    return float(row["min_ms"])
