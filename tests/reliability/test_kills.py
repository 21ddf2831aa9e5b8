"""The kills of `make faults` in short: a server and its job, killed a few times at random moments."""

from __future__ import annotations

from pathlib import Path

import pytest
from reliability.kills import Life, kill_often, summary
from reliability.report import page


@pytest.mark.slow
def test_kills_at_random_moments_lose_no_epoch_and_no_bit(tmp_path: Path) -> None:
    lives = kill_often(tmp_path, 3, seed=1, most=1)
    assert sum(len(life.kills) for life in lives) == 3
    assert all(life.equal for life in lives)


def test_the_page_tells_what_was_measured() -> None:
    text = page()
    assert "kill -9" in text
    assert "bit for bit" in text
    assert summary([Life("a", (), True)], 1.0)["equal"] == 1
