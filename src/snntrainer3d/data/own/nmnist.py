"""Event recordings of the N-MNIST kind, a `.bin` for each sample: Orchard, Jayawant, Cohen and Thakor 2015.

Five bytes an event: x, y, then 40 − 16 = 24 bits of which the first is the polarity and 23 are the time in
microseconds, the highest first. A time that falls back by half its range has run over, which those recordings mark
with an event at y = 240.
"""

from __future__ import annotations

import numpy as np

from snntrainer3d.data.own.events import MAX_EVENTS, Events, Sensor, frames_of
from snntrainer3d.data.own.gathered import Choice, Faults, Gathered
from snntrainer3d.data.own.tree import Leaf
from snntrainer3d.errors import FileFormatError, Snntrainer3dError

EVENT_BYTES = 5
_OVERFLOW_ROW = 240
_OVERFLOW_US = 1 << 13
_SMALLEST_SENSOR = 34
"""N-MNIST's own: a sample whose events keep away from the edge does not make a smaller one."""


def read_bin_events(raw: bytes) -> Events:
    """Read one recording; raises FileFormatError."""
    if not raw:
        raise FileFormatError("is empty.", hint="Copy it again, or leave it out.")
    if len(raw) % EVENT_BYTES:
        raise FileFormatError(
            f"has {len(raw):,} bytes, which are not whole events of {EVENT_BYTES}.",
            hint="It is cut short, or no recording of the N-MNIST kind.",
        )
    if len(raw) > MAX_EVENTS * EVENT_BYTES:
        raise FileFormatError(f"has {len(raw) // EVENT_BYTES:,} events, at most {MAX_EVENTS:,} are read.")
    rows = np.frombuffer(raw, np.uint8).reshape(-1, EVENT_BYTES).astype(np.int64)
    across, down, high, middle, low = rows.T
    times = ((high & 127) << 16) | (middle << 8) | low
    overflow = down == _OVERFLOW_ROW
    times = (times + _OVERFLOW_US * overflow.cumsum())[~overflow]
    if not len(times):
        raise FileFormatError("holds no event but marks of time running over.")
    back = np.flatnonzero(np.diff(times) < 0)
    if len(back):
        at = int(back[0]) + 1
        raise FileFormatError(
            f"event {at + 1:,} is at {times[at]:,} µs, before the one before it at {times[at - 1]:,} µs.",
            hint="Events come in the order of time: the file is damaged, or of another kind.",
        )
    return Events(times, across[~overflow], down[~overflow], high[~overflow] >> 7)


def read_bin_tree(leaves: list[Leaf], name: str, choice: Choice, faults: Faults) -> Gathered:
    """Read recordings by class; raises FileFormatError with every fault, those that were found before too."""
    durations, height, width = [], _SMALLEST_SENSOR, _SMALLEST_SENSOR
    for leaf in leaves:
        try:
            events = read_bin_events(leaf.read())
        except Snntrainer3dError as error:
            faults.add(leaf.path, error.message, error.hint)
            continue
        durations.append(events.duration)
        height, width = max(height, int(events.down.max()) + 1), max(width, int(events.across.max()) + 1)
    faults.tell()
    samples = [lambda leaf=leaf: read_bin_events(leaf.read()) for leaf in leaves]
    tests = None if leaves[0].test is None else np.array([leaf.test for leaf in leaves], bool)
    labels = [leaf.label for leaf in leaves]
    places = [leaf.path for leaf in leaves]
    sensor = Sensor(height, width, True)
    return frames_of(samples, durations, labels, sensor, choice, (name, "events"), tests, places=places)
