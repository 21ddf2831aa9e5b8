"""Stored samples as pictures to look at: bright on dark, time from left to right where there is time."""

from __future__ import annotations

import numpy as np
from jaxtyping import Shaped, UInt8

from snntrainer3d.data import Dataset

BRIGHTEST = 255


def pictures_of(
    raw: Shaped[np.ndarray, "sample ..."], dataset: Dataset
) -> tuple[list[int], UInt8[np.ndarray, "sample ..."]]:
    """Give the shape of a picture and one for each sample, 0–255.

    Frames of values become a picture with time from left to right and the first value lowest, as sounds are drawn;
    frames of maps are laid over one another, the brightest value of each pixel.
    """
    values = raw * np.float32(dataset.input_scale * BRIGHTEST)
    shades = np.rint(values).clip(0, BRIGHTEST).astype(np.uint8)
    info = dataset.info
    if not info.timed:
        return list(info.input_shape), shades
    if len(info.input_shape) == 3:
        return list(info.input_shape), shades.max(axis=1)
    rows = shades.reshape(len(raw), info.frames, info.input_size)
    return [1, info.input_size, info.frames], np.ascontiguousarray(rows.transpose(0, 2, 1)[:, ::-1])
