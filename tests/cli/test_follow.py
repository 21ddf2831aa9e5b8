"""What a training says on stderr."""

from __future__ import annotations

import pytest

from snntrainer3d.cli.follow import Follower
from snntrainer3d.events import EpochDone, Notice


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
