"""The weights recorded over a run's life: records of one size in one file, each found by its index.

A record's head is written last, so what a killed process left half-written does not count; recorded again after a
resume it takes the same place.

    0   4s   magic "S3DN"   4  u32 version, 1   8  u64 room for a frame, in bytes
    16  records, each: u32 length (0: not there)  u32 crc32  u32 update  u32 epoch  frame, padded to the room
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Collection
from pathlib import Path

from snntrainer3d.errors import FileFormatError, NotFoundError
from snntrainer3d.frames import Frame, encode_frame
from snntrainer3d.runs.disk import writing
from snntrainer3d.runs.rows import SnapshotRow

MAGIC = b"S3DN"
MOST_BYTES = 1 << 40
"""More than any frame has."""
VERSION = 1
_HEADER = struct.Struct("<4sIQ")
_RECORD = struct.Struct("<IIII")


class SnapshotWriter:
    """Records snapshots; the run's lock makes it the only writer."""

    def __init__(self, path: Path, frame_bytes: int) -> None:
        """Open the file, beginning it anew where it is missing or for frames of another size."""
        self._path, self._room = path, frame_bytes
        with writing(path):
            if _room_of(path) != frame_bytes:
                path.write_bytes(_HEADER.pack(MAGIC, VERSION, frame_bytes))
            self._file = path.open("r+b")

    def write(self, index: int, frame: Frame) -> None:
        """Record a frame at its index, over what was there; raises StorageError on a full disk."""
        content = encode_frame(frame)
        if len(content) != self._room:
            raise ValueError(f"the frame has {len(content)} bytes, the file is for {self._room}")
        head = _RECORD.pack(len(content), zlib.crc32(content), frame.update, frame.epoch)
        with writing(self._path):
            for part, place in ((bytes(_RECORD.size), 0), (content, _RECORD.size), (head, 0)):
                self._file.seek(_place(index, self._room) + place)
                self._file.write(part)
                self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def list_snapshots(path: Path) -> list[SnapshotRow]:
    """Give all snapshots, oldest first; no file has none."""
    room = _room_of(path)
    if room is None:
        return []
    found = []
    with path.open("rb") as file:
        count = (file.seek(0, io.SEEK_END) - _HEADER.size + room) // (_RECORD.size + room)
        for index in range(count):
            head = _head(file, index, room)
            if head is not None:
                found.append(SnapshotRow(index=index, update=head[2], epoch=head[3]))
    return found


def read_snapshot(path: Path, index: int) -> bytes:
    """Give a snapshot's frame.

    Raises:
        NotFoundError: there is none of this index.
        FileFormatError: it is damaged.
    """
    room = _room_of(path)
    if room is not None and index >= 0:
        with path.open("rb") as file:
            head = _head(file, index, room)
            if head is not None:
                content = file.read(head[0])
                if len(content) != head[0] or zlib.crc32(content) != head[1]:
                    raise FileFormatError(f"Snapshot {index} is damaged.")
                return content
    raise NotFoundError(f"There is no snapshot {index}.")


def keep_snapshots(path: Path, indices: Collection[int]) -> None:
    """Remove all snapshots but these; whole or not done at all, wherever it is killed. Raises StorageError.

    The others keep their index, as a run that goes on needs it: where one was, the file has a hole, which takes no
    space on the disk.
    """
    room = _room_of(path)
    if room is None:
        return
    beside = path.with_name(f".{path.name}.part")
    with writing(path):
        try:
            with path.open("rb") as old, beside.open("wb") as new:
                new.write(old.read(_HEADER.size))
                for index in sorted(indices):
                    head = _head(old, index, room)
                    if head is not None:
                        new.seek(_place(index, room))
                        new.write(_RECORD.pack(*head) + old.read(head[0]))
                new.flush()
                os.fsync(new.fileno())
            os.replace(beside, path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _head(file: io.BufferedReader, index: int, room: int) -> tuple[int, int, int, int] | None:
    file.seek(_place(index, room))
    raw = file.read(_RECORD.size)
    if len(raw) < _RECORD.size:
        return None
    length, checksum, update, epoch = _RECORD.unpack(raw)
    return (length, checksum, update, epoch) if 0 < length <= room else None


def _place(index: int, room: int) -> int:
    return _HEADER.size + index * (_RECORD.size + room)


def _room_of(path: Path) -> int | None:
    try:
        with path.open("rb") as file:
            magic, version, room = _HEADER.unpack(file.read(_HEADER.size))
    except (OSError, struct.error):
        return None
    return room if magic == MAGIC and version == VERSION and room <= MOST_BYTES else None
