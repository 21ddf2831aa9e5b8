"""The record: whole lines only, torn ones cut, damaged ones skipped and counted, a full disk leaves no half line."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from snntrainer3d.errors import StorageError
from snntrainer3d.events import Cancelled, Phase, StateChanged
from snntrainer3d.runs import RecordWriter, append_event, read_record
from snntrainer3d.runs.record import offset_of_line


def test_what_is_written_is_read_in_order_with_its_time(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with RecordWriter(path) as writer:
        first = writer.write(StateChanged(state="running"))
        second = writer.write(Phase(phase="loading", text="β\nline break"))
        writer.sync()
    lines = read_record(path)
    assert lines.events == (first, second)
    assert (lines.count, lines.damaged, lines.next_offset) == (2, 0, path.stat().st_size)
    assert 1.6e9 < first.at <= second.at
    assert read_record(path, lines.next_offset).count == 0


def test_no_file_is_an_empty_record(tmp_path: Path) -> None:
    assert read_record(tmp_path / "none.jsonl").count == 0


def test_a_torn_last_line_waits_and_is_cut_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    kept = append_event(path, StateChanged(state="running"))
    whole = path.stat().st_size
    with path.open("ab") as file:
        file.write(b'{"kind":"cancel')
    lines = read_record(path)
    assert (lines.events, lines.next_offset) == ((kept,), whole)
    added = append_event(path, Cancelled())
    assert read_record(path).events == (kept, added)
    assert read_record(path, whole).events == (added,)


@pytest.mark.parametrize("torn", [b"x" * 10, b"\0" * 3_000_000])
def test_a_record_that_is_only_torn_begins_anew(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(torn)
    added = append_event(path, Cancelled())
    assert read_record(path).events == (added,)


def test_damaged_lines_are_skipped_counted_and_keep_their_number(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    first = append_event(path, StateChanged(state="running"))
    with path.open("ab") as file:
        file.write(b'\xff\xfe{"kind":"nonsense"}\n{"kind":"state","state":"flying"}\n\n')
    last = append_event(path, Cancelled())
    lines = read_record(path)
    assert (lines.events, lines.damaged, lines.count) == ((first, last), 3, 5)
    offset, line = offset_of_line(path, 4)
    assert line == 4
    assert read_record(path, offset).events == (last,)


def test_limit_and_offset_page_through(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with RecordWriter(path) as writer:
        written = [writer.write(Phase(phase="loading", text=str(number))) for number in range(7)]
    found, offset = [], 0
    while (lines := read_record(path, offset, 3)).count:
        found += lines.events
        offset = lines.next_offset
    assert found == written
    assert offset_of_line(path, 99) == (path.stat().st_size, 7)


class FullDisk:
    """A file on a disk that takes only some bytes of a line."""

    def __init__(self, file: object, room: int) -> None:
        self._file, self._room = file, room

    def write(self, data: bytes) -> int:
        if self._room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(data[: self._room])  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


@pytest.mark.parametrize("room", [0, 9])
def test_a_full_disk_is_told_and_leaves_no_half_line(tmp_path: Path, room: int) -> None:
    path = tmp_path / "events.jsonl"
    with RecordWriter(path) as writer:
        first = writer.write(StateChanged(state="running"))
        writer._file = FullDisk(writer._file, room)  # type: ignore[assignment]
        with pytest.raises(StorageError, match="No space left"):
            writer.write(Cancelled())
    assert read_record(path).events == (first,)
    assert path.read_bytes().endswith(b"}\n")
