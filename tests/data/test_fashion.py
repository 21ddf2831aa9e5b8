"""Fashion-MNIST: read from its four files, refused where they are another set's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from snntrainer3d.data import available, describe, load

needs_fashion = pytest.mark.skipif(
    not (Path(os.environ.get("SNNTRAINER3D_DATA", "/nowhere")) / "fashion-mnist").is_dir(),
    reason="needs Fashion-MNIST: set SNNTRAINER3D_DATA to a folder that holds fashion-mnist/",
)


def test_it_is_described_without_its_files() -> None:
    info = describe("fashion-mnist")
    assert (info.input_shape, info.classes, len(info.class_names)) == ((1, 28, 28), 10, 10)


@needs_fashion
@pytest.mark.slow
def test_it_is_read_whole() -> None:
    assert available("fashion-mnist")
    dataset = load("fashion-mnist")
    assert len(dataset.train) == 60_000
    assert len(dataset.test) == 10_000
    assert dataset.mean == pytest.approx(0.2860, abs=1e-4)  # published: mean .2860, standard deviation .3530
    assert dataset.std == pytest.approx(0.3530, abs=1e-4)
    assert sorted(set(dataset.test.labels.tolist())) == list(range(10))
