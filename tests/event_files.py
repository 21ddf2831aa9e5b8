"""Files of events made to the published formats."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def bin_events(rows: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Give (x, y, polarity, µs) as N-MNIST has them: 8 bits x, 8 bits y, 1 bit polarity, 23 bits time."""
    return b"".join(bytes((x, y)) + ((p << 23) | t).to_bytes(3, "big") for x, y, p, t in rows)


def moving(side: str, seed: int, count: int = 300, width: int = 34) -> list[tuple[int, int, int, int]]:
    """Give events of a bar that moves to the left or to the right, in the order of time."""
    random = np.random.default_rng(seed)
    times = np.sort(random.integers(0, 300_000, count))
    ways = times / 300_000 if side == "right" else 1 - times / 300_000
    across = np.clip(ways * (width - 4) + random.integers(0, 4, count), 0, width - 1).astype(int)
    rows = zip(across, random.integers(8, 26, count), random.integers(0, 2, count), times, strict=True)
    return [(int(x), int(y), int(p), int(t)) for x, y, p, t in rows]


def bins_by_class(each: int = 6) -> dict[str, bytes]:
    """Give recordings of two classes by path."""
    return {
        f"{side}/{at:05}.bin": bin_events(moving(side, 10 * at + len(side)))
        for side in ("left", "right")
        for at in range(each)
    }


def spike_trains(classes: int = 2, each: int = 6) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Give times in seconds, channels, and labels: each class has channels of its own."""
    random = np.random.default_rng(1)
    labels = np.arange(classes * each) % classes
    times = [np.sort(random.random(40 + at)).astype(np.float16) for at in range(len(labels))]
    units = [
        (300 * label + random.integers(0, 300, len(row))).astype(np.uint16)
        for label, row in zip(labels, times, strict=True)
    ]
    return times, units, labels.astype(np.uint8)


def spike_file(
    path: Path,
    trains: tuple[Any, Any, Any] | None = None,
    keys: Sequence[str] = (),
    leave: Sequence[str] = (),
    kind: type = np.float16,
) -> Path:
    """Write a file as the Spiking Heidelberg Digits are, but for what is left out."""
    import h5py

    times, units, labels = trains or spike_trains()
    with h5py.File(path, "w") as file:
        for name, rows, held in (("spikes/times", times, kind), ("spikes/units", units, np.uint16)):
            if name not in leave:
                made = file.create_dataset(name, (len(rows),), h5py.vlen_dtype(held))
                for at, row in enumerate(rows):
                    made[at] = row
        if "labels" not in leave:
            file["labels"] = labels
        if keys:
            file.create_dataset("extra/keys", data=list(keys), dtype=h5py.string_dtype())
    return path


def npz_events(change: Mapping[str, Any] | None = None, each: int = 6) -> bytes:
    """Give an NPZ of the moving bars, with arrays replaced, or left out where None."""
    sides = ["left", "right"] * each
    rows = [(at, *row) for at, side in enumerate(sides) for row in moving(side, at)]
    sample, x, y, p, t = (np.array(column) for column in zip(*rows, strict=True))
    held: dict[str, Any] = {"t": t, "x": x, "y": y, "p": p, "sample": sample, "labels": np.array(sides)}
    held |= dict(change or {})
    out = io.BytesIO()
    np.savez(out, **{key: value for key, value in held.items() if value is not None})
    return out.getvalue()
