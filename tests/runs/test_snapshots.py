"""Snapshots: found by index, whole or not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.errors import FileFormatError, NotFoundError
from snntrainer3d.frames import Frame, decode_frame, encode_frame, frame_bytes, make_frame
from snntrainer3d.runs import SnapshotWriter
from snntrainer3d.runs.snapshots import list_snapshots, read_snapshot

SHAPES = [(3, 5), (2, 3)]


def frame(update: int) -> Frame:
    weights = [np.full(shape, 1.0 + update, np.float32) for shape in SHAPES]
    return make_frame("a" * 12, 1, update, update // 10, weights)


def writer(path: Path) -> SnapshotWriter:
    return SnapshotWriter(path, frame_bytes(SHAPES))


def test_snapshots_are_listed_and_read_by_index(tmp_path: Path) -> None:
    path = tmp_path / "snapshots.bin"
    assert list_snapshots(path) == []
    opened = writer(path)
    for index, update in enumerate((0, 1, 25)):
        opened.write(index, frame(update))
        assert [row.update for row in list_snapshots(path)] == [0, 1, 25][: index + 1]
    opened.close()
    again = writer(path)
    again.write(1, frame(1))
    again.write(3, frame(40))
    again.close()
    assert [(row.index, row.update, row.epoch) for row in list_snapshots(path)] == [
        (0, 0, 0),
        (1, 1, 0),
        (2, 25, 2),
        (3, 40, 4),
    ]
    assert read_snapshot(path, 2) == encode_frame(frame(25))
    assert decode_frame(read_snapshot(path, 3)).update == 40


@pytest.mark.parametrize("index", [-1, 1, 10**9])
def test_a_snapshot_that_is_not_there_is_told(tmp_path: Path, index: int) -> None:
    path = tmp_path / "snapshots.bin"
    with pytest.raises(NotFoundError):
        read_snapshot(path, 0)
    opened = writer(path)
    opened.write(0, frame(0))
    opened.close()
    with pytest.raises(NotFoundError):
        read_snapshot(path, index)


@pytest.mark.slow
def test_what_a_killed_writer_left_half_written_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "snapshots.bin"
    opened = writer(path)
    for index in range(3):
        opened.write(index, frame(index))
    opened.close()
    whole = path.read_bytes()
    record = (len(whole) - 16) // 3
    for length in range(16 + 2 * record, len(whole)):
        # The head comes last, so before it is there its place holds zeros.
        torn = bytearray(whole[:length])
        torn[16 + 2 * record : 16 + 2 * record + 16] = bytes(min(16, length - 16 - 2 * record))
        path.write_bytes(torn)
        assert [row.index for row in list_snapshots(path)] == [0, 1]
        assert read_snapshot(path, 1) == encode_frame(frame(1))
    opened = writer(path)
    opened.write(2, frame(2))
    opened.close()
    assert path.read_bytes() == whole


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "snapshots.bin"
    opened = writer(path)
    opened.write(0, frame(0))
    opened.close()
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 255
    path.write_bytes(raw)
    with pytest.raises(FileFormatError):
        read_snapshot(path, 0)
