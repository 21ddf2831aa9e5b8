"""Parity: every pattern as often as every other, labelled by its ones, and solved by the template for few inputs."""

from __future__ import annotations

import numpy as np
import pytest

from snntrainer3d.compose import Choices, compose
from snntrainer3d.data import load
from snntrainer3d.spec import PARITY_BITS
from snntrainer3d.training import train


@pytest.mark.parametrize("bits", PARITY_BITS)
def test_every_pattern_is_there_as_often_with_the_parity_of_its_ones(bits: int) -> None:
    dataset = load(f"parity-{bits}")
    for part, times in ((dataset.test, 1), (dataset.train, 1024 // 2**bits)):
        patterns, counts = np.unique(part.inputs, axis=0, return_counts=True)
        assert len(patterns) == 2**bits
        assert set(np.unique(patterns)) == {0.0, 1.0}
        assert set(counts.tolist()) == {times}
        assert np.array_equal(part.labels, part.inputs.astype(int).sum(axis=1) % 2)
    assert np.array_equal(dataset.test.inputs[5], np.array([int(one) for one in f"{5:0{bits}b}"], np.float32))


def test_the_order_is_mixed_and_the_same_each_time() -> None:
    first, again = load("parity-4").train.inputs, load("parity-4").train.inputs
    assert np.array_equal(first, again)
    assert not np.array_equal(first[:16], first[16:32])


@pytest.mark.slow
@pytest.mark.parametrize("bits", [3, 4])
def test_the_wide_template_solves_it(bits: int) -> None:
    name = f"parity-{bits}"
    spec = compose(Choices(dataset=name, template="wide"))
    assert [layer.size for layer in spec.network.layers] == [16 * bits, 2]
    *_, finished = train(spec, load(name))
    assert finished.results["test"]["accuracy"] == 1.0
