"""Learning rates, orders and the spacing of snapshots."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from snntrainer3d.spec import Constant, OneCycle
from snntrainer3d.training import learning_rate_at, snapshot_updates
from snntrainer3d.training.schedule import curve_stride, epoch_order, updates_per_epoch


@pytest.mark.parametrize("total", [10, 97, 469])
def test_one_cycle_is_torchs(total: int) -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.3, total_steps=total, pct_start=0.3)
    schedule = OneCycle(warm_up_share=0.3)
    for update in range(total):
        assert learning_rate_at(schedule, 0.3, update, total) == pytest.approx(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if update + 1 < total:
            theirs.step()


def test_one_cycle_survives_a_single_update_and_no_warm_up() -> None:
    assert learning_rate_at(OneCycle(), 0.1, 0, 1) == 0.1
    assert learning_rate_at(OneCycle(warm_up_share=0.0), 0.1, 0, 5) == pytest.approx(0.1)
    assert learning_rate_at(Constant(), 0.1, 3, 5) == 0.1


@pytest.mark.parametrize("total", [1, 2, 50, 100, 469, 10_000, 1_000_000])
def test_snapshots_start_at_0_end_at_the_last_and_are_at_most_100(total: int) -> None:
    updates = snapshot_updates(total)
    assert updates[0] == 0
    assert updates[-1] == total
    assert len(updates) <= 100
    assert updates == sorted(set(updates))


@pytest.mark.parametrize("total", [1, 999, 1000, 1001, 123_456])
def test_curves_have_at_most_a_thousand_points(total: int) -> None:
    assert total / curve_stride(total) <= 1000


def test_each_epoch_has_an_order_of_its_own_that_depends_on_the_seed_alone() -> None:
    indices = np.arange(50)
    assert np.array_equal(epoch_order(indices, 1, 0), epoch_order(indices, 1, 0))
    assert not np.array_equal(epoch_order(indices, 1, 0), epoch_order(indices, 1, 1))
    assert not np.array_equal(epoch_order(indices, 1, 0), epoch_order(indices, 2, 0))
    assert sorted(epoch_order(indices, 1, 0)) == list(range(50))


@pytest.mark.parametrize(("samples", "keep", "expected"), [(10, True, 3), (10, False, 2), (3, False, 1), (8, True, 2)])
def test_the_last_batch_counts_when_it_is_kept(samples: int, keep: bool, expected: int) -> None:
    assert updates_per_epoch(samples, 4, keep) == expected
