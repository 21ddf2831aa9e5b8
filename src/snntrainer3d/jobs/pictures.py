"""Stored samples as pictures to look at: bright on dark, time from left to right where there is time."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from jaxtyping import Shaped, UInt8

from snntrainer3d.data import Dataset

BRIGHTEST = 255
MOST_ROWS = 128


def sample_block(dataset: Dataset, split: Literal["train", "test"], indices: Sequence[int]) -> dict[str, Any]:
    """Return samples as they are sent to the page, pixels in base64."""
    part = dataset.train if split == "train" else dataset.test
    at = list(indices)
    shape, pixels = pictures_of(part.inputs[at], dataset)
    return {
        "dataset": dataset.info.name,
        "split": split,
        "total": len(part),
        "shape": shape,
        "indices": at,
        "labels": part.labels[at].tolist(),
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
    }


def pictures_of(
    raw: Shaped[np.ndarray, "sample ..."], dataset: Dataset
) -> tuple[list[int], UInt8[np.ndarray, "sample ..."]]:
    """Give the shape of a picture and one for each sample, 0–255.

    Frames of values become a picture with time from left to right and the first value lowest, as sounds are drawn;
    frames of maps are laid over one another, the brightest value of each pixel. Both are as bright as their brightest
    value lets them be, and of very many values neighbours share a row: a few events of 700 channels would not be seen.
    """
    values = raw * np.float32(dataset.input_scale * BRIGHTEST)
    shades = np.rint(values).clip(0, BRIGHTEST).astype(np.uint8)
    info = dataset.info
    if not info.timed:
        return list(info.input_shape), shades
    if len(info.input_shape) == 3:
        return list(info.input_shape), _brightened(shades.max(axis=1))
    frames = shades.reshape(len(raw), info.frames, info.input_size)
    together = -(-info.input_size // MOST_ROWS)
    rows = np.maximum.reduceat(frames, range(0, info.input_size, together), axis=2)
    picture = _brightened(np.ascontiguousarray(rows.transpose(0, 2, 1)[:, ::-1]))
    return [1, *picture.shape[1:]], picture


def _brightened(shades: UInt8[np.ndarray, "sample ..."]) -> UInt8[np.ndarray, "sample ..."]:
    brightest = shades.max(axis=tuple(range(1, shades.ndim)), keepdims=True).clip(1)
    return np.rint(shades * (BRIGHTEST / brightest)).astype(np.uint8)
