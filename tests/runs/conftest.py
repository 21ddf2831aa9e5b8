"""A small spec for the tests of runs."""

from __future__ import annotations

import pytest

from snntrainer3d.spec import Leaky, RunSpec, Training, dense_network


@pytest.fixture(scope="session")
def spec() -> RunSpec:
    return RunSpec(
        network=dense_network((1, 8, 8), [5], 10, Leaky(beta=0.8)),
        training=Training(dataset="digits", num_steps=4, epochs=2),
    )
