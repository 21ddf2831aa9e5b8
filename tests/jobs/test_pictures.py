"""Samples as pictures: of many channels and few events something is seen."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from snntrainer3d.data import Dataset, describe
from snntrainer3d.jobs.pictures import MOST_ROWS, pictures_of


def events_of(shape: tuple[int, ...], frames: int) -> Dataset:
    info = replace(describe("spoken-digits"), input_shape=shape, frames=frames)
    return cast(Dataset, cast(Any, SimpleNamespace(info=info, input_scale=1 / 255)))


def test_channels_share_a_row_and_a_single_event_is_bright() -> None:
    raw = np.zeros((2, 20, 700), np.uint8)
    raw[0, 3, 0] = 64
    raw[0, 4, 699] = 32
    shape, pictures = pictures_of(raw, events_of((700,), 20))
    assert shape[0] == 1
    assert shape[1] <= MOST_ROWS
    assert shape[2] == 20
    assert pictures.shape == (2, *shape[1:])
    # Time from left to right, the first channel lowest; a silent sample stays dark.
    assert np.argwhere(pictures[0]).tolist() == [[0, 4], [shape[1] - 1, 3]]
    assert [pictures[0, 0, 4], pictures[0, -1, 3], pictures[1].max()] == [128, 255, 0]


def test_few_values_keep_a_row_each_and_maps_are_laid_over_one_another() -> None:
    raw = np.zeros((1, 4, 3), np.uint8)
    raw[0, 1, 2] = 255
    assert pictures_of(raw, events_of((3,), 4))[1][0].tolist() == [[0, 255, 0, 0], [0] * 4, [0] * 4]
    maps = np.zeros((1, 2, 1, 2, 2), np.uint8)
    maps[0, 0, 0, 0, 0], maps[0, 1, 0, 1, 1] = 51, 102
    shape, pictures = pictures_of(maps, events_of((1, 2, 2), 2))
    assert (shape, pictures[0].tolist()) == ([1, 2, 2], [[[128, 0], [0, 255]]])
