"""`snntrainer3d runs disk`: what the runs take, and the quota."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from snntrainer3d.cli.output import AsJson, give, give_json, give_table
from snntrainer3d.errors import InputError

if TYPE_CHECKING:
    from snntrainer3d.runs import RunUse, Thinned

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", re.IGNORECASE)
MOST_LISTED = 20


def disk(
    quota: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="What the runs may take: 500MB, 20GB, or none. Kept in the home."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what the runs take on the disk; with --quota bound it: beyond, the oldest runs' snapshots are thinned."""
    from snntrainer3d.runs import Quota, RunStore

    with RunStore() as store:
        bound = Quota(store)
        if quota is not None:
            bound.set(_bytes(quota))
        thinned = bound.keep() if quota is not None else ()
        uses = sorted(bound.uses(), key=lambda use: -use.bytes)
        names = {row.id: row.name for row in store.list()}
        free = shutil.disk_usage(store.home).free
        kept = bound.bytes
    if as_json:
        rows = [{"run": use.run, "bytes": use.bytes, "snapshots": use.snapshots} for use in uses]
        told = {"bytes": sum(use.bytes for use in uses), "free_bytes": free, "quota_bytes": kept}
        give_json({**told, "runs": rows, "thinned": [found.model_dump() for found in thinned]})
        return
    _print(uses, names, thinned)
    trash = sum(use.bytes for use in uses if use.run not in names)
    aside = f" ({_size(trash)} of it in the trash, which does not count)" if trash else ""
    total = _size(sum(use.bytes for use in uses))
    give(f"In all {total}{aside}, quota {_size(kept) if kept else 'none'}, {_size(free)} free.")


def _print(uses: Sequence[RunUse], names: dict[str, str], thinned: Sequence[Thinned]) -> None:
    rows = [[use.run, names.get(use.run, "(in the trash)"), _size(use.bytes), _size(use.snapshots)] for use in uses]
    give_table(["id", "name", "#size", "#snapshots"], rows[:MOST_LISTED])
    if len(uses) > MOST_LISTED:
        give(f"… and {len(uses) - MOST_LISTED} smaller ones.")
    for found in thinned:
        give(f"{found.run}: {found.snapshots} snapshots removed, {_size(found.bytes)}.")


def _bytes(text: str) -> int | None:
    if text.strip().lower() == "none":
        return None
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"got {text!r:.40}, expected a size.", path="--quota", hint="Write 500MB, 20GB or none.")
    return round(float(found[1]) * _UNITS[found[2].lower()])


def _size(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count / 1e3:,.0f} kB"
