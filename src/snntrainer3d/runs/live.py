"""The file of the newest weight frame: one process writes it many times a second, any number read it at any moment.

Two slots take turns, so the writer never waits and never touches the newest whole frame. A reader goes by the checksum
of sequence, length and content: what is torn, because it was overwritten while being read or because the writer died,
does not fit, and the reader looks again. The space is taken beforehand, so that a full disk is told at the start.

    0   4s   magic "S3DL"   4  u32 version, 1   8  u64 bytes of a frame, at most
    64  slot 0, then slot 1, each: u64 sequence (0: empty)  u32 length  u32 crc32  content, padded to a multiple of 8
"""

from __future__ import annotations

import io
import os
import struct
import time
import zlib
from pathlib import Path

from snntrainer3d.runs.disk import writing

MAGIC = b"S3DL"
VERSION = 1
_HEADER = struct.Struct("<4sIQ")
_SLOT = struct.Struct("<QII")
_FIRST_SLOT = 64
_PIECE = 1 << 20
MOST_BYTES = 1 << 40
"""More than any frame has; what a damaged head says beyond it would lead out of every file."""
ATTEMPTS = 50
PAUSE_S = 0.001


class LiveFrameWriter:
    """Replaces the newest frame; the run's lock makes it the only writer."""

    def __init__(self, path: Path, largest_bytes: int) -> None:
        """Open the file, making it where it is missing or of another size; raises StorageError on a full disk."""
        self._path, self._room = path, largest_bytes
        with writing(path):
            if not _is_for(path, largest_bytes):
                _make(path, largest_bytes)
            self._file = path.open("r+b", buffering=0)
        self._sequence = max(_sequence(self._file, slot, largest_bytes) for slot in (0, 1))

    def write(self, frame: bytes) -> None:
        """Make a frame the newest; raises ValueError where it is larger than the file was made for."""
        if len(frame) > self._room:
            raise ValueError(f"the frame has {len(frame)} bytes, the file has room for {self._room}")
        self._sequence += 1
        head = _SLOT.pack(self._sequence, len(frame), _check(self._sequence, frame))
        with writing(self._path):
            place = _place(self._sequence % 2, self._room)
            # The head last: until it is there, its slot fits no checksum and the other one holds the newest frame.
            _write(self._file, place + _SLOT.size, frame)
            _write(self._file, place, head)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_live_frame(path: Path) -> bytes | None:
    """Give the newest frame, whole; None where there is none."""
    try:
        with path.open("rb", buffering=0) as file:
            room = _room(file)
            for _ in range(ATTEMPTS if room is not None else 0):
                assert room is not None
                found, torn = _newest(file, room)
                if found is not None or not torn:
                    return found
                time.sleep(PAUSE_S)
    except OSError:
        return None
    return None


def _newest(file: io.FileIO, room: int) -> tuple[bytes | None, bool]:
    """Give the newest frame that is whole, and whether a slot was torn."""
    torn = False
    slots = sorted((0, 1), key=lambda slot: _sequence(file, slot, room), reverse=True)
    for slot in slots:
        file.seek(_place(slot, room))
        head = file.read(_SLOT.size)
        if len(head) < _SLOT.size:
            continue
        sequence, length, checksum = _SLOT.unpack(head)
        if sequence == 0 or length > room:
            continue
        content = file.read(length)
        if len(content) == length and _check(sequence, content) == checksum:
            return content, False
        torn = True
    return None, torn


def _write(file: io.FileIO, place: int, content: bytes) -> None:
    file.seek(place)
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def _check(sequence: int, content: bytes) -> int:
    return zlib.crc32(content, zlib.crc32(struct.pack("<QI", sequence, len(content))))


def _place(slot: int, room: int) -> int:
    return _FIRST_SLOT + slot * (_SLOT.size + (room + 7) // 8 * 8)


def _sequence(file: io.FileIO, slot: int, room: int) -> int:
    file.seek(_place(slot, room))
    head = file.read(_SLOT.size)
    return _SLOT.unpack(head)[0] if len(head) == _SLOT.size else 0


def _room(file: io.FileIO) -> int | None:
    file.seek(0)
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        return None
    magic, version, room = _HEADER.unpack(head)
    return room if magic == MAGIC and version == VERSION and room <= MOST_BYTES else None


def _is_for(path: Path, room: int) -> bool:
    try:
        with path.open("rb", buffering=0) as file:
            return _room(file) == room and os.fstat(file.fileno()).st_size == _place(2, room)
    except FileNotFoundError:
        return False


def _make(path: Path, room: int) -> None:
    """Make the file beside and rename it: written out in full, because a hole may find no space later."""
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            file.write(_HEADER.pack(MAGIC, VERSION, room))
            left = _place(2, room) - _HEADER.size
            while left > 0:
                left -= file.write(bytes(min(left, _PIECE)))
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
