"""From parities and timings to rows of plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import parity
from benchmarks.contest import Entry
from benchmarks.contestants import FUSED, REFERENCE, Contestant
from benchmarks.parity import Parity, why_refused
from benchmarks.refusal import RefusedError
from benchmarks.session import Session
from benchmarks.task import Job
from benchmarks.timing import Effort, Timing, time_rounds


def timed_rows(session: Session, contestants: Sequence[Contestant], job: Job, effort: Effort) -> list[dict[str, Any]]:
    """Give a row for each contestant of a job, timed once all train the same network; raises RefusedError."""
    with session.contest.open(contestants, session.task(job)) as entries:
        parities = parity.check(entries)
        refuse_if_red(parities, (FUSED, REFERENCE))
        timings = time_rounds(entries, job.batch, effort)
        return rows_of(entries, parities, timings)


def rows_of(
    entries: Sequence[Entry], parities: Mapping[str, Parity], timings: Mapping[str, Timing]
) -> list[dict[str, Any]]:
    """Give a row for each contestant, with how many times faster ours is."""
    named = ((entry, entry.contestant.name) for entry in entries)
    ours = timings.get(FUSED)
    return [row_of(entry, parities.get(name), timings.get(name), ours) for entry, name in named]


def refuse_if_red(parities: Mapping[str, Parity], ours: Sequence[str]) -> None:
    """Raise RefusedError where ours differs from snnTorch, or nothing could be compared."""
    if reason := why_refused(dict(parities), ours):
        raise RefusedError(reason, {name: parity_row(parity) for name, parity in parities.items()})


def parity_row(parity: Parity) -> dict[str, Any]:
    """Give a parity as data."""
    return {
        "difference": parity.difference,
        "same": parity.same,
        "first_loss": parity.losses[0],
        "last_loss": parity.losses[-1],
    }


def row_of(entry: Entry, parity: Parity | None, timing: Timing | None, ours: Timing | None) -> dict[str, Any]:
    """Give all that is known of a contestant; times only where it was timed, ratios where ours was too."""
    contestant = entry.contestant
    row: dict[str, Any] = {
        "name": contestant.name,
        "family": contestant.family,
        "title": contestant.title,
        "documented": contestant.documented,
        "meant_same": contestant.same,
        "versions": entry.versions,
        "threads": entry.threads,
        "brief_waits": entry.setting.brief_waits,
        "reason": entry.reason,
        "parity": parity_row(parity) if parity else None,
    }
    if timing is None:
        return row
    row.update(timing.row())
    if ours is not None:
        mine = ours.row()
        row["ratio_min"] = row["min_ms"] / mine["min_ms"]
        row["ratio_median"] = row["median_ms"] / mine["median_ms"]
    return row
