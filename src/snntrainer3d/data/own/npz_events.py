"""Events in an NPZ: `t`, `x`, `p` and `sample` with an entry for each event, `labels` with one for each sample.

`t` in microseconds, or seconds where it holds fractions; `y` for a picture, left out for a row of channels; `p` 0 or 1
(or −1 and 1), left out where events have no polarity; `sample` counts from 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from snntrainer3d.data.own.events import LARGEST_SIDE, Events, Sensor, frames_of
from snntrainer3d.data.own.gathered import MAX_FEATURES, MAX_SAMPLES, Choice, Faults, Gathered
from snntrainer3d.data.own.labels import names_of

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
    columns = _checked_values(columns, len(labels), faults)
    faults.tell()
    order = np.lexsort((columns["t"], columns["sample"]))
    columns = {key: column[order] for key, column in columns.items()}
    ends = np.cumsum(np.bincount(columns["sample"], minlength=len(labels)))
    pieces = zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)
    samples = [Events(*(columns[key][begin:end] for key in ("t", "x", "y", "p"))) for begin, end in pieces]
    for at, sample in enumerate(samples):
        if not len(sample):
            faults.add(f"sample {at}", "has no event.", "Leave it and its label out.")
    faults.tell()
    height, width = int(columns["y"].max()) + 1, int(columns["x"].max()) + 1
    giving = [lambda one=one: one for one in samples]
    sensor = Sensor(height, width, "p" in arrays)
    return frames_of(giving, [one.duration for one in samples], names, sensor, choice, (name, "events"))


def _check_column(key: str, column: np.ndarray, count: int, faults: Faults) -> None:
    kinds = "iuf" if key == "t" else "iub"
    if column.ndim != 1 or len(column) != count or not count:
        faults.add(key, f"has the shape {column.shape}, expected one value for each of {count:,} events.")
    elif column.dtype.kind not in kinds:
        faults.add(key, f"holds {column.dtype}, expected {'numbers' if key == 't' else 'whole numbers'}.")
    elif count > MOST_IN_ALL:
        faults.add(key, f"there are {count:,} events, at most {MOST_IN_ALL:,} are read.")


def _checked_values(columns: Mapping[str, np.ndarray], samples: int, faults: Faults) -> dict[str, np.ndarray]:
    """Give whole numbers in our units: times in µs, polarities 0 and 1."""
    times = columns["t"]
    limits = {"x": MAX_FEATURES if "y" not in columns else LARGEST_SIDE, "y": LARGEST_SIDE, "sample": samples}
    if times.dtype.kind == "f":
        for at in np.flatnonzero(~np.isfinite(times))[:1000].tolist():
            faults.add(f"t[{at}]", "is no finite number.")
        whole = bool(np.isfinite(times).all()) and bool(np.all(times == np.floor(times)))
        known = np.nan_to_num(times.astype(np.float64), posinf=0.0, neginf=0.0)
        times = np.clip(known, -_LONGEST_US, _LONGEST_US) * (1.0 if whole else 1e6)
    found = {"t": np.rint(times).astype(np.int64)}
    if np.abs(found["t"]).max() >= _LONGEST_US:
        faults.add("t", "holds a time of more than 30 years.", "Times are microseconds, or seconds with fractions.")
    for key, limit in limits.items():
        found[key] = columns[key].astype(np.int64) if key in columns else np.zeros(len(times), np.int64)
        for at in np.flatnonzero((found[key] < 0) | (found[key] >= limit))[:1000].tolist():
            faults.add(f"{key}[{at}]", f"is {found[key][at]}, expected 0 to {limit - 1:,}.")
    found["p"] = columns["p"].astype(np.int64) if "p" in columns else np.zeros(len(times), np.int64)
    for at in np.flatnonzero(~np.isin(found["p"], (-1, 0, 1)))[:1000].tolist():
        faults.add(f"p[{at}]", f"is {found['p'][at]}, expected 0 or 1, or −1 or 1.")
    found["p"] = (found["p"] > 0).astype(np.int64)
    return found
