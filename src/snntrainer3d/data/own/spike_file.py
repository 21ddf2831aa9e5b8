"""HDF5 files of spike trains as the Spiking Heidelberg Digits and Speech Commands: Cramer and others 2022.

`spikes/times` and `spikes/units` have a row of its own length for each sample: seconds, and channels from 0; `labels`
has a number for each; `extra/keys`, where it is there, names the classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from snntrainer3d.apart import Hdf5Content, read_hdf5
from snntrainer3d.data.own.events import MAX_EVENTS, Events, Sensor, frames_of
from snntrainer3d.data.own.gathered import MAX_FEATURES, MAX_SAMPLES, Choice, Faults, Gathered
from snntrainer3d.data.own.portions import Portion
from snntrainer3d.data.own.report import ImportReport
from snntrainer3d.errors import LimitError

MAX_FILE_BYTES = 2_000_000_000
LIMIT_S = 300
_LONGEST_S = 1_000_000
_SMALLEST_SENSOR = 700
"""Channels of the cochlea that made those sets: a file whose samples leave the last ones silent has them too."""
_HINT = "As in the Spiking Heidelberg Digits: spikes/times, spikes/units and labels."


@dataclass(frozen=True, eq=False, slots=True)
class _Trains:
    """What one file holds."""

    portion: Portion
    samples: list[Events]
    labels: np.ndarray
    names: list[str] | None
    """The classes, where the file names them."""

    def place(self, sample: int) -> str:
        """Return where a sample is found."""
        return f"{self.portion.name}: sample {sample}"


def read_spike_files(portions: Sequence[Portion], name: str, choice: Choice, *, limit_s: float = LIMIT_S) -> Gathered:
    """Read one file of spike trains, or those for training and for the test; raises FileFormatError, LimitError."""
    faults = Faults(name)
    found = [one for portion in portions if (one := _trains(portion, faults, limit_s, len(portions) > 1)) is not None]
    faults.tell()
    known = next((one.names for one in found if one.names is not None), None)
    names = [label for one in found for label in _labels(one, known, faults, len(portions) > 1)]
    faults.tell()
    samples = [sample for one in found for sample in one.samples]
    channels = max(_SMALLEST_SENSOR, 1 + max(int(one.across.max(initial=0)) for one in samples))
    giving = [lambda one=one: one for one in samples]
    durations = [one.duration for one in samples]
    tests = None
    if len(found) > 1:
        tests = np.concatenate([np.full(len(one.samples), one.portion.test, bool) for one in found])
    places = [one.place(at) for one in found for at in range(len(one.samples))] if len(found) > 1 else []
    sensor, report = Sensor(1, channels, False), ImportReport(read=("Times are seconds.",))
    about = (name, "spike trains")
    return frames_of(giving, durations, names, sensor, choice, about, tests, report, places)


def _trains(portion: Portion, faults: Faults, limit_s: float, told_by_file: bool) -> _Trains | None:
    """Give the samples of a file; None where there are faults, which are noted."""
    size = portion.path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise LimitError(f"{portion.name} has {size:,} bytes, at most {MAX_FILE_BYTES:,} are read.")
    content = read_hdf5(portion.path, limit_s=limit_s)
    own = Faults(portion.name)
    missing = [key for key in ("spikes/times", "spikes/units", "labels") if key not in content.arrays]
    for key in missing:
        own.add(key, "is missing.", _HINT)
    found = None if missing else _checked(portion, content, own)
    faults.take(own, f"{portion.name}: " if told_by_file else "")
    return found


def _checked(portion: Portion, content: Hdf5Content, faults: Faults) -> _Trains | None:
    times, units = (_rows(content.arrays, f"spikes/{key}", faults) for key in ("times", "units"))
    labels = content.arrays["labels"]
    if labels.ndim != 1 or labels.dtype.kind not in "iub" or not len(labels):
        faults.add("labels", f"has the shape {labels.shape} of {labels.dtype}, expected a whole number a sample.")
    elif len(labels) > MAX_SAMPLES:
        faults.add("labels", f"there are {len(labels):,} samples, at most {MAX_SAMPLES:,} are taken.")
    for key, rows in (("times", times), ("units", units)):
        if not faults and len(rows) != len(labels):
            faults.add(f"spikes/{key}", f"has {len(rows):,} rows, where there are {len(labels):,} labels.")
    if faults:
        return None
    samples = [_sample(*pair, at, faults) for at, pair in enumerate(zip(times, units, strict=True))]
    keys = content.texts.get("extra/keys")
    # One row of texts, or a row for each.
    names = [text for row in keys for text in row] if isinstance(keys, list) else None
    return _Trains(portion, samples, labels.astype(np.int64), names)


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
    if not np.isfinite(seconds).all():
        faults.add(where, "has a time that is no finite number of seconds.")
        return nothing
    seconds -= seconds.min()
    if seconds.max() > _LONGEST_S:
        message = f"lasts {seconds.max():,.0f} seconds, at most {_LONGEST_S:,} are read."
        faults.add(where, message, "Times are seconds.")
        return nothing
    if units.dtype.kind not in "iu" or int(units.min()) < 0 or int(units.max()) >= MAX_FEATURES:
        faults.add(where, f"has a unit that is no channel from 0 to {MAX_FEATURES - 1:,}.")
        return nothing
    zeros = np.zeros(len(units), np.int64)
    return Events(np.rint(seconds * 1e6).astype(np.int64), units.astype(np.int64), zeros, zeros)


def _labels(trains: _Trains, known: list[str] | None, faults: Faults, told_by_file: bool) -> list[str]:
    names = trains.names or known
    if names is None:
        return [str(number) for number in trains.labels.tolist()]
    where = f"{trains.portion.name}: " if told_by_file else ""
    for at in np.flatnonzero((trains.labels < 0) | (trains.labels >= len(names))).tolist():
        faults.add(f"{where}labels[{at}]", f"is {trains.labels[at]}, where extra/keys names {len(names)} classes.")
    return [names[number] if 0 <= number < len(names) else "?" for number in trains.labels.tolist()]
