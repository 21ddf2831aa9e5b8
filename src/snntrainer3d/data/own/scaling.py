"""What the numbers of own data mean: found in the training samples alone, and said in the report.

The type of an array says little: pictures come as bytes to 255, but spikes as bytes 0 and 1 and digits as bytes to 16.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from snntrainer3d.data.own.gathered import Gathered
from snntrainer3d.data.own.report import ImportReport

_BYTE = 255
_DARK = 127
"""The largest value of bytes that are taken for a scale of their own: above it they are the brightness of pictures."""
_PIECE = 4_096
_NEARER = "test values beyond them are set to the nearer end"


@dataclass(frozen=True, eq=False, slots=True)
class Scaled:
    """Samples as they are stored: their values times `scale` are from 0 to 1."""

    inputs: np.ndarray
    scale: float
    report: ImportReport


def scaled(found: Gathered, train: np.ndarray, test: np.ndarray) -> Scaled:
    """Bring values to 0–1 by what the training samples hold; test values beyond them are set to the nearer end."""
    if found.scaling == "unit":
        is_bytes = found.inputs.dtype == np.uint8
        return Scaled(found.inputs, 1 / _BYTE if is_bytes else 1.0, found.report)
    if found.scaling == "columns":
        return _by_columns(found, train, test)
    return _as_one(found, train, test)


def _by_columns(found: Gathered, train: np.ndarray, test: np.ndarray) -> Scaled:
    values = found.inputs
    low, high = values[train].min(axis=0), values[train].max(axis=0)
    spread = np.where(high > low, high - low, 1.0)
    far = ((values[test] < low - spread) | (values[test] > high + spread)).any(axis=1)
    table = found.report.table
    told = found.report.extended(
        scaling=[f"Each column is brought to 0–1 by its smallest and largest training value; {_NEARER}."],
        notes=_beyond(int(far.sum()), len(test), "the range of the training samples in a column"),
    )
    if table:
        told = replace(told, table=replace(table, lows=tuple(low.tolist()), highs=tuple(high.tolist())))
    return Scaled(_brought(values, low, high), 1.0, told)


def _as_one(found: Gathered, train: np.ndarray, test: np.ndarray) -> Scaled:
    """Read bytes and whole numbers from 0 on as shares of the largest, other numbers by smallest and largest."""
    values = found.inputs
    samples = values.reshape(len(values), -1)
    lows, highs = samples.min(axis=1), samples.max(axis=1)  # of each sample: no copy of a part is made
    if values.dtype == np.float16:  # bounds are computed beyond its largest number
        lows, highs = lows.astype(np.float32), highs.astype(np.float32)
    low, high = float(lows[train].min()), float(highs[train].max())
    if values.dtype == bool:
        return Scaled(values.astype(np.uint8), 1.0, found.report.extended(scaling=["True is 1, false is 0."]))
    whole = values.dtype.kind in "ui"
    held = f"{'Whole numbers' if whole else 'Values'} from {low:g} to {high:g}"
    if whole and (values.dtype == np.uint8 or low == 0.0) and low >= 0.0 and high <= _BYTE:
        top = _BYTE if high > _DARK else max(1, int(high))
        low, high = 0.0, float(top)
        say = f"{held} are divided by {top}." if top > 1 else f"{held} are taken as they are."
        inputs, scale = np.clip(values, 0, top).astype(np.uint8), 1 / top
    elif low >= 0.0 and high <= 1.0:
        low, high, say = 0.0, 1.0, f"{held} are taken as they are."
        inputs, scale = np.clip(values, 0.0, 1.0).astype(np.float32), 1.0
    else:
        say = f"{held} are brought to 0–1 by the smallest and largest training value; {_NEARER}."
        inputs, scale = _brought(values, np.array(low), np.array(high)), 1.0
    spread = high - low or 1.0
    far = (lows[test] < low - spread) | (highs[test] > high + spread)
    notes = _beyond(int(far.sum()), len(test), f"{low:g} to {high:g}, the range of the training samples")
    return Scaled(inputs, scale, found.report.extended(scaling=[say], notes=notes))


def _brought(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return values between 0 and 1 as float32, computed in pieces: wider copies of all would take much memory."""
    spread = np.where(high > low, high - low, 1.0)
    found = np.empty(values.shape, np.float32)
    for start in range(0, len(values), _PIECE):
        piece = slice(start, start + _PIECE)
        found[piece] = np.clip((values[piece].astype(np.float64) - low) / spread, 0.0, 1.0)
    return found


def _beyond(count: int, of: int, within: str) -> list[str]:
    if not count:
        return []
    verb = "lies" if count == 1 else "lie"
    return [
        f"{count:,} of {of:,} test samples {verb} far beyond {within}; such values are set to the nearer end of it."
    ]
