"""WAV sounds by class, as bands of pitch over time."""

from __future__ import annotations

import numpy as np

from snntrainer3d.data.filter_bank import bands_over_time
from snntrainer3d.data.own.gathered import Faults, Gathered, check_classes, check_limits, labelled
from snntrainer3d.data.own.tree import Leaf
from snntrainer3d.data.wav import read_wav
from snntrainer3d.errors import Snntrainer3dError

FRAMES, BANDS = 40, 32
"""As of the spoken digits."""


def read_sounds(leaves: list[Leaf], faults: Faults) -> Gathered:
    """Decode sounds; raises FileFormatError with every fault, those that were found before too."""
    check_limits(faults, len(leaves), BANDS, FRAMES)
    found, names = [], []
    rates = set()
    for leaf in leaves:
        try:
            samples, rate = read_wav(leaf.read(), leaf.path)
        except Snntrainer3dError as error:
            faults.add(leaf.path, error.message.removeprefix(f"{leaf.path} "), error.hint)
            continue
        rates.add(rate)
        found.append(bands_over_time(samples, rate, FRAMES, BANDS))
        names.append(leaf)
    if len(rates) > 1:
        told = " and ".join(f"{rate:,} Hz" for rate in sorted(rates))
        faults.add("", f"sounds have different rates, {told}, so that bands would mean different pitches.")
    faults.tell()
    labels, class_names = labelled([leaf.label for leaf in names])
    check_classes(faults, labels, class_names)
    faults.tell()
    tests = None if names[0].test is None else np.array([leaf.test for leaf in names], bool)
    what = f"sounds, {FRAMES} moments of {BANDS} bands of pitch"
    return Gathered(np.stack(found), labels, class_names, (BANDS,), what, FRAMES, tests)
