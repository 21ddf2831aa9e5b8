"""WAV sounds by class, as bands of pitch over time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from snntrainer3d.data.filter_bank import RANGE_DB, bands_over_time
from snntrainer3d.data.own.gathered import Faults, Gathered, check_classes, check_limits, labelled
from snntrainer3d.data.own.report import ImportReport, first_few
from snntrainer3d.data.own.tree import Leaf
from snntrainer3d.data.wav import read_channels
from snntrainer3d.errors import Snntrainer3dError

FRAMES, BANDS = 40, 32
"""As of the spoken digits."""


@dataclass(slots=True)
class _Heard:
    """What was found in the sounds, by their paths."""

    rates: dict[int, list[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    """Of several channels."""
    silent: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    """Whose channels are opposite, so that their mean is silence."""


def read_sounds(leaves: list[Leaf], faults: Faults) -> Gathered:
    """Decode sounds; raises FileFormatError with every fault, those that were found before too."""
    check_limits(faults, len(leaves), BANDS, FRAMES)
    found, names, heard = [], [], _Heard()
    for leaf in leaves:
        try:
            channels, rate = read_channels(leaf.read(), leaf.path)
        except Snntrainer3dError as error:
            faults.add(leaf.path, error.message.removeprefix(f"{leaf.path} "), error.hint)
            continue
        samples = channels.mean(axis=1, dtype=np.float64).astype(np.float32)
        heard.rates.setdefault(rate, []).append(leaf.path)
        heard.seconds.append(len(samples) / rate)
        if channels.shape[1] > 1:
            heard.mixed.append(leaf.path)
        if samples.min() == samples.max():
            (heard.cancelled if np.ptp(channels) else heard.silent).append(leaf.path)
        found.append(bands_over_time(samples, rate, FRAMES, BANDS))
        names.append(leaf)
    if len(heard.rates) > 1:
        told = " and ".join(f"{rate:,} Hz ({paths[0]})" for rate, paths in sorted(heard.rates.items()))
        message = f"sounds have different rates, {told}, so that bands would mean different pitches."
        faults.add("", message, "Bring all to one rate.")
    faults.tell()
    labels, class_names = labelled([leaf.label for leaf in names])
    check_classes(faults, labels, class_names)
    faults.tell()
    tests = None if names[0].test is None else np.array([leaf.test for leaf in names], bool)
    what = f"sounds, {FRAMES} moments of {BANDS} bands of pitch"
    return Gathered(
        np.stack(found), labels, class_names, (BANDS,), what, FRAMES, tests, _report(heard, len(found)),
        places=tuple(leaf.path for leaf in names),
    )  # fmt: skip


def _report(heard: _Heard, count: int) -> ImportReport:
    (rate,) = heard.rates
    shortest, longest = min(heard.seconds), max(heard.seconds)
    lasting = f"{shortest:.3g} s" if shortest == longest else f"{shortest:.3g} to {longest:.3g} s"
    read = [f"All {count:,} sounds have {rate:,} values a second and last {lasting}."]
    if heard.mixed:
        read.append(f"{_count(heard.mixed, count)} several channels, of which the mean is taken.")
    scaling = (
        f"Each sound, short or long, is spread over {FRAMES} moments; its loudest band is 1, "
        f"{RANGE_DB:.0f} dB below that is 0.",
    )
    notes = [f"{_count(heard.silent, count)} silence alone."] if heard.silent else []
    if heard.cancelled:
        notes.append(
            f"{_count(heard.cancelled, count)} channels that cancel each other: their mean is silence. Keep one."
        )
    return ImportReport(tuple(read), "", scaling, "Samples are moment × band of pitch.", (), tuple(notes))


def _count(paths: list[str], of: int) -> str:
    return f"{len(paths):,} of {of:,} sounds ({first_few(paths)}) {'has' if len(paths) == 1 else 'have'}"
