"""Which records are worth reading: whoever looks after jobs does so often, and each time would wait for the disk."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.record import record_size

POINTS_PERIOD_S = 1.0
"""How long a point of the curves may wait until it is in the database; a page gets it from the record."""
KEPT = 256
_WAITING = (b'"kind":"update"', b'"kind":"snapshot"', b'"kind":"phase"')
"""What changes no more of a run's row than how far it is."""


@dataclass(slots=True)
class _Read:
    taken: int
    """Size of the record when it was last taken into the database."""
    seen: int
    """Up to here there is nothing that would not wait."""
    at: float


class Backlog:
    """Remembers what of each record was taken, and tells when the rest should be."""

    def __init__(self) -> None:
        self._known: OrderedDict[Path, _Read] = OrderedDict()
        self._turn = threading.Lock()

    def take(self, run: RunFolder, sync: Callable[[], bool]) -> bool:
        """Call `sync` if it is due; tell whether anything was taken."""
        size = record_size(run.events)
        with self._turn:
            known = self._known.get(run.events)
            due = known is None or _is_due(known, run.events, size)
        if not due:
            return False
        taken = sync()
        with self._turn:
            self._known[run.events] = _Read(size, size, time.monotonic())
            self._known.move_to_end(run.events)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return taken


def _is_due(known: _Read, path: Path, size: int) -> bool:
    if size == known.taken:
        return False
    if size < known.seen or time.monotonic() - known.at >= POINTS_PERIOD_S:
        return True
    try:
        with path.open("rb") as file:
            file.seek(known.seen)
            lines = file.read(size - known.seen)
    except OSError:
        return True  # what is wrong with it, whoever reads it tells
    if sum(map(lines.count, _WAITING)) < lines.count(b"\n"):
        return True
    # A line that is still being written is looked at again once it is whole.
    known.seen += lines.rfind(b"\n") + 1
    return False
