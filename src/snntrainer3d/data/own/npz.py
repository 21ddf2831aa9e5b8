"""NPZ files: `x` and `y`, or `x_train`, `y_train`, `x_test` and `y_test`."""

from __future__ import annotations

import math
from dataclasses import dataclass
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
from snntrainer3d.data.own.labels import names_of
from snntrainer3d.data.own.npz_events import holds_events, read_npz_events
from snntrainer3d.data.own.report import ImportReport, LeftOut
from snntrainer3d.data.own.tree_files import MAX_TREE_BYTES

_INPUTS = ("x", "X", "inputs", "images", "data")
_LABELS = ("y", "Y", "labels", "targets", "label", "target")
_ROLES = ("train", "val", "valid", "validation", "test")
_MOST_CHANNELS = 4
_KINDS = "fiubUScmMV"
"""All but Python objects, which are never loaded; what is no sample is refused by its name."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Arrays that belong together."""

    inputs: str
    labels: str
    role: str = ""
    """Of a file that is split: train, val … or test."""


def read_npz(path: Path, name: str, choice: Choice) -> Gathered:
    """Read an NPZ; raises FileFormatError with every fault."""
    arrays = read_arrays(path, name, most_bytes=MAX_TREE_BYTES, kinds=_KINDS)
    if holds_events(arrays):
        return read_npz_events(arrays, name, choice)
    faults = Faults(name)
    parts = _parts(arrays, choice, faults)
    faults.tell()
    values = [_values(arrays[part.inputs], part.inputs, faults) for part in parts]
    labels = [
        names_of(arrays[part.labels], part.labels, len(found), faults)
        for found, part in zip(values, parts, strict=True)
    ]
    for part, found in zip(parts[1:], values[1:], strict=True):
        if found.shape[1:] != values[0].shape[1:]:
            faults.add(part.inputs, f"has samples of {_times(found)}, {parts[0].inputs} of {_times(values[0])}.")
    faults.tell()
    inputs = values[0] if len(values) == 1 else np.concatenate(values)
    numbers, class_names = labelled([label for part in labels for label in part])
    check_classes(faults, numbers, class_names)
    shape, inputs, what, axes = _shaped(inputs, choice, faults)
    frames = inputs.shape[1] if choice.over_time else 0
    check_limits(faults, len(inputs), math.prod(shape), frames)
    faults.tell()
    tests = None
    if len(parts) > 1:
        tests = np.concatenate(
            [np.full(len(found), part.role == "test") for part, found in zip(parts, values, strict=True)]
        )
    places = tuple(
        f"{part.inputs}[{at}]" for part, found in zip(parts, values, strict=True) for at in range(len(found))
    )
    report = _report(arrays, parts, axes)
    return Gathered(inputs, numbers, class_names, shape, what, frames, tests, report, "values", places)


def _report(arrays: dict[str, np.ndarray], parts: list[_Part], axes: str) -> ImportReport:
    used = {key for part in parts for key in (part.inputs, part.labels)}
    left = [key for key in arrays if key not in used]
    kept = [part.inputs for part in parts if part.role not in ("", "train", "test")]
    read = [
        f"{part.inputs} has {len(found):,} samples of {_times(found)} ({found.dtype})."
        for part in parts
        for found in [arrays[part.inputs]]
    ]
    if kept:
        read.append(f"What {' and '.join(kept)} keeps for validation is among the training samples.")
    return ImportReport(
        read=tuple(read),
        label=f"The labels are in {', '.join(part.labels for part in parts)}.",
        axes=axes,
        left_out=(LeftOut.of("arrays", left, "neither samples nor labels"),) if left else (),
    )


