"""What a run may be called."""

from __future__ import annotations

from snntrainer3d.errors import InputError
from snntrainer3d.spec import RunSpec

LONGEST = 120


def name_of(spec: RunSpec) -> str:
    """Give the name that a run has by itself."""
    title = spec.title()
    return title if len(title) <= LONGEST else title[: LONGEST - 1] + "…"


def checked_name(name: str) -> str:
    """Give a name as it is kept.

    Raises:
        InputError: longer than 120 characters, with slashes or characters that cannot be printed, or a path.
    """
    kept = name.strip()
    if len(kept) > LONGEST:
        raise InputError(f"The name has {len(kept)} characters, at most {LONGEST} are allowed.", path="name")
    if any(mark in kept for mark in "/\\") or kept in {".", ".."} or not kept.isprintable():
        raise InputError(
            f"Got the name {name!r}, which reads as a path.", path="name", hint="Use a name without slashes."
        )
    return kept
