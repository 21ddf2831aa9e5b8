"""Inputs that the fuzzers found, each of which once ended in an error that is not ours."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from snntrainer3d.errors import FileFormatError, NotFoundError
from snntrainer3d.runs import read_live_frame
from snntrainer3d.runs.run_file import read_run_file
from snntrainer3d.runs.snapshots import list_snapshots, read_snapshot


@pytest.mark.parametrize("room", [1 << 63, (1 << 64) - 1, 1 << 41])
def test_a_head_that_tells_of_endless_frames_has_none(tmp_path: Path, room: int) -> None:
    live, kept = tmp_path / "frame.bin", tmp_path / "snapshots.bin"
    live.write_bytes(struct.pack("<4sIQ", b"S3DL", 1, room) + bytes(200))
    kept.write_bytes(struct.pack("<4sIQ", b"S3DN", 1, room) + bytes(200))
    assert read_live_frame(live) is None
    assert list_snapshots(kept) == []
    with pytest.raises(NotFoundError):
        read_snapshot(kept, 0)


def test_a_run_file_with_a_part_before_its_beginning_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("run.json", "{}")
    content = bytearray(path.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    size = struct.unpack_from("<I", content, end + 12)[0]
    struct.pack_into("<I", content, end + 12, size)
    struct.pack_into("<I", content, end + 16, 0xFFFF)
    path.write_bytes(content)
    with pytest.raises(FileFormatError):
        read_run_file(path, tmp_path)
