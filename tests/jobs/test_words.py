"""Last words: how a process ended, and the end of what it printed."""

from __future__ import annotations

from pathlib import Path

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
