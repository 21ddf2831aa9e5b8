"""What samples look like, whatever they were read from: faults where nothing could be learned, notes on what is odd."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Int64

from snntrainer3d.data.own.gathered import Faults, Gathered
from snntrainer3d.data.own.report import first_few

_MOST_COLUMNS = 10_000
"""Beyond them values are those of pictures and the like, of which none tells a class by itself."""
_FEW = 10
"""Samples of which any order without a gap may be chance."""
_RANGE_RATIO = 4.0
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]*)?")


class _Odd(StrEnum):
    """What may be odd in a column, in the order in which it is told."""

    COUNTING = "counts the samples, as row numbers do: sorted rows would give their class away"
    TELLING = "gives the label away: each of its values is of one class alone"
    CONSTANT = "holds one value only"
    NUMBERED = "numbers the samples, each once: an id says nothing of its sample"
    DATED = "holds dates as numbers, such as 20240131: they are learned as sizes"


def check_content(
    found: Gathered, train: Int64[np.ndarray, "train"], test: Int64[np.ndarray, "test"], faults: Faults
) -> list[str]:
    """Return what may be wrong with samples as they were read, each with a count and examples; note what must be."""
    digests = _digests(found.inputs)
    if len(set(digests)) == 1 and len(digests) > 1:
        message = f"all {len(digests):,} samples are the same."
        faults.add("", message, "Is what differs left out, transparent, or in a later frame or page?")
        return []
    return [
        *_constant(found),
        *_over_time(found, faults),
        *_equal(found, digests, test),
        *_columns(found),
        *_parts(found, train, test),
        *_alike_names(found.class_names),
    ]


def check_stored(inputs: np.ndarray, places: Sequence[str], faults: Faults) -> None:
    """Note samples that hold a value that is no finite number once it is stored."""
    if inputs.dtype.kind != "f":
        return
    for at in np.flatnonzero(~np.isfinite(inputs.reshape(len(inputs), -1)).all(axis=1))[:1000].tolist():
        where = places[at] if places else f"sample {at}"
        faults.add(where, "holds a value that is no finite number of 32 bits.", "Its largest is 3.4e38.")


def _digests(inputs: np.ndarray) -> list[bytes]:
    plain = np.ascontiguousarray(inputs)
    if plain.dtype.kind == "f":
        plain = plain + 0.0  # -0 equals 0
    return [hashlib.blake2b(sample.tobytes(), digest_size=16).digest() for sample in plain]


def _constant(found: Gathered) -> list[str]:
    samples = found.inputs.reshape(len(found.inputs), -1)
    if samples.shape[1] < 2:
        return []
    same = samples.min(axis=1) == samples.max(axis=1)
    values = np.unique(samples[same, 0])
    of = f", {float(values[0]):g}" if len(values) == 1 else ""
    return _said(found, same, f"one value only{of}", "holds", "hold")


def _over_time(found: Gathered, faults: Faults) -> list[str]:
    """Look at data over time: samples that do not change, and those of which one moment holds all there is."""
    if found.frames < 2:
        return []
    samples = found.inputs.reshape(len(found.inputs), found.frames, -1)
    still = np.array([bool((sample == sample[0]).all() and sample.any()) for sample in samples])
    active = np.array([sample.any(axis=1) for sample in samples])
    once = active.sum(axis=1) == 1
    if once.all() and len(np.unique(active.argmax(axis=1))) == 1:
        moment = int(active[0].argmax()) + 1
        message = f"all that samples hold is in the same one of {found.frames} moments, the number {moment}."
        faults.add("", message, "Do all times coincide? Look at their unit, and at the axis of time.")
        return []
    return [
        *_said(found, still, "the same at every moment", "is", "are"),
        *_said(found, once, "in one moment all that they hold", "has", "have"),
    ]


def _equal(found: Gathered, digests: Sequence[bytes], test: np.ndarray) -> list[str]:
    groups: dict[bytes, list[int]] = {}
    for at, digest in enumerate(digests):
        groups.setdefault(digest, []).append(at)
    tests = np.zeros(len(digests), bool)
    tests[test] = True
    again, classes, parts = (np.zeros(len(digests), bool) for _ in range(3))
    for places in groups.values():
        if len(places) > 1:
            again[places[1:]] = True
            classes[places] = len(set(found.labels[places].tolist())) > 1
            if 0 < tests[places].sum() < len(places):
                parts[[at for at in places if tests[at]]] = True
    return [
        *_said(found, again, "equal to an earlier one", "is", "are"),
        *_said(found, classes, "equal to one of another class", "is", "are"),
        *_said(found, parts, "for the test and equal to a training sample", "is", "are"),
    ]


def _columns(found: Gathered) -> list[str]:
    """Look at each value of samples that are rows of numbers: does one number the rows, tell the class, or stay?"""
    if len(found.shape) != 1 or found.frames or not 0 < found.shape[0] <= _MOST_COLUMNS or len(found.inputs) < 4:
        return []
    odd: dict[_Odd, list[str]] = {one: [] for one in _Odd}
    missing: dict[float, list[str]] = {}
    for at in range(found.shape[0]):
        column, title = found.inputs[:, at], _column_title(found, at)
        if words := _oddity(column, found.labels, len(found.class_names)):
            odd[words].append(title)
        elif (code := _missing(column)) is not None:
            missing.setdefault(code, []).append(title)
    remedy = " --ignore leaves it out." if found.report.table else ""
    return [
        *(
            f"{_named(found, titles)} holds {code:g} among values far from it: does it stand for what is missing? It "
            "would be learned as a number; fill it in, or leave out the rows."
            for code, titles in missing.items()
        ),
        *(f"{_named(found, titles)} {words}.{remedy}" for words, titles in odd.items() if titles),
    ]


def _oddity(column: np.ndarray, labels: np.ndarray, classes: int) -> _Odd | None:
    """Return what is odd in the values of a column."""
    start = np.unique(column[:1000])
    truths = column.dtype.kind == "b"
    if len(start) == 1 and (column == column[0]).all():
        return _Odd.CONSTANT
    if not truths and _counts(column[:2]) and _counts(column):
        return _Odd.COUNTING
    if len(start) <= 2 * classes and _tells(column, labels, classes):
        return _Odd.TELLING
    if not truths and len(start) == len(column[:1000]) and _numbers(column):
        return _Odd.NUMBERED
    return _Odd.DATED if _dates(start) and _dates(column) else None


def _counts(column: np.ndarray) -> bool:
    """Tell whether each value is one more than the one before: compared, as bytes have no differences below zero."""
    return bool(np.all((column[1:] > column[:-1]) & (column[1:] - column[:-1] == 1)))


def _numbers(column: np.ndarray) -> bool:
    """Tell whether values are whole numbers without a gap, each once, in any order."""
    if len(column) < _FEW or not bool(np.all(column == np.floor(column))):
        return False
    values = np.unique(column.astype(np.float64))
    return len(values) == len(column) and values[-1] - values[0] == len(column) - 1


def _dates(column: np.ndarray) -> bool:
    """Tell whether values are days as year, month and day in one number."""
    if not bool(np.all((column >= 1900_01_01) & (column <= 2100_12_31) & (column == np.floor(column)))):
        return False
    month_and_day = column.astype(np.int64) % 10_000
    month, day = month_and_day // 100, month_and_day % 100
    # A day more or less: in single precision such numbers are even.
    return bool(np.all((month >= 1) & (month <= 12) & (day >= 0) & (day <= 32)))


def _missing(column: np.ndarray) -> float | None:
    """Return the number that stands for missing values: one that is usual for it, and far from all others."""
    for code in (-9999.0, -999.0, -99.0, 9999.0, 999.0, 99999.0, -99999.0):
        here = column == code
        if not here.any() or here.all():
            continue
        others = column[~here].astype(np.float64)
        apart = min(abs(code - others.min()), abs(code - others.max()))
        if not others.min() <= code <= others.max() and apart > 3 * max(others.max() - others.min(), 1.0):
            return code
    return None


def _tells(column: np.ndarray, labels: np.ndarray, classes: int) -> bool:
    """Tell whether few values come again and again, each with one class alone."""
    values, place, counts = np.unique(column, return_inverse=True, return_counts=True)
    if not 1 < len(values) <= 2 * classes or counts.min() < 2:
        return False
    pairs = np.unique(place.astype(np.int64) * classes + labels)
    return len(pairs) == len(values)


def _column_title(found: Gathered, at: int) -> str:
    table = found.report.table
    if table is None:
        return str(at)
    inputs = [name for name in table.columns if name != table.label and name not in table.ignored]
    return inputs[at] if len(inputs) == found.shape[0] else str(at + 1)


def _named(found: Gathered, titles: Sequence[str]) -> str:
    what = "Column" if found.report.table else "Value"
    one = len(titles) == 1
    return f"{what}{'' if one else 's'} {first_few(titles)}{'' if one else ', each of which'}"


def _parts(found: Gathered, train: np.ndarray, test: np.ndarray) -> list[str]:
    """Compare training and test, where what was given keeps them apart."""
    classes = len(found.class_names)
    in_train, in_test = (np.bincount(found.labels[part], minlength=classes) for part in (train, test))
    notes = [
        f"{'Class' if len(names) == 1 else 'Classes'} without a test sample: {first_few(names)}."
        for names in [[name for name, count in zip(found.class_names, in_test, strict=True) if not count]]
        if names
    ]
    single = [name for name, count in zip(found.class_names, in_train, strict=True) if count == 1]
    if single:
        notes.append(
            f"{'Class' if len(single) == 1 else 'Classes'} with a single training sample: {first_few(single)}."
        )
    if found.tests is None or not len(train) or not len(test):
        return notes
    samples = found.inputs.reshape(len(found.inputs), -1)
    lows, highs = samples.min(axis=1), samples.max(axis=1)
    (low, high), (test_low, test_high) = ((float(lows[at].min()), float(highs[at].max())) for at in (train, test))
    spread, test_spread = high - low, test_high - test_low
    narrow, wide = sorted((spread, test_spread))
    apart = test_low > high or test_high < low
    if apart or wide > _RANGE_RATIO * narrow:
        notes.append(
            f"Training samples hold values from {low:g} to {high:g}, test samples from {test_low:g} to {test_high:g}: "
            "are both on the same scale?"
        )
    return notes


def _alike_names(names: Sequence[str]) -> list[str]:
    """Tell of classes whose names differ in little: case, or how a number is written."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_core(name), []).append(name)
    return [
        f"{' and '.join(alike)} are {len(alike)} classes; do they mean the same?"
        for alike in groups.values()
        if len(alike) > 1
    ]


def _core(name: str) -> str:
    plain = name.strip().casefold()
    if _NUMBER.fullmatch(plain):
        return repr(float(plain))
    return " ".join(re.split(r"[\s_-]+", plain)).strip() or plain


def _said(found: Gathered, which: Bool[np.ndarray, "sample"], words: str, one: str, many: str) -> list[str]:
    at = np.flatnonzero(which).tolist()
    if not at:
        return []
    shown = first_few([found.places[place] if found.places else f"sample {place}" for place in at])
    return [f"{len(at):,} of {len(which):,} samples {one if len(at) == 1 else many} {words}: {shown}."]
