"""The list of runs, or of studies, as all pages see it: read once for everyone, and only while someone looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from snntrainer3d.errors import Snntrainer3dError
from snntrainer3d.events import ENDED

PERIOD_S = 0.25
"""A change of the list reaches a page at most four times a second."""
log = logging.getLogger(__name__)

Rows = list[dict[str, Any]]


class Board:
    """Holds the newest list; `version` grows with every change."""

    def __init__(
        self, read: Callable[[], Rows], period_s: float = PERIOD_S, changed: Callable[[], object] | None = None
    ) -> None:
        """Take what reads the list, and what gives another value whenever it may have changed."""
        self._read, self._period_s, self._changed = read, period_s, changed
        self._read_at: object = None
        self._readers = 0
        self.version = 0
        self.rows: Rows = []

    @contextmanager
    def looking(self) -> Iterator[Board]:
        """Keep the list fresh while the block runs."""
        self._readers += 1
        try:
            yield self
        finally:
            self._readers -= 1

    def has_ended(self, run: str) -> bool:
        """Tell whether a run, known by its id, has ended as far as this list knows."""
        return any(row["id"] == run and row["status"] in ENDED for row in self.rows)

    async def keep(self) -> None:
        """Read the list for ever, while anyone looks."""
        while True:
            if self._readers:
                await self.refresh()
            await asyncio.sleep(self._period_s)

    async def refresh(self) -> None:
        """Read the list now; a store that cannot be read for a moment leaves the old list."""
        try:
            rows = await asyncio.to_thread(self._look)
        except Snntrainer3dError as error:
            log.warning("A list cannot be read: %s", error)
            return
        if rows != self.rows or not self.version:
            self.rows, self.version = rows, self.version + 1

    def _look(self) -> Rows:
        """Give the list, that of before where nothing was written since."""
        now = self._changed() if self._changed is not None else None
        if self.version and now is not None and now == self._read_at:
            return self.rows
        rows = self._read()
        self._read_at = now
        return rows
