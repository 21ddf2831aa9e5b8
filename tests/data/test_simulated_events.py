"""Events simulated from MNIST: called so everywhere, told by thresholds crossed, learned from."""

from __future__ import annotations

import os

import numpy as np
import pytest

from snntrainer3d.data import available, describe, load
from snntrainer3d.data.simulated_events import MOST, THRESHOLD, simulate

NAME = "mnist-events-simulated"
mnist = pytest.mark.skipif("SNNTRAINER3D_DATA" not in os.environ, reason="needs MNIST in SNNTRAINER3D_DATA")


def test_it_says_that_it_is_simulated_wherever_it_is_named() -> None:
    info = describe(NAME)
    for words in (info.name, info.title, info.summary, info.source):
        assert "simulated" in words.lower()


def test_an_edge_that_comes_gives_brighter_events_and_one_that_goes_darker_ones() -> None:
    picture = np.zeros((1, 28, 28), np.uint8)
    picture[0, 10:18, 10:14] = 255
    found = simulate(picture, 12)[0].astype(float) * (MOST / 255)
    darker, brighter = found[0, 0], found[0, 1]
    # The first way leads down and to the right: the right edge comes, the left one goes.
    assert brighter[12:16, 14].min() >= 1
    assert darker[12:16, 10].min() >= 1
    assert not brighter[:, :10].any()
    assert not darker[:, 15:].any()
    assert not found[:, :, :5, :5].any(), "where nothing changes nothing happens"


def test_a_change_gives_an_event_for_each_threshold_and_the_rest_is_remembered() -> None:
    picture = np.zeros((1, 28, 28), np.uint8)
    picture[0, 14, 14] = 255
    found = simulate(picture, 12)[0].astype(float) * (MOST / 255)
    net = found[:, 1].sum(axis=0) - found[:, 0].sum(axis=0)
    # Back at its beginning each place has as many brighter as darker ones, but for what is clipped or below θ.
    whole = int(np.log(1.1 / 0.1) / THRESHOLD)
    assert abs(net[0, 0]) == 0
    assert found[0, 0, 14, 14] <= min(MOST, whole)
    assert found[0, 0, 14, 14] > 0


def test_a_grey_picture_without_edges_gives_none_but_at_the_border() -> None:
    assert not simulate(np.full((1, 28, 28), 100, np.uint8), 12)[0, :, :, 5:, 5:].any()


@mnist
@pytest.mark.mnist
@pytest.mark.slow
def test_it_is_made_of_mnists_first_digits_and_a_small_network_learns_it() -> None:
    from snntrainer3d.compose import Choices, compose
    from snntrainer3d.training import train

    assert available(NAME) == available("mnist")
    events, digits = load(NAME), load("mnist")
    assert events.train.inputs.shape == (6000, 12, 2, 28, 28)
    assert np.array_equal(events.test.labels, digits.test.labels[:1000])
    known = {sample.tobytes() for sample in events.train.inputs}
    assert not any(sample.tobytes() in known for sample in events.test.inputs)
    again = simulate(digits.test.inputs[:5, 0], 12)
    assert np.array_equal(events.test.inputs[:5], again)
    assert 0.01 < (events.train.inputs[:500] > 0).mean() < 0.3, "events are sparse"
    spec = compose(Choices(dataset=NAME, hidden=(50,), training={"epochs": 1}))
    assert spec.training.num_steps == 12
    *_, finished = train(spec, events)
    assert finished.results["test"]["accuracy"] > 0.75
