"""What is new of the run that a page watches: what happened since, and the newest weights."""

from __future__ import annotations

import json
from typing import NamedTuple

from snntrainer3d.errors import NotFoundError
from snntrainer3d.events import dump_events
from snntrainer3d.runs import RunFolder, RunStore

PORTION = 2000
"""Events in one message at most."""


class News(NamedTuple):
    """What a page is to be sent."""

    events: str | None
    """The message, None where nothing happened."""
    more: bool
    """Whether there are more events to send at once."""
    frame: bytes | None


class RunFeed:
    """How far one page has got with one run."""

    def __init__(self, store: RunStore, run: str, events_after: int) -> None:
        self._store, self._run, self._next = store, run, events_after
        self._folder: RunFolder | None = None

    def news(self, *, weights: bool) -> News:
        """Look what is new, at the newest weights only where they are wanted; raises NotFoundError."""
        self._folder = self._store.folder(self._folder or self._run)
        page = self._store.events(self._folder, self._next, PORTION)
        self._next = page.next
        message = self._message(dump_events(page.events)) if page.events else None
        return News(message, len(page.events) == PORTION, self._frame() if weights else None)

    def _message(self, events: bytes) -> str:
        # Written as text at once: plain values in between would be most of what watching costs.
        return f'{{"kind":"events","run":{json.dumps(self._run)},"next":{self._next},"events":{events.decode()}}}'

    def _frame(self) -> bytes | None:
        assert self._folder is not None
        try:
            return self._store.newest_frame(self._folder)
        except NotFoundError:
            return None  # none yet
