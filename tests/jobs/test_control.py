"""What a run is told: by a file that anyone may replace, each single update once."""

from __future__ import annotations

from pathlib import Path

import pytest

from snntrainer3d.jobs.control import Control, Order, give_order, read_order


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("snntrainer3d.jobs.control.POLL_S", 0.0)
    return tmp_path / "control.json"


def test_without_a_word_it_runs(path: Path) -> None:
    assert Control(path).poll() == "run"


@pytest.mark.parametrize("nonsense", ["", "{", '{"want":"fly"}', "[]", "\0"])
def test_a_file_that_cannot_be_read_lets_it_run(path: Path, nonsense: str) -> None:
    path.write_text(nonsense)
    assert Control(path).poll() == "run"


def test_it_does_what_it_is_told(path: Path) -> None:
    control = Control(path)
    for want in ("pause", "run", "cancel"):
        give_order(path, Order(want=want))  # type: ignore[arg-type]
        assert control.poll() == want
        assert read_order(path).want == want


def test_each_step_is_given_once(path: Path) -> None:
    control = Control(path)
    give_order(path, Order(want="pause", steps=2))
    assert [control.poll() for _ in range(4)] == ["step", "step", "pause", "pause"]
    give_order(path, Order(want="run", steps=3))
    assert [control.poll() for _ in range(2)] == ["step", "run"]
    give_order(path, Order(want="cancel", steps=9))
    assert control.poll() == "cancel"


def test_a_signal_counts_more_than_the_file(path: Path) -> None:
    control = Control(path)
    give_order(path, Order(want="pause"))
    control.stop()
    assert control.poll() == "cancel"


def test_the_file_is_not_read_at_every_poll(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snntrainer3d.jobs.control.POLL_S", 3600.0)
    path = tmp_path / "control.json"
    control = Control(path)
    assert control.poll() == "run"
    give_order(path, Order(want="cancel"))
    assert control.poll() == "run", "it was read less than so long ago"
