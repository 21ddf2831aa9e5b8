"""Last words: how a process ended, and the end of what it printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from snntrainer3d.jobs import memory_kills as counting
from snntrainer3d.jobs.words import TAIL_BYTES, last_words


def test_a_killed_process_is_told_with_its_signal(tmp_path: Path) -> None:
    words = last_words(tmp_path / "none.log", -9)
    assert "signal 9 (SIGKILL)" in words
    assert "memory" in words
    assert "SIGSEGV" in last_words(tmp_path / "none.log", -11)
    assert "signal 190" in last_words(tmp_path / "none.log", -190)
    assert "exit code 3" in last_words(tmp_path / "none.log", 3)
    assert "vanished" in last_words(tmp_path / "none.log", None)


def test_the_end_of_the_log_follows_in_whole_lines(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    log.write_bytes("\n".join(f"line {number} βλα" for number in range(1000)).encode() + b"\xff\n")
    first, *rest = last_words(log, None).splitlines()
    assert first.startswith("Its process vanished")
    assert rest[-1] == "line 999 βλα\ufffd"
    assert all(line.startswith("line ") for line in rest)
    assert len("\n".join(rest).encode()) < TAIL_BYTES + 10


def test_a_kill_for_want_of_memory_is_told_from_one_by_somebody(tmp_path: Path) -> None:
    log = tmp_path / "none.log"
    assert "The machine ran out of memory" in last_words(log, -9, memory_kills=1)
    assert "did not run out of memory" in last_words(log, -9, memory_kills=0)
    assert "memory" not in last_words(log, -11, memory_kills=1)


def test_the_count_of_our_group_goes_before_that_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, own = tmp_path / "vmstat", tmp_path / "cgroup"
    machine.write_text("nr_free_pages 5\noom_kill 7\n")
    own.write_text("0::/lab/server.service\n")
    monkeypatch.setattr(counting, "_MACHINE", machine)
    monkeypatch.setattr(counting, "_OWN_GROUP", own)
    monkeypatch.setattr(counting, "_GROUPS", tmp_path / "groups")
    assert counting.memory_kills() == 7
    group = tmp_path / "groups" / "lab" / "server.service"
    group.mkdir(parents=True)
    (group / "memory.events").write_text("low 0\noom 3\noom_kill 2\noom_group_kill 0\n")
    assert counting.memory_kills() == 2
    machine.unlink()
    (group / "memory.events").unlink()
    assert counting.memory_kills() is None
