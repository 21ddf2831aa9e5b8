"""The live frame: a reader sees a whole frame or none, whatever the writer does meanwhile."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from snntrainer3d.errors import StorageError
from snntrainer3d.runs.live import LiveFrameWriter, read_live_frame

SIZE = 300_001


def test_there_is_no_frame_before_the_first(tmp_path: Path) -> None:
    path = tmp_path / "frame.bin"
    assert read_live_frame(path) is None
    LiveFrameWriter(path, 100).close()
    assert read_live_frame(path) is None
    path.write_bytes(b"S3DL but short")
    assert read_live_frame(path) is None


def test_the_newest_frame_is_read_and_a_next_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "frame.bin"
    writer = LiveFrameWriter(path, 100)
    for number in range(5):
        writer.write(bytes([number]) * (10 + number))
        assert read_live_frame(path) == bytes([number]) * (10 + number)
    writer.close()
    after = LiveFrameWriter(path, 100)
    assert read_live_frame(path) == bytes([4]) * 14
    after.write(b"after")
    assert read_live_frame(path) == b"after"
    with pytest.raises(ValueError, match="room"):
        after.write(bytes(101))
    after.close()


def test_a_frame_torn_by_a_dying_writer_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "frame.bin"
    writer = LiveFrameWriter(path, 64)
    writer.write(b"a" * 64)
    writer.write(b"b" * 64)
    writer.close()
    raw = bytearray(path.read_bytes())
    place = raw.index(b"b" * 64)
    raw[place + 10] ^= 1
    path.write_bytes(raw)
    assert read_live_frame(path) == b"a" * 64


def test_a_file_for_another_network_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "frame.bin"
    for size in (64, 640):
        writer = LiveFrameWriter(path, size)
        writer.write(b"c" * size)
        writer.close()
        assert read_live_frame(path) == b"c" * size


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        LiveFrameWriter(tmp_path / "none" / "frame.bin", 10)


def write_numbers(path: Path, enough: Callable[[], bool]) -> int:
    """Write frames of their number and then only that byte: a frame of two writings shows at once."""
    writer = LiveFrameWriter(path, SIZE)
    number = 0
    while not enough():
        number += 1
        writer.write(number.to_bytes(4, "little") + bytes([number % 251]) * (SIZE - 4 - number % 7))
    writer.close()
    return number


def assert_whole(frame: bytes) -> int:
    number = int.from_bytes(frame[:4], "little")
    assert len(frame) == SIZE - number % 7
    assert set(frame[4:]) == {number % 251}
    return number


def read_while(path: Path, writing: Callable[[], bool], wanted: int) -> None:
    """Read until so many frames were met; each must be whole."""
    met: set[int] = set()
    while len(met) < wanted:
        assert writing()
        frame = read_live_frame(path)
        if frame is not None:
            met.add(assert_whole(frame))


@pytest.mark.slow
def test_no_reader_sees_a_torn_frame_while_a_thread_writes(tmp_path: Path) -> None:
    path, enough = tmp_path / "frame.bin", threading.Event()
    LiveFrameWriter(path, SIZE).close()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_numbers, path, enough.is_set)
        try:
            read_while(path, lambda: not writing.done(), 6)
        finally:
            enough.set()
    newest = read_live_frame(path)
    assert newest is not None
    assert assert_whole(newest) == writing.result()


@pytest.mark.slow
def test_no_reader_sees_a_torn_frame_while_another_process_writes(tmp_path: Path) -> None:
    path, enough = tmp_path / "frame.bin", tmp_path / "enough"
    LiveFrameWriter(path, SIZE).close()
    script = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from test_live import *; "
    script += f"print(write_numbers(Path({str(path)!r}), Path({str(enough)!r}).exists))"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        try:
            read_while(path, lambda: process.poll() is None, 200)
        finally:
            enough.touch()
        assert process.stdout is not None
        written = int(process.stdout.read())
    newest = read_live_frame(path)
    assert newest is not None
    assert assert_whole(newest) == written
