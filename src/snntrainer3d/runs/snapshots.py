"""The weights recorded over a run's life: records of one size in one file, each found by its index.

A record's head is written last, so what a killed process left half-written does not count; recorded again after a
resume it takes the same place.

    0   4s   magic "S3DN"   4  u32 version, 1   8  u64 room for a frame, in bytes
    16  records, each: u32 length (0: not there)  u32 crc32  u32 update  u32 epoch  frame, padded to the room
"""

from __future__ import annotations

import errno
import io
import os
import struct
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path

from snntrainer3d.errors import FileFormatError, NotFoundError
from snntrainer3d.frames import Frame, encode_frame
from snntrainer3d.runs.disk import BLOCK, can_make_holes, make_hole, on_disk, writing
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


def bytes_without(path: Path, indices: Collection[int]) -> int:
    """Tell about how many bytes the disk would give back if these snapshots alone were kept: whole blocks only."""
    room = _room_of(path)
    if room is None:
        return 0
    found = path.stat()
    if not hasattr(found, "st_blocks"):
        return 0
    needed = {0}
    for index in indices:
        first, end = _place(index, room), _place(index + 1, room)
        needed.update(range(first // BLOCK, (end - 1) // BLOCK + 1))
    return max(0, on_disk(found) - len(needed) * BLOCK)


def keep_snapshots(path: Path, indices: Collection[int]) -> int:
    """Remove all snapshots but these, and give the bytes that the disk gave back; where it would none, remove none.

    The others keep their index, as a run that goes on needs it: where one was, the file has a hole, which takes no
    space on the disk. Whole or not done at all, wherever it is killed; on a full disk, where no copy fits, holes are
    made one by one, and what is kept is never written to. Raises StorageError.
    """
    room = _room_of(path)
    if room is None:
        return 0
    with writing(path):
        before = on_disk(path.stat())
        try:
            return _copy_with_holes(path, sorted(indices), room, before)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not can_make_holes():
                raise
        _make_holes(path, set(indices), room)
        return before - on_disk(path.stat())


def _copy_with_holes(path: Path, indices: Sequence[int], room: int, before: int) -> int:
    beside = path.with_name(f".{path.name}.part")
    try:
        with path.open("rb") as old, beside.open("wb") as new:
            new.write(old.read(_HEADER.size))
            for index in indices:
                head = _head(old, index, room)
                if head is not None:
                    new.seek(_place(index, room))
                    new.write(_RECORD.pack(*head) + old.read(head[0]))
            new.flush()
            os.fsync(new.fileno())
            freed = before - on_disk(os.fstat(new.fileno()))
        if freed > 0:
            os.replace(beside, path)
            return freed
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    beside.unlink()
    return 0


def _make_holes(path: Path, kept: Collection[int], room: int) -> None:
    dropped = [row.index for row in list_snapshots(path) if row.index not in kept]
    with path.open("r+b", buffering=0) as file:
        make_hole(file.fileno(), file.seek(0, io.SEEK_END), BLOCK)  # which a disk without holes refuses
        for index in dropped:
            # First the head, so that a record is never listed whose content is gone.
            file.seek(_place(index, room))
            file.write(bytes(_RECORD.size))
        os.fsync(file.fileno())
        for index in dropped:
            make_hole(file.fileno(), _place(index, room), _RECORD.size + room)
        os.fsync(file.fileno())


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
