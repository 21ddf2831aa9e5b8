"""The record of a run, events.jsonl: one event per line, only ever appended to, by whoever holds the run's lock.

A line counts once its line break is there. Killed in the middle of one, a writer leaves a torn last line, which readers
leave alone and the next writer cuts off; a damaged line in between is skipped, and keeps its number.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from snntrainer3d.errors import StorageError, reason_of
from snntrainer3d.events import Event, dump_event, load_event
from snntrainer3d.runs.disk import writing

PIECE_BYTES = 1 << 20
"""What is read at once at most, so that a long record needs little memory."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Some whole lines of a record, and where the next begins."""

    events: tuple[Event, ...]
    damaged: int
    """Lines that could not be read and are missing in `events`."""
    count: int
    """Lines in all, damaged ones included."""
    next_offset: int


class RecordWriter:
    """Appends events; every one is in the file when `write` returns, and on the disk after `sync`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with writing(path):
            self._file = path.open("ab", buffering=0)
            _cut_torn_line(path)

    def write(self, event: Event) -> Event:
        """Append an event; give it with its time.

        Raises:
            StorageError: the disk is full; nothing of the event is in the record.
        """
        stamped = event.model_copy(update={"at": time.time()})
        line = dump_event(stamped) + b"\n"
        with writing(self._path):
            before = self._file.tell()
            try:
                written = self._file.write(line)
            except OSError:
                self._file.truncate(before)
                raise
            if written != len(line):
                self._file.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return stamped

    def sync(self) -> None:
        """Wait until everything written is on the disk."""
        with writing(self._path):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def append_event(path: Path, event: Event) -> Event:
    """Append one event and wait until it is on the disk; the caller holds the run's lock. Raises StorageError."""
    with RecordWriter(path) as writer:
        stamped = writer.write(event)
        writer.sync()
        return stamped


def read_record(path: Path, offset: int = 0, limit: int | None = None) -> Lines:
    """Read whole lines from a byte offset on, at most `limit` of them; no file is an empty record."""
    raw, complete = _whole_lines(path, offset, limit)
    events, damaged = [], 0
    for line in raw:
        try:
            events.append(load_event(line))
        except ValidationError:
            damaged += 1
    return Lines(tuple(events), damaged, len(raw), complete)


def told_damaged(lines: int) -> list[str]:
    """Return what a person is told of the lines of a record that could not be read; nothing where there are none."""
    if not lines:
        return []
    one = lines == 1
    return [f"{lines:,} line{'' if one else 's'} of the record cannot be read and {'is' if one else 'are'} skipped."]


def whole_lines(path: Path) -> Iterator[bytes]:
    """Give the lines that can be read, each with its line break: what a record is copied from."""
    for line in _whole_lines(path, 0, None)[0]:
        with suppress(ValidationError):
            load_event(line)
            yield line + b"\n"


def record_size(path: Path) -> int:
    """Give the record's size in bytes, 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def offset_of_line(path: Path, line: int) -> tuple[int, int]:
    """Give (offset, line) of a line counted from 0; of the end of the whole lines where it is not there yet."""
    lines, offset = _whole_lines(path, 0, line)
    return offset, len(lines)


def _whole_lines(path: Path, offset: int, limit: int | None) -> tuple[list[bytes], int]:
    lines: list[bytes] = []
    rest = b""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            while (limit is None or len(lines) < limit) and (piece := file.read(PIECE_BYTES)):
                *whole, rest = (rest + piece).split(b"\n")
                lines += whole
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {reason_of(error)}.") from error
    if limit is not None:
        lines = lines[:limit]
    return lines, offset + sum(map(len, lines)) + len(lines)


def _cut_torn_line(path: Path) -> None:
    """Cut off what follows the last line break."""
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        keep = end
        while keep > 0:
            begin = max(0, keep - PIECE_BYTES)
            file.seek(begin)
            found = file.read(keep - begin).rfind(b"\n")
            if found >= 0:
                keep = begin + found + 1
                break
            keep = begin
        if keep != end:
            file.truncate(keep)
