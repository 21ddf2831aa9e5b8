"""What the tests of data share."""

from __future__ import annotations

import pytest

from snntrainer3d.data.own import keeping, reading


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read own data in the test's own process, which takes no second; test_reading_apart.py goes the whole way."""
    monkeypatch.setattr(keeping, "read_in_own_process", reading.read)
