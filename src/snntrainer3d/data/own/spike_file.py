"""HDF5 files of spike trains as the Spiking Heidelberg Digits and Speech Commands: Cramer and others 2022.

`spikes/times` and `spikes/units` have a row of its own length for each sample: seconds, and channels from 0; `labels`
has a number for each; `extra/keys`, where it is there, names the classes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from snntrainer3d.apart import read_hdf5
from snntrainer3d.data.own.events import MAX_EVENTS, Events, Sensor, frames_of
from snntrainer3d.data.own.gathered import MAX_FEATURES, MAX_SAMPLES, Choice, Faults, Gathered
from snntrainer3d.errors import LimitError

MAX_FILE_BYTES = 2_000_000_000
LIMIT_S = 300
_SMALLEST_SENSOR = 700
"""Channels of the cochlea that made those sets: a file whose samples leave the last ones silent has them too."""
_HINT = "As in the Spiking Heidelberg Digits: spikes/times, spikes/units and labels."


def read_spike_file(path: Path, name: str, choice: Choice, *, limit_s: float = LIMIT_S) -> Gathered:
    """Read a file of spike trains; raises FileFormatError with every fault, LimitError."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise LimitError(f"{name} has {path.stat().st_size:,} bytes, at most {MAX_FILE_BYTES:,} are read.")
    content = read_hdf5(path, limit_s=limit_s)
    faults = Faults(name)
    missing = [key for key in ("spikes/times", "spikes/units", "labels") if key not in content.arrays]
    for key in missing:
        faults.add(key, "is missing.", _HINT)
    faults.tell()
    times, units = (_rows(content.arrays, f"spikes/{key}", faults) for key in ("times", "units"))
    labels = content.arrays["labels"]
    if labels.ndim != 1 or labels.dtype.kind not in "iub" or not len(labels):
        faults.add("labels", f"has the shape {labels.shape} of {labels.dtype}, expected a whole number a sample.")
    elif len(labels) > MAX_SAMPLES:
        faults.add("labels", f"there are {len(labels):,} samples, at most {MAX_SAMPLES:,} are taken.")
    for key, rows in (("times", times), ("units", units)):
        if not faults and len(rows) != len(labels):
            faults.add(f"spikes/{key}", f"has {len(rows):,} rows, where there are {len(labels):,} labels.")
    faults.tell()
    samples = [_sample(*pair, at, faults) for at, pair in enumerate(zip(times, units, strict=True))]
    faults.tell()
    names = _names(labels, content.texts.get("extra/keys"), faults)
    faults.tell()
    channels = max(_SMALLEST_SENSOR, 1 + max(int(one.across.max(initial=0)) for one in samples))
    giving = [lambda one=one: one for one in samples]
    durations = [one.duration for one in samples]
    return frames_of(giving, durations, names, Sensor(1, channels, False), choice, (name, "spike trains"))


def _rows(arrays: dict[str, np.ndarray], key: str, faults: Faults) -> list[np.ndarray]:
    values, lengths = arrays[key], arrays.get(f"{key}#lengths")
    if lengths is None:
        if values.ndim == 2:
            return list(values)
        faults.add(key, f"has the shape {values.shape}, expected a row of its own length for each sample.", _HINT)
        return []
    return np.split(values, lengths.cumsum()[:-1]) if len(lengths) else []


def _sample(times: np.ndarray, units: np.ndarray, at: int, faults: Faults) -> Events:
    where, empty = f"sample {at}", np.zeros(0, np.int64)
    nothing = Events(empty, empty, empty, empty)
    if len(times) != len(units):
        faults.add(where, f"has {len(times):,} times and {len(units):,} units.")
        return nothing
    if not len(times):
        faults.add(where, "has no spike.", "Leave it out.")
        return nothing
    if len(times) > MAX_EVENTS:
        faults.add(where, f"has {len(times):,} spikes, at most {MAX_EVENTS:,} are read.")
        return nothing
    seconds = times.astype(np.float64)
    if not np.isfinite(seconds).all() or seconds.min() < 0 or seconds.max() > 1e6:
        faults.add(where, "has a time that is no number of seconds from 0 on.")
        return nothing
    if units.dtype.kind not in "iu" or int(units.min()) < 0 or int(units.max()) >= MAX_FEATURES:
        faults.add(where, f"has a unit that is no channel from 0 to {MAX_FEATURES - 1:,}.")
        return nothing
    zeros = np.zeros(len(units), np.int64)
    return Events(np.rint(seconds * 1e6).astype(np.int64), units.astype(np.int64), zeros, zeros)


def _names(labels: np.ndarray, keys: object, faults: Faults) -> list[str]:
    numbers = labels.astype(np.int64)
    if not isinstance(keys, list):
        return [str(number) for number in numbers.tolist()]
    # One row of texts, or a row for each.
    known = [text for row in keys for text in row]
    for at in np.flatnonzero((numbers < 0) | (numbers >= len(known))).tolist():
        faults.add(f"labels[{at}]", f"is {numbers[at]}, where extra/keys names {len(known)} classes.")
    return [known[number] if 0 <= number < len(known) else "?" for number in numbers.tolist()]
