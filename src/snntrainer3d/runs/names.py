"""What a run may be called."""

from __future__ import annotations

from snntrainer3d.errors import Fault, InputError, SpecError
from snntrainer3d.spec import RunSpec

LONGEST = 120


def name_of(spec: RunSpec) -> str:
    """Give the name that a run has by itself."""
    title = spec.title()
    return title if len(title) <= LONGEST else title[: LONGEST - 1] + "…"


def checked_name(name: str) -> str:
    """Give a name as it is kept.

    Raises:
        InputError: longer than 120 characters, with slashes, or a path.
        SpecError: with characters that cannot be printed.
    """
    kept = name.strip()
    if len(kept) > LONGEST:
        raise InputError(f"The name has {len(kept)} characters, at most {LONGEST} are allowed.", path="name")
    if not kept.isprintable():
        hint = "Leave out line breaks and what has no sign of its own."
        raise SpecError([Fault("name", f"got {name!r}, which holds characters that cannot be printed.", hint)])
    if any(mark in kept for mark in "/\\") or kept in {".", ".."}:
        raise InputError(
            f"Got the name {name!r}, which reads as a path.", path="name", hint="Use a name without slashes."
        )
    return kept
