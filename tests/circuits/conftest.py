"""The two trained networks."""

from __future__ import annotations

import pytest
from circuit_networks import stored

from snntrainer3d.spec import TrainedNetwork


@pytest.fixture(scope="session")
def xor() -> TrainedNetwork:
    return stored("xor-2-8-2")


@pytest.fixture(scope="session")
def digits() -> TrainedNetwork:
    return stored("digits-64-20-10")
