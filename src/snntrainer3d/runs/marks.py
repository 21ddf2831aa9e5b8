"""What a person says of a run beside its name: tags and notes, as they are kept."""

from __future__ import annotations

from collections.abc import Iterable

from snntrainer3d.errors import Fault, SpecError
from snntrainer3d.spec import whole_text

LONGEST_TAG = 40
MOST_TAGS = 20
LONGEST_NOTES = 20_000
SEPARATOR = "\n"
"""Between tags in the database, and around all of them, so that one is found by a plain search for it."""


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Give tags as they are kept: trimmed, each once, in alphabetical order.

    Raises:
        SpecError: every tag that is empty, too long or cannot be printed; or more than MOST_TAGS.
    """
    trimmed = [" ".join(tag.split()) for tag in tags]
    faults = [
        Fault(f"tags[{place}]", f"got {tag!r:.60}, expected 1 to {LONGEST_TAG} characters that can be printed.")
        for place, tag in enumerate(trimmed)
        if not 1 <= len(tag) <= LONGEST_TAG or not tag.isprintable()
    ]
    kept = tuple(sorted(set(trimmed), key=str.lower))
    if len(kept) > MOST_TAGS:
        faults.append(Fault("tags", f"got {len(kept)} tags, at most {MOST_TAGS} are kept."))
    if faults:
        raise SpecError(faults, what="request")
    return kept


def checked_notes(notes: str) -> str:
    """Give notes as they are kept; raises SpecError where they are too long, or no text."""
    if not whole_text(notes):
        raise SpecError([Fault("notes", "holds half of a surrogate pair, which is no character.", "Remove it.")])
    if len(notes) > LONGEST_NOTES:
        fault = Fault("notes", f"got {len(notes):,} characters, at most {LONGEST_NOTES:,} are kept.")
        raise SpecError([fault], what="request")
    return notes.strip()


def joined(tags: Iterable[str]) -> str:
    """Give tags as the database holds them."""
    text = SEPARATOR.join(tags)
    return f"{SEPARATOR}{text}{SEPARATOR}" if text else ""


def split(text: str) -> list[str]:
    """Give the tags of what the database holds."""
    return text.strip(SEPARATOR).split(SEPARATOR) if text else []
