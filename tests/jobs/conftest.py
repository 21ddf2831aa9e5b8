"""Specs that train in moments or for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from snntrainer3d.spec import Leaky, RunSpec, Training, dense_network


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let torch use one thread, here and in jobs: on a busy machine a tiny network mostly waits for a second one."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _spec(**training: Any) -> RunSpec:
    """Give a small network on digits; 6 updates an epoch."""
    values = {"num_steps": 3, "epochs": 2, "batch_size": 256, "learning_rate": 5e-3, "validation_share": 0.0}
    return RunSpec(
        network=dense_network((1, 8, 8), [8], 10, Leaky(beta=0.8)),
        training=Training(**{**values, "engine": "reference", **training}),
    )


@pytest.fixture
def spec_of() -> Callable[..., RunSpec]:
    """Give what makes such a spec with other fields of its training."""
    return _spec


@pytest.fixture
def quick() -> RunSpec:
    return _spec()


@pytest.fixture
def endless() -> RunSpec:
    """Give a run that ends only when it is told to."""
    return _spec(epochs=100_000)


@pytest.fixture
def waiting() -> RunSpec:
    """Give a run of 18 updates, each of which waits for a test's word."""
    return _spec(epochs=3, pace="update")
