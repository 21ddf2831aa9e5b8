"""Drawings made into samples: placed, scaled and thinned out as the pictures of a data set once were."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Num, UInt8

from snntrainer3d.data.catalogue import DIGITS, FASHION, MNIST
from snntrainer3d.errors import InputError

BRIGHTEST = 255
_SIDE = 28
_INNER = 20
_MIDDLE = 14
"""Row and column of the centre of mass: in all 10,000 test digits of MNIST it lies within [13.5, 14.5)."""
_BITMAP = 32
_BLOCK = 4

Drawing = Num[np.ndarray, "height width"]


def prepare_drawing(dataset: str, drawing: Drawing) -> UInt8[np.ndarray, "height width"]:
    """Turn a drawing into a picture 0–255 as the data set has them, bright on dark.

    Args:
        drawing: bright on dark, any size, 0–255.

    Raises:
        InputError: the data set's samples are not pictures.
    """
    if dataset in (MNIST.name, FASHION.name):
        return center_like_mnist(drawing)
    if dataset == DIGITS.name:
        counts = count_like_digits(drawing)
        return np.rint(counts * (BRIGHTEST / _BLOCK**2)).astype(np.uint8)
    raise InputError(f"Samples of {dataset} are no pictures.", path="drawing", hint="Send the values as pixels.")


def center_like_mnist(drawing: Drawing) -> UInt8[np.ndarray, "28 28"]:
    """Crop to the ink, scale its longest side to 20 pixels, move its centre of mass to the middle of 28×28.

    Shades come from averaging over areas. Source: LeCun, Cortes and Burges, "The MNIST database", 1998.
    """
    picture = np.zeros((_SIDE, _SIDE), np.uint8)
    ink = _crop(drawing)
    if ink is None:
        return picture
    small = _resize(ink, _fit(ink.shape, _INNER))
    top, left = (
        int(np.clip(np.floor(_MIDDLE - mass + 0.5), 0, _SIDE - side))
        for mass, side in zip(_centre_of_mass(small), small.shape, strict=True)
    )
    picture[top : top + small.shape[0], left : left + small.shape[1]] = np.rint(small.clip(0, BRIGHTEST))
    return picture


def count_like_digits(drawing: Drawing) -> UInt8[np.ndarray, "8 8"]:
    """Scale the ink to the full height of a bitmap of 32×32, then count the set bits of each block of 4×4: 0–16.

    Source: Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning Repository, 1998.
    """
    bitmap = np.zeros((_BITMAP, _BITMAP), bool)
    ink = _crop(drawing)
    if ink is not None:
        small = _resize(ink, _fit(ink.shape, _BITMAP))
        top, left = ((_BITMAP - side + 1) // 2 for side in small.shape)
        bitmap[top : top + small.shape[0], left : left + small.shape[1]] = small >= small.max() / 2
    blocks = _BITMAP // _BLOCK
    return bitmap.reshape(blocks, _BLOCK, blocks, _BLOCK).sum(axis=(1, 3)).astype(np.uint8)


def _crop(drawing: Drawing) -> Float64[np.ndarray, "height width"] | None:
    """Give the part that holds ink; None where there is none."""
    rows, columns = (np.flatnonzero((drawing > 0).any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return None
    return drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)


def _fit(shape: tuple[int, ...], longest: int) -> tuple[int, int]:
    height, width = (max(1, round(side * longest / max(shape))) for side in shape)
    return height, width


def _resize(image: Float64[np.ndarray, "height width"], shape: tuple[int, int]) -> Float64[np.ndarray, "rows columns"]:
    """Give each new pixel the mean over the area that it covers, parts of pixels counted as parts."""
    down, across = (_shares(before, after) for before, after in zip(image.shape, shape, strict=True))
    return down @ image @ across.T


def _shares(before: int, after: int) -> Float64[np.ndarray, "after before"]:
    """Give the share of each old pixel in each new one along an axis; rows sum to 1."""
    step = before / after
    begin = np.arange(after)[:, None] * step
    pixel = np.arange(before)[None, :]
    overlap = np.minimum(begin + step, pixel + 1) - np.maximum(begin, pixel)
    return np.maximum(overlap, 0.0) / step


def _centre_of_mass(image: Float64[np.ndarray, "height width"]) -> tuple[float, float]:
    total = image.sum()
    rows, columns = (np.arange(side) for side in image.shape)
    return float(image.sum(axis=1) @ rows / total), float(image.sum(axis=0) @ columns / total)
