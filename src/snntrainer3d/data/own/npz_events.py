"""Events in an NPZ: `t`, `x`, `p` and `sample` with an entry for each event, `labels` with one for each sample.

`t` in microseconds, or seconds where it holds fractions; `y` for a picture, left out for a row of channels; `p` 0 or 1
(or −1 and 1), left out where events have no polarity; `sample` counts from 0. Clocks may begin anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from snntrainer3d.data.own.events import LARGEST_SIDE, Events, Sensor, frames_of
from snntrainer3d.data.own.gathered import MAX_FEATURES, MAX_SAMPLES, Choice, Faults, Gathered
from snntrainer3d.data.own.labels import names_of
from snntrainer3d.data.own.report import ImportReport

MOST_IN_ALL = 200_000_000
_LONGEST_US = 10**15


def holds_events(arrays: Mapping[str, np.ndarray]) -> bool:
    """Tell whether an NPZ is one of events: no other has both times and numbers of samples."""
    return {"t", "sample"} <= set(arrays)


def read_npz_events(arrays: Mapping[str, np.ndarray], name: str, choice: Choice) -> Gathered:
    """Read events; raises FileFormatError with every fault."""
    faults = Faults(name)
    for key in ("x", "labels"):
        if key not in arrays:
            faults.add(key, "is missing.", "An NPZ of events holds t, x, y, p, sample and labels.")
    faults.tell()
    count = len(arrays["t"]) if arrays["t"].ndim == 1 else 0
    columns = {key: arrays[key] for key in ("t", "x", "y", "p", "sample") if key in arrays}
    for key, column in columns.items():
        _check_column(key, column, count, faults)
    labels = arrays["labels"]
    if labels.ndim != 1 or not 0 < len(labels) <= MAX_SAMPLES:
        faults.add("labels", f"has the shape {labels.shape}, expected a whole number or name for each sample.")
    names = names_of(labels, "labels", len(labels) if labels.ndim else 0, faults)
    faults.tell()
    report = _reading(columns, faults)
    columns = _checked_values(columns, len(labels), faults)
    faults.tell()
    counts = np.bincount(columns["sample"], minlength=len(labels))
    for at in np.flatnonzero(counts == 0).tolist():
        faults.add(f"sample {at}", "has no event.", "Leave it and its label out.")
    faults.tell()
    order = np.lexsort((columns["t"], columns["sample"]))
    columns = {key: column[order] for key, column in columns.items()}
    ends = np.cumsum(counts)
    columns["t"] = _from_first(columns["t"], ends, counts, faults)
    faults.tell()
    pieces = zip((ends - counts).tolist(), ends.tolist(), strict=True)
    samples = [Events(*(columns[key][begin:end] for key in ("t", "x", "y", "p"))) for begin, end in pieces]
    height, width = int(columns["y"].max()) + 1, int(columns["x"].max()) + 1
    giving = [lambda one=one: one for one in samples]
    sensor = Sensor(height, width, "p" in arrays)
    durations = [one.duration for one in samples]
    return frames_of(giving, durations, names, sensor, choice, (name, "events"), report=report)


def _check_column(key: str, column: np.ndarray, count: int, faults: Faults) -> None:
    kinds = "iuf" if key == "t" else "iub"
    if column.ndim != 1 or len(column) != count or not count:
        faults.add(key, f"has the shape {column.shape}, expected one value for each of {count:,} events.")
    elif column.dtype.kind not in kinds and not _whole(column):
        wanted = "numbers" if key == "t" else "whole numbers"
        faults.add(key, f"holds {column.dtype}, expected {wanted}.", f"Store {wanted}: {key}.astype('int64').")
    elif count > MOST_IN_ALL:
        faults.add(key, f"there are {count:,} events, at most {MOST_IN_ALL:,} are read.")


def _whole(column: np.ndarray) -> bool:
    """Tell whether floats are whole numbers, as other programs store places."""
    return column.dtype.kind == "f" and bool(np.all(column == np.floor(column)))


def _reading(columns: Mapping[str, np.ndarray], faults: Faults) -> ImportReport:
    """Say what times are taken for, and note those that are no numbers."""
    times, sample = columns["t"], columns["sample"]
    if times.dtype.kind == "f":
        for at in np.flatnonzero(~np.isfinite(times))[:1000].tolist():
            faults.add(f"t[{at}]", "is no finite number.")
        if faults:
            return ImportReport()
    held = "fractions, so that they are taken for seconds" if _in_seconds(times) else "whole, taken for microseconds"
    read = [f"Times are {held}." if held.startswith("whole") else f"Times hold {held}."]
    back = (sample[1:] == sample[:-1]) & (times[1:] < times[:-1])
    if back.any():
        count = len(np.unique(sample[1:][back]))
        read.append(f"Events of {count:,} sample{'s' * (count > 1)} were not in the order of time; they are sorted.")
    if times.min() < 0:
        read.append(f"Times begin at {times.min():g}; each sample's are counted from its first event.")
    return ImportReport(read=tuple(read))


def _in_seconds(times: np.ndarray) -> bool:
    return times.dtype.kind == "f" and not np.array_equal(times, np.floor(times))


def _from_first(times: np.ndarray, ends: np.ndarray, counts: np.ndarray, faults: Faults) -> np.ndarray:
    """Return the microseconds from each sample's first event, of times that are sorted sample after sample."""
    to_us = 1e6 if _in_seconds(times) else 1.0
    if times.dtype.kind == "f":
        times = times.astype(np.float64)
    firsts = times[ends - counts]
    spans = (times[ends - 1].astype(np.float64) - firsts.astype(np.float64)) * to_us
    for at in np.flatnonzero(spans >= _LONGEST_US)[:1000].tolist():
        faults.add(f"sample {at}", "lasts more than 30 years.", "Times are microseconds, or seconds with fractions.")
    if faults:
        return times
    since = times - np.repeat(firsts, counts)  # in its own type: clocks of today need all 64 bits
    return (np.rint(since * to_us) if times.dtype.kind == "f" else since).astype(np.int64)


def _checked_values(columns: Mapping[str, np.ndarray], samples: int, faults: Faults) -> dict[str, np.ndarray]:
    """Give places, polarities 0 and 1, and numbers of samples as whole numbers, and times as they are."""
    count = len(columns["t"])
    limits = {"x": MAX_FEATURES if "y" not in columns else LARGEST_SIDE, "y": LARGEST_SIDE, "sample": samples}
    found = {"t": columns["t"]}
    for key, limit in limits.items():
        column = columns.get(key, np.zeros(count, np.int64))
        for at in np.flatnonzero((column < 0) | (column >= limit))[:1000].tolist():
            faults.add(f"{key}[{at}]", f"is {column[at]}, expected 0 to {limit - 1:,}.")
        found[key] = column.astype(np.int64)
    polarity = columns.get("p", np.zeros(count, np.int64))
    for at in np.flatnonzero(~np.isin(polarity, (-1, 0, 1)))[:1000].tolist():
        faults.add(f"p[{at}]", f"is {polarity[at]}, expected 0 or 1, or −1 or 1.")
    if not faults and len(np.unique(polarity)) > 2:
        faults.add("p", "holds −1, 0 and 1, expected 0 and 1, or −1 and 1.", "Which of them is darker?")
    found["p"] = (polarity > 0).astype(np.int64)
    return found
