"""Moons and spirals: the same for ever, in 0–1, parted by neighbours but by no straight line."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from snntrainer3d.data import Dataset, load


def accuracy_of_line(dataset: Dataset) -> float:
    """Give the test accuracy of the best straight line in the sense of least squares."""
    train = np.column_stack([dataset.train.inputs, np.ones(len(dataset.train))])
    line, *_ = np.linalg.lstsq(train, 2.0 * dataset.train.labels - 1.0, rcond=None)
    test = np.column_stack([dataset.test.inputs, np.ones(len(dataset.test))])
    return float(((test @ line > 0) == dataset.test.labels).mean())


def accuracy_of_neighbour(dataset: Dataset) -> float:
    """Give the test accuracy of the nearest training point's class."""
    apart = ((dataset.test.inputs[:, None] - dataset.train.inputs[None]) ** 2).sum(2)
    return float((dataset.train.labels[apart.argmin(1)] == dataset.test.labels).mean())


@pytest.mark.parametrize(("name", "line"), [("moons", 0.93), ("spirals", 0.7)])
def test_neighbours_part_them_and_no_line_does(name: str, line: float) -> None:
    dataset = load(name)
    assert accuracy_of_neighbour(dataset) > 0.98
    assert accuracy_of_line(dataset) < line
    for part in (dataset.train, dataset.test):
        assert np.bincount(part.labels).tolist() == [len(part) // 2] * 2
    both = np.concatenate([dataset.train.inputs, dataset.test.inputs])
    assert (both.min(), both.max()) == (0.0, 1.0)


def test_they_are_drawn_the_same_each_time() -> None:
    first, again = (hashlib.md5(load("spirals").train.inputs.tobytes()).hexdigest() for _ in range(2))
    assert first == again
    assert not np.array_equal(load("moons").train.inputs, load("spirals").train.inputs)
