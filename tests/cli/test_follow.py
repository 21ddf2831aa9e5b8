"""What a training says on stderr."""

from __future__ import annotations

import pytest

from snntrainer3d.cli import follow
from snntrainer3d.cli.follow import Follower
from snntrainer3d.events import EpochDone, Notice, Phase, Prepared


def epoch(number: int) -> EpochDone:
    return EpochDone(epoch=number, update=number, train_loss=1.0, train_accuracy=0.5, rates=[0.1], seconds=0.0)


def test_short_epochs_do_not_flood_the_screen_and_the_last_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with Follower(300) as follower:
        for number in range(1, 301):
            follower.take(epoch(number))
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Epoch")]
    assert told[0].startswith("Epoch 1/300")
    assert told[-1].startswith("Epoch 300/300")
    assert len(told) < 10


def test_notices_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with Follower(1) as follower:
        follower.take(Notice(level="warning", code="x", text="Mind the gain."))
    assert "Warning: Mind the gain." in capsys.readouterr().err


def test_kernels_that_take_long_are_told_once_and_others_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = Prepared(
        engine="fused", threads=1, parameters=1, train_samples=1, validation_samples=0, test_samples=1,
        updates_per_epoch=1, total_updates=1,
    )  # fmt: skip
    monkeypatch.setattr(follow, "SILENCE_S", 30.0)
    with Follower(1) as follower:
        follower.take(Phase(phase="preparing kernels", share=0.0))
        follower.take(ready)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(follow, "SILENCE_S", 0.0)
    with Follower(1) as follower:
        follower.take(Phase(phase="preparing kernels", share=0.0))
        assert follower._preparing is not None
        follower._preparing.join(15)
        follower.take(Phase(phase="preparing kernels", share=0.5))
        follower.take(ready)
    assert capsys.readouterr().err.count("Preparing kernels (once on this machine") == 1