def _parts(arrays: dict[str, np.ndarray], said: Choice, faults: Faults) -> list[_Part]:
    """Return the names of inputs and labels, of each part where the file is split."""
    split = [
        _Part(_named(arrays, _INPUTS, role), _named(arrays, _LABELS, role), role)
        for role in _ROLES
        if any(_named(arrays, names, role) for names in (_INPUTS, _LABELS))
    ]
    if split:
        if said.label:
            faults.add("label", "the file is split into parts with labels of their own.", "Leave out --label.")
        roles = {part.role for part in split}
        split.extend(_Part("", "", role) for role in ("train", "test") if role not in roles)
        for part in split:
            for letter, key in (("x", part.inputs), ("y", part.labels)):
                if not key:
                    hint = "A split file has x_train, y_train, x_test and y_test."
                    faults.add(f"{letter}_{part.role}", "is missing.", hint)
        return split
    inputs = next((key for key in _INPUTS if key in arrays), None)
    labels = said.label or next((key for key in _LABELS if key in arrays), None)
    held = ", ".join(list(arrays)[:10]) or "nothing"
    if inputs is None:
        faults.add("x", f"is missing; the file holds {held}.", "Name the samples x.")
    if labels is None:
        faults.add("y", f"is missing; the file holds {held}.", "Name the labels y, or say their name with --label.")
    elif labels not in arrays or labels == inputs:
        faults.add("label", f"there is no array {labels!r} of labels.", f"The file holds {held}.")
    return [_Part(inputs or "x", labels or "y")]


def _named(arrays: dict[str, np.ndarray], names: tuple[str, ...], role: str) -> str:
    """Return the array of a part: x_train, train_images …; empty where there is none."""
    ways = (key for name in names for key in (f"{name}_{role}", f"{role}_{name}"))
    return next((key for key in ways if key in arrays), "")


def _values(values: np.ndarray, key: str, faults: Faults) -> np.ndarray:
    if values.ndim < 2 or values.size == 0:
        faults.add(key, f"has the shape {values.shape}, expected (samples, values …).")
        return np.zeros((max(len(values), 1) if values.ndim else 1, 1), np.float32)
    if values.dtype.kind not in "buif":
        faults.add(key, f"holds {values.dtype}, expected numbers.")
        return np.zeros((len(values), *values.shape[1:]), np.float32)
    if values.dtype.kind == "f":
        largest = np.finfo(np.float32).max
        with np.errstate(invalid="ignore"):
            good = (np.abs(values.reshape(len(values), -1)) <= largest).all(axis=1)
        for row in np.flatnonzero(~good)[:1000].tolist():
            faults.add(f"{key}[{row}]", "holds a value that is no finite number of 32 bits.", "The largest is 3.4e38.")
    return values


def _shaped(inputs: np.ndarray, choice: Choice, faults: Faults) -> tuple[tuple[int, ...], np.ndarray, str, str]:
    """Return the shape of one sample at one time, samples with their channels first, and both in words."""
    lead = 2 if choice.over_time else 1
    each = inputs.shape[lead:]
    if choice.over_time and not each:
        faults.add("x", f"has the shape {inputs.shape}, expected (samples, time, values …) for data over time.")
        return (1,), inputs, "", ""
    when = f"{inputs.shape[1]} moments of " if choice.over_time else ""
    time = "The second axis is time. " if choice.over_time else ""
    if len(each) == 2:
        axes = f"{time}Axes of a picture are height × width, {each[0]}×{each[1]}."
        inputs = np.expand_dims(inputs, lead)
        return (1, *each), inputs, f"{when}pictures of {each[0]}×{each[1]}", axes
    if len(each) == 3:
        last = each[2] <= _MOST_CHANNELS < min(each[:2])
        order = "height × width × channel" if last else "channel × height × width"
        axes = f"{time}Axes of a picture are {order}, {'×'.join(map(str, each))}."
        if last:
            inputs = np.moveaxis(inputs, -1, lead)
            each = inputs.shape[lead:]
        return each, np.ascontiguousarray(inputs), f"{when}pictures of {each[0]}×{each[1]}×{each[2]}", axes
    if len(each) > 3:
        faults.add("x", f"has samples of {len(each)} axes, at most three are taken.")
    return (math.prod(each),), inputs, f"{when}{math.prod(each)} values", time.strip()


def _times(values: np.ndarray) -> str:
    return "×".join(str(size) for size in values.shape[1:])
