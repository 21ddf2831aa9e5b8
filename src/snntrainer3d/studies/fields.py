"""Fields of a document by their dotted names: `training.learning_rate`, `network.layers[0].size`, `…layers[*]…`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from snntrainer3d.errors import Fault, SpecError

_PART = re.compile(r"([A-Za-z_]\w*)|\[(\d+|\*)\]")
_NAME = re.compile(r"[A-Za-z_]\w*(\[(\d+|\*)\]|\.[A-Za-z_]\w*)*")
Step = str | int
"""A key, a place in a list, or `*` for all of them."""


def put(document: Any, name: str, value: Any, where: str) -> None:
    """Set the field called `name` in a document of plain values, in place.

    Args:
        where: the path that faults are told at.

    Raises:
        SpecError: there is no such field; with close ones.
    """
    *way, last = _steps(name, where)
    for holder in _reach(document, way, name, where):
        for key in _keys(holder, last, name, where):
            holder[key] = value


def _steps(name: str, where: str) -> list[Step]:
    if not _NAME.fullmatch(name):
        raise _fault(where, f"got {name!r:.60}, which is no field.", "Write training.learning_rate or layers[0].size.")
    found = _PART.findall(name)
    return [key or (place if place == "*" else int(place)) for key, place in found]


def _reach(document: Any, way: list[Step], name: str, where: str) -> Iterator[Any]:
    if not way:
        yield document
        return
    for key in _keys(document, way[0], name, where):
        yield from _reach(document[key], way[1:], name, where)


def _keys(holder: Any, step: Step, name: str, where: str) -> list[Any]:
    """Give the keys that a step means in a holder; raises SpecError where it means none."""
    if step == "*" and isinstance(holder, list):
        return list(range(len(holder)))
    if isinstance(step, int) and isinstance(holder, list):
        if step < len(holder):
            return [step]
        raise _fault(where, f"{name}: there are {len(holder)} entries, counted from 0.", "")
    if isinstance(step, str) and isinstance(holder, dict) and step in holder:
        return [step]
    known = list(holder) if isinstance(holder, dict) else []
    close = get_close_matches(str(step), known, 1)
    hint = f"Did you mean {close[0]}?" if close else (f"There are {', '.join(known)}." if known else "")
    raise _fault(where, f"there is no field {name!r} in the base run.", hint)


def _fault(where: str, message: str, hint: str) -> SpecError:
    return SpecError([Fault(where, message, hint)], what="study")
