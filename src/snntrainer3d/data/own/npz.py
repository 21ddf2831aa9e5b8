"""NPZ files: `x` and `y`, or `x_train`, `y_train`, `x_test` and `y_test`."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from snntrainer3d.apart import read_npz as read_arrays
from snntrainer3d.data.own.gathered import (
    Choice,
    Faults,
    Gathered,
    check_classes,
    check_limits,
    labelled,
)
from snntrainer3d.data.own.npz_events import holds_events, read_npz_events
from snntrainer3d.data.own.report import ImportReport
from snntrainer3d.data.own.tree_files import MAX_TREE_BYTES

_INPUTS = ("x", "X", "inputs", "images", "data")
_LABELS = ("y", "Y", "labels", "targets", "label", "target")
_COLOURS = (3, 4)
_KINDS = "fiubUScmMV"
"""All but Python objects, which are never loaded; what is no sample is refused by its name."""


def read_npz(path: Path, name: str, choice: Choice) -> Gathered:
    """Read an NPZ; raises FileFormatError with every fault."""
    arrays = read_arrays(path, name, most_bytes=MAX_TREE_BYTES, kinds=_KINDS)
    if holds_events(arrays):
        return read_npz_events(arrays, name, choice)
    faults = Faults(name)
    parts = _parts(arrays, faults)
    faults.tell()
    values = [_values(arrays, key, faults) for key, _ in parts]
    labels = [_labels(arrays, key, len(found), faults) for found, (_, key) in zip(values, parts, strict=True)]
    if len(values) == 2 and values[0].shape[1:] != values[1].shape[1:]:
        faults.add(parts[1][0], f"has samples of {_times(values[1])}, {parts[0][0]} of {_times(values[0])}.")
    faults.tell()
    inputs = values[0] if len(values) == 1 else np.concatenate(values)
    numbers, class_names = labelled([label for part in labels for label in part])
    check_classes(faults, numbers, class_names)
    shape, inputs, what = _shaped(inputs, choice, faults)
    frames = inputs.shape[1] if choice.over_time else 0
    check_limits(faults, len(inputs), math.prod(shape), frames)
    faults.tell()
    tests = None if len(values) == 1 else np.arange(len(inputs)) >= len(values[0])
    scaled, note = from_0_to_1(inputs)
    return Gathered(
        scaled, numbers, class_names, shape, what, frames, tests, ImportReport(scaling=(note,) if note else ())
    )


def _parts(arrays: dict[str, np.ndarray], faults: Faults) -> list[tuple[str, str]]:
    """Give the names of inputs and labels, of training and test where the file is split."""
    if "x_train" in arrays or "x_test" in arrays:
        missing = [key for key in ("x_train", "y_train", "x_test", "y_test") if key not in arrays]
        for key in missing:
            faults.add(key, "is missing.", "A split file has x_train, y_train, x_test and y_test.")
        return [("x_train", "y_train"), ("x_test", "y_test")]
    inputs = next((key for key in _INPUTS if key in arrays), None)
    labels = next((key for key in _LABELS if key in arrays), None)
    held = ", ".join(list(arrays)[:10]) or "nothing"
    if inputs is None:
        faults.add("x", f"is missing; the file holds {held}.", "Name the samples x.")
    if labels is None:
        faults.add("y", f"is missing; the file holds {held}.", "Name the labels y.")
    return [(inputs or "x", labels or "y")]


def _values(arrays: dict[str, np.ndarray], key: str, faults: Faults) -> np.ndarray:
    values = arrays[key]
    if values.ndim < 2 or values.size == 0:
        faults.add(key, f"has the shape {values.shape}, expected (samples, values …).")
        return np.zeros((max(len(values), 1) if values.ndim else 1, 1), np.float32)
    if values.dtype.kind not in "buif":
        faults.add(key, f"holds {values.dtype}, expected numbers.")
        return np.zeros((len(values), *values.shape[1:]), np.float32)
    if values.dtype.kind == "f":
        finite = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
        for row in np.flatnonzero(~finite)[:1000].tolist():
            faults.add(f"{key}[{row}]", "holds a value that is no finite number.")
    return values


def _labels(arrays: dict[str, np.ndarray], key: str, samples: int, faults: Faults) -> list[str]:
    labels = arrays[key]
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.dtype.kind in "buif" and np.all((labels == 0) | (labels == 1)):
        labels = labels.argmax(axis=1)
    if labels.ndim != 1 or len(labels) != samples:
        faults.add(key, f"has the shape {labels.shape}, expected one label for each of {samples:,} samples.")
        return ["0"] * samples
    if labels.dtype.kind == "f" and not np.array_equal(labels, np.floor(labels)):
        row = int(np.argmax(labels != np.floor(labels)))
        faults.add(f"{key}[{row}]", f"is {labels[row]}, expected whole numbers or names.")
        return ["0"] * samples
    whole = labels.astype(np.int64) if labels.dtype.kind in "bf" else labels
    return [str(label) for label in whole.tolist()]


def _shaped(inputs: np.ndarray, choice: Choice, faults: Faults) -> tuple[tuple[int, ...], np.ndarray, str]:
    """Give the shape of one sample at one time; pictures come with their channels first."""
    lead = 2 if choice.over_time else 1
    each = inputs.shape[lead:]
    if choice.over_time and not each:
        faults.add("x", f"has the shape {inputs.shape}, expected (samples, time, values …) for data over time.")
        return (1,), inputs, ""
    when = f"{inputs.shape[1]} moments of " if choice.over_time else ""
    if len(each) == 2:
        return (1, *each), inputs, f"{when}pictures of {each[0]}×{each[1]}"
    if len(each) == 3:
        if each[2] in (1, *_COLOURS) and each[0] not in (1, *_COLOURS):
            inputs = np.moveaxis(inputs, -1, lead)
            each = inputs.shape[lead:]
        return each, np.ascontiguousarray(inputs), f"{when}pictures of {each[0]}×{each[1]}×{each[2]}"
    if len(each) > 3:
        faults.add("x", f"has samples of {len(each)} axes, at most three are taken.")
    return (math.prod(each),), inputs, f"{when}{math.prod(each)} values"


def from_0_to_1(values: np.ndarray) -> tuple[np.ndarray, str]:
    """Give bytes as they are, other numbers brought to 0–1 by their smallest and largest; and what was done."""
    if values.dtype == np.uint8:
        return np.ascontiguousarray(values), ""
    wide = values.astype(np.float32)
    low, high = float(wide.min()), float(wide.max())
    if low >= 0.0 and high <= 1.0:
        return wide, ""
    spread = high - low or 1.0
    return (wide - low) / spread, f"Values from {low:g} to {high:g} are brought to 0–1."


def _times(values: np.ndarray) -> str:
    return "×".join(str(size) for size in values.shape[1:])
