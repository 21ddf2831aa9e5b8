"""What a server tells of itself: health, its log with runs' ids, and a report that gives nothing away."""

from __future__ import annotations

import errno
import io
import json
import logging
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import SimpleNamespace

import pytest
from made_runs import Served

from snntrainer3d.server import diagnose
from snntrainer3d.server.logs import MOST_BYTES, ROOM, last_lines, log_file, log_to


@pytest.fixture
def log(home: Path) -> Iterator[logging.Logger]:
    logger = logging.getLogger(ROOM)
    before = logger.level, list(logger.handlers)
    log_to(home)
    yield logger
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(before[0])
    for handler in before[1]:
        logger.addHandler(handler)


@pytest.mark.slow
@pytest.mark.usefixtures("queued")
def test_health_tells_what_the_server_does(served: Served) -> None:
    told = served.client.get("/api/health").json()
    assert (told["status"], told["running"]) == ("ok", 0)
    assert told["queued"] >= 1
    assert told["free_bytes"] > 0
    assert told["uptime_s"] >= 0
    assert told["pages"] == 0


def test_a_line_of_the_log_is_json_with_the_run_it_is_about(home: Path, log: logging.Logger) -> None:
    log.getChild("jobs").info("Run %s begins.", "abc", extra={"run": "abc"})
    try:
        raise ValueError("inside")
    except ValueError:
        log.exception("It broke.")
    first, second = (json.loads(line) for line in last_lines(home, 10))
    assert (first["run"], first["level"], first["where"], first["text"]) == (
        "abc",
        "info",
        "snntrainer3d.jobs",
        "Run abc begins.",
    )
    assert "ValueError: inside" in second["trace"]
    assert first["at"].endswith("Z")


def test_information_is_kept_and_only_warnings_are_told(
    home: Path, log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to(home)
    log.info("quiet")
    log.warning("loud")
    assert capsys.readouterr().err == "WARNING: loud\n"
    assert len(last_lines(home, 10)) == 2


@pytest.mark.slow
def test_a_log_does_not_grow_without_end(home: Path, log: logging.Logger) -> None:
    for _ in range(60):
        log.info("x" * (MOST_BYTES // 10))
    assert sum(file.stat().st_size for file in log_file(home).parent.iterdir()) < 3.2 * MOST_BYTES


def test_a_home_that_cannot_be_written_keeps_nobody_from_logging(tmp_path: Path, log: logging.Logger) -> None:
    (tmp_path / "file").write_text("")
    log_to(tmp_path / "file")
    log.info("still here")


def test_a_full_disk_is_told_once_and_the_log_goes_on_in_words(
    log: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept = next(one for one in log.handlers if isinstance(one, RotatingFileHandler))
    said = io.StringIO()
    monkeypatch.setattr(next(one for one in log.handlers if one is not kept), "stream", said)
    full = SimpleNamespace(write=fail, flush=fail, tell=lambda: 0, seek=fail)
    with monkeypatch.context() as patch:
        patch.setattr(kept, "stream", full)
        for _ in range(5):
            log.warning("Something \x1b[2J happened.")
    told = said.getvalue()
    assert told.count("cannot be written: No space left on device.") == 1
    assert told.count("Something \\x1b[2J happened.") == 5
    assert "Traceback" not in told


@pytest.mark.slow
def test_the_report_has_counts_and_the_log_and_gives_nothing_away(
    served: Served, queued: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNNTRAINER3D_TOKEN", "the-secret-of-this-server")
    served.client.patch(f"/api/runs/{queued}", json={"name": "my secret project", "notes": "private"})
    log_file(served.home).parent.mkdir(exist_ok=True)
    lines = [f"{served.home}/runs/x failed", "GET /?token=abcdefgh123 and Bearer qrstuvwx", "k" * 43, str(Path.home())]
    log_file(served.home).write_text("\n".join(lines) + "\n")
    answer = served.client.get("/api/diagnostics")
    assert "attachment" in answer.headers["content-disposition"]
    told = answer.json()
    assert told["runs"]["by_status"]["queued"] >= 1
    assert told["log"] == ["HOME-OF-RUNS/runs/x failed", "GET /?token=… and Bearer …", "…", "~"]
    assert told["variables"].count("SNNTRAINER3D_TOKEN") == 1
    for secret in ("my secret project", "private", "the-secret", "abcdefgh", "qrstuvwx", str(served.home), queued):
        assert secret not in answer.text, secret


@pytest.mark.slow
def test_a_store_that_cannot_be_opened_is_part_of_the_report(tmp_path: Path) -> None:
    (tmp_path / "runs.db").write_bytes(b"no database" * 1000)
    assert "is damaged" in diagnose(tmp_path)["runs"]["fault"]
