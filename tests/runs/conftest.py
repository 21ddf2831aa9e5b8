"""A store and a small spec for the tests of runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from snntrainer3d.runs import RunStore
from snntrainer3d.spec import Leaky, RunSpec, Training, dense_network


@pytest.fixture
def spec() -> RunSpec:
    return RunSpec(
        network=dense_network((1, 8, 8), [5], 10, Leaky(beta=0.8)),
        training=Training(dataset="digits", num_steps=4, epochs=2),
    )


@pytest.fixture
def store(home: Path) -> Iterator[RunStore]:
    with RunStore(home) as opened:
        yield opened
