"""What the tests of data share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from snntrainer3d.data.own import keeping, reading
from snntrainer3d.data.own.gathered import Choice, Gathered
from snntrainer3d.data.own.reading_apart import get_found, put_found


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read own data in the test's own process, which takes no second, and hand it on as the other process does.

    test_reading_apart.py goes the whole way.
    """

    def read(paths: Sequence[Path], name: str, choice: Choice) -> Gathered:
        found = reading.read(paths, name, choice)
        with TemporaryDirectory() as folder:
            put_found(Path(folder), found)
            return get_found(Path(folder), name)

    monkeypatch.setattr(keeping, "read_in_own_process", read)
