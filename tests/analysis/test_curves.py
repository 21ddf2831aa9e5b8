"""Curves thinned for drawing: no peak is lost, no point made up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snntrainer3d.analysis import EPOCH_COLUMNS, UPDATE_COLUMNS, Points, columns_of

NO_EPOCHS = dict.fromkeys(EPOCH_COLUMNS, ())


def points_with(losses: list[float | None]) -> Points:
    count = len(losses)
    columns = {name: [1.0] * count for name in UPDATE_COLUMNS}
    return Points({**columns, "update": range(1, count + 1), "loss": losses, "accuracy": [0.5] * count}, NO_EPOCHS)


@pytest.mark.slow
def test_of_a_million_points_a_few_hundred_are_given_and_every_peak_is_among_them() -> None:
    losses = np.linspace(2.0, 0.1, 1_000_000)
    losses[[123_456, 999_998]] = 50.0
    losses[654_321] = -1.0
    found = columns_of(points_with(losses.tolist()), 500)["updates"]
    assert {len(column) for column in found.values()} == {500}
    assert sorted(found["loss_high"])[-2:] == [50.0, 50.0]
    assert found["loss_high"][-1] == 50.0
    assert min(found["loss_low"]) == -1.0
    assert found["update"][-1] == 1_000_000
    assert np.mean(found["loss"]) == pytest.approx(losses.mean())


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(st.none() | st.floats(-1e6, 1e6, width=32), max_size=200), st.integers(2, 50))
def test_thinned_curves_keep_extremes_order_and_what_is_unknown(losses: list[float | None], most: int) -> None:
    found = columns_of(points_with(losses), most)["updates"]
    known = [loss for loss in losses if loss is not None]
    assert len(found["loss"]) == min(most, len(losses))
    assert found["update"] == sorted(set(found["update"]))
    assert max((high for high in found["loss_high"] if high is not None), default=None) == max(known, default=None)
    assert min((low for low in found["loss_low"] if low is not None), default=None) == min(known, default=None)
    assert found["loss"].count(None) <= losses.count(None)
    if len(losses) <= most:
        assert found["loss"] == losses == found["loss_low"] == found["loss_high"]
