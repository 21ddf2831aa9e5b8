"""From parities and timings to rows of plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.contest import Entry
from benchmarks.parity import Parity, why_refused
from benchmarks.refusal import RefusedError
from benchmarks.timing import Timing


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
