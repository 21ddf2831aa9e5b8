"""Where the next lines of records begin, so that whoever asks for what is new need not count lines from the start."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from snntrainer3d.runs.record import offset_of_line, record_size

KEPT = 256


class Cursors:
    """Remembers line and offset of the ends lately read to; a record is only appended to, so they stay true."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Path, int], int] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, path: Path, line: int) -> tuple[int, int]:
        """Give (offset, line) of a line, or of the end of the record where it is not there yet."""
        with self._lock:
            known = self._known.get((path, line))
        if line == 0 or (known is not None and known <= record_size(path)):
            return known or 0, line
        return offset_of_line(path, line)

    def keep(self, path: Path, line: int, offset: int) -> None:
        """Remember where a line begins."""
        with self._lock:
            self._known[path, line] = offset
            self._known.move_to_end((path, line))
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
