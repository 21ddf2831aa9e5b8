"""Events, as event cameras and silicon cochleas give them, and the frames that they are counted into.

A frame holds for each place how many events it had in its share of the time: x[t, p, y, x] = min(count, clip)/clip.
Time begins at a sample's first event; all frames of all samples are equally long, so that the last one of the longest
sample ends with its last event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int64, UInt8

from snntrainer3d.data.own.gathered import Choice, Faults, Gathered, check_classes, check_limits, labelled
from snntrainer3d.data.own.report import ImportReport, first_few

MAX_EVENTS = 20_000_000
"""Of one sample."""
LARGEST_SIDE = 4_096
_LESS = "Take fewer frames, bring them to a smaller size, or count brighter and darker events together."
MOST_OF_A_SAMPLE = 20_000_000
"""Values of a sample in all its frames."""
_USUAL_US = (1_000, 3_600_000_000)
"""From a millisecond to an hour: what lasts otherwise may be in another unit."""
_FAR = 20
"""How many times longer than half of the samples one may be."""


@dataclass(frozen=True, eq=False, slots=True)
class Events:
    """The events of one sample, in the order of time; a sensor of one row has y = 0 everywhere."""

    times: Int64[np.ndarray, "event"]
    """Microseconds."""
    across: Int64[np.ndarray, "event"]
    down: Int64[np.ndarray, "event"]
    polarities: Int64[np.ndarray, "event"]
    """0 for darker, 1 for brighter; all 0 where there are none."""

    def __len__(self) -> int:
        return len(self.times)

    @property
    def duration(self) -> int:
        """Give the microseconds from the first to the last event."""
        return int(self.times.max() - self.times.min()) if len(self) else 0


@dataclass(frozen=True, slots=True)
class Sensor:
    """Where events come from: height and width in places, and whether they have a polarity."""

    height: int
    width: int
    polar: bool

    @property
    def flat(self) -> bool:
        """Tell whether it is a row of channels and no picture."""
        return self.height == 1


Sample = Callable[[], Events]
"""Gives a sample's events; called twice, so that a large set need not lie in memory."""


def frames_of(
    samples: Sequence[Sample],
    durations: Sequence[int],
    names: Sequence[str],
    sensor: Sensor,
    choice: Choice,
    about: tuple[str, str],
    tests: np.ndarray | None = None,
    report: ImportReport | None = None,
    places: Sequence[str] = (),
) -> Gathered:
    """Count events into frames; raises FileFormatError.

    Args:
        about: the file's name, and what the samples are in words.
        report: how the events were read.
        places: where each sample is found; empty where they are counted from 0.
    """
    name, what = about
    faults = Faults(name)
    channels = 2 if sensor.polar and choice.polarity else 1
    height, width = _size(sensor, choice)
    labels, class_names = labelled(names)
    check_classes(faults, labels, class_names)
    check_limits(faults, len(samples), channels * height * width, choice.frames, _LESS)
    if channels * height * width * choice.frames > MOST_OF_A_SAMPLE:
        message = f"a sample would have {channels * height * width * choice.frames:,} values in all its frames, "
        faults.add(
            "", f"{message}at most {MOST_OF_A_SAMPLE:,} are counted.", "Take fewer frames, or make them smaller."
        )
    faults.tell()
    longest = max(1, max(durations))
    shape: tuple[int, ...] = (width,) if sensor.flat and channels == 1 else (channels, height, width)
    inputs = np.zeros((len(samples), choice.frames, *shape), np.uint8)
    at_once = []
    for at, sample in enumerate(samples):
        events = sample()
        if len(events) > 1 and not events.duration:
            at_once.append(places[at] if places else f"sample {at}")
        counted = _counted(events, longest, sensor, (channels, height, width), choice)
        inputs[at] = counted.reshape(choice.frames, *shape)
    of = f"{channels}×{height}×{width}" if len(shape) == 3 else f"{width} channels"
    scaling = (
        f"Each of {choice.frames} frames counts the events of {lasting(longest / choice.frames)} at each place, "
        f"up to {choice.clip}, brought to 0–1; time begins at a sample's first event.",
    )
    told = (report or ImportReport()).extended(scaling=scaling, notes=_doubts(durations, at_once))
    if len(shape) == 3:
        first = "polarity (darker, brighter)" if channels == 2 else "one channel"
        told = replace(told, axes=f"Samples are moment × {first} × height × width.")
    else:
        told = replace(told, axes="Samples are moment × channel.")
    what = f"{what}, {choice.frames} frames of {of}"
    return Gathered(inputs, labels, class_names, shape, what, choice.frames, tests, told, places=tuple(places))


def lasting(microseconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            return f"{microseconds / size:,.3g} {unit}" if microseconds < 1e9 else f"{microseconds / size:,.0f} {unit}"
    return f"{microseconds:.3g} µs"


def _doubts(durations: Sequence[int], at_once: Sequence[str]) -> list[str]:
    """Return what is odd about the times."""
    longest, half = max(durations), float(np.median(durations))
    doubts = []
    if at_once:
        told = first_few(at_once)
        doubts.append(f"In {len(at_once):,} of {len(durations):,} samples all events have the same time: {told}.")
    if longest and not _USUAL_US[0] <= longest <= _USUAL_US[1]:
        doubts.append(f"The longest sample lasts {lasting(longest)}; are its times in another unit?")
    if longest > _FAR * half:
        doubts.append(
            f"The longest sample lasts {lasting(longest)}, half of them at most {lasting(half)}: frames are as long as "
            "the longest needs, so that of most samples the first ones hold everything."
        )
    return doubts


def _size(sensor: Sensor, choice: Choice) -> tuple[int, int]:
    """Give height and width of a frame: those of the sensor, or as large as was asked for."""
    if choice.side is None:
        return sensor.height, sensor.width
    return min(choice.side, sensor.height), min(choice.side, sensor.width)


def _counted(
    events: Events, longest: int, sensor: Sensor, size: tuple[int, int, int], choice: Choice
) -> UInt8[np.ndarray, "frame channel height width"]:
    channels, height, width = size
    begun = events.times - (events.times.min() if len(events) else 0)
    # The very last event would begin a frame of its own.
    frame = np.minimum(begun * choice.frames // longest, choice.frames - 1)
    channel = events.polarities if channels == 2 else np.zeros_like(events.polarities)
    row, column = events.down * height // sensor.height, events.across * width // sensor.width
    place = ((frame * channels + channel) * height + row) * width + column
    counts = np.bincount(place, minlength=choice.frames * channels * height * width)
    shades = np.rint(np.minimum(counts, choice.clip) * (255 / choice.clip))
    return shades.astype(np.uint8).reshape(choice.frames, channels, height, width)
