"""The binary weight frame: how weights travel from training to the browser, and how snapshots are kept.

Little endian. A header, a table with one row per layer, then each layer's weights as int8, torch's [out][in] order,
each block beginning on a multiple of 4 bytes:

    0   4s   magic "S3DF"
    4   u16  version, 1
    6   u16  number of layers
    8   u32  sequence number of the frame within its stream
    12  u32  update the weights are of
    16  u32  epoch
    20  u32  flags (0)
    24  16s  run id, ASCII, padded with zero bytes
    40  per layer 32 bytes:
        u32 rows (neurons)   u32 columns (neurons before)   f32 scale (weight = int8 · scale)
        f32 change (mean |Δweight| since the frame before, over mean |weight|; 0 in the first)
        f32 rate (spikes per neuron and step)   u32 offset of the block from the frame's start   u32 bytes   u32 0
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int8

from snntrainer3d.errors import FileFormatError

MAGIC = b"S3DF"
VERSION = 1
_HEADER = struct.Struct("<4sHHIIII16s")
_ROW = struct.Struct("<IIfffIII")
LARGEST = 127
SMALLEST = 1e-30
"""Below this a layer counts as zero: 127 over it would leave float32."""


@dataclass(frozen=True, eq=False, slots=True)
class FrameLayer:
    """One layer's weights as int8; weight = values · scale."""

    values: Int8[np.ndarray, "out in"]
    scale: float
    change: float = 0.0
    rate: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """All weights of a network at one update."""

    run: str
    sequence: int
    update: int
    epoch: int
    layers: tuple[FrameLayer, ...]


def quantise(weights: Float32[np.ndarray, "out in"]) -> tuple[Int8[np.ndarray, "out in"], float]:
    """Give int8 values and the scale; an array of zeros has scale 0."""
    largest = float(max(weights.max(initial=0.0), -weights.min(initial=0.0)))
    if largest < SMALLEST or not np.isfinite(largest):
        return np.zeros(weights.shape, np.int8), 0.0
    return np.rint(weights * np.float32(LARGEST / largest)).astype(np.int8), largest / LARGEST


def make_frame(
    run: str,
    sequence: int,
    update: int,
    epoch: int,
    weights: Sequence[Float32[np.ndarray, "_ _"]],
    rates: Sequence[float] = (),
    before: Frame | None = None,
) -> Frame:
    """Quantise the weights of every layer; `before` is the frame that the change is measured against."""
    layers = []
    for index, matrix in enumerate(weights):
        values, scale = quantise(matrix)
        rate = rates[index] if index < len(rates) else 0.0
        change = _change(values, scale, before.layers[index]) if before else 0.0
        layers.append(FrameLayer(values, scale, change, rate))
    return Frame(run, sequence, update, epoch, tuple(layers))


def frame_bytes(shapes: Sequence[tuple[int, int]]) -> int:
    """Give the size of a frame of layers with these weight shapes, in bytes."""
    return _HEADER.size + len(shapes) * _ROW.size + sum(_padded(rows * columns) for rows, columns in shapes)


def encode_frame(frame: Frame) -> bytes:
    """Give the frame as bytes."""
    offset = _HEADER.size + len(frame.layers) * _ROW.size
    run = frame.run.encode("ascii")[:16]
    parts = [
        _HEADER.pack(MAGIC, VERSION, len(frame.layers), frame.sequence, frame.update, frame.epoch, 0, run),
    ]
    blocks = []
    for layer in frame.layers:
        rows, columns = layer.values.shape
        size = rows * columns
        parts.append(_ROW.pack(rows, columns, layer.scale, layer.change, layer.rate, offset, size, 0))
        blocks.append(layer.values.tobytes() + bytes(_padded(size) - size))
        offset += _padded(size)
    return b"".join([*parts, *blocks])


def decode_frame(data: bytes | memoryview) -> Frame:
    """Read a frame; raises FileFormatError for anything that is not a whole one."""
    view = memoryview(data)
    if len(view) < _HEADER.size:
        raise FileFormatError("The weight frame is truncated.")
    magic, version, count, sequence, update, epoch, _, run = _HEADER.unpack_from(view)
    if magic != MAGIC:
        raise FileFormatError("This is not a weight frame.")
    if version != VERSION:
        raise FileFormatError(f"The weight frame has version {version}, this release reads {VERSION}.")
    if len(view) < _HEADER.size + count * _ROW.size:
        raise FileFormatError("The weight frame is truncated.")
    layers = tuple(_layer(view, _HEADER.size + index * _ROW.size) for index in range(count))
    return Frame(run.rstrip(b"\0").decode("ascii", "replace"), sequence, update, epoch, layers)


def _layer(view: memoryview, at: int) -> FrameLayer:
    rows, columns, scale, change, rate, offset, size, _ = _ROW.unpack_from(view, at)
    if size != rows * columns or offset + size > len(view):
        raise FileFormatError("The weight frame is damaged: a layer reaches beyond its end.")
    values = np.frombuffer(view[offset : offset + size], np.int8).reshape(rows, columns)
    return FrameLayer(values, scale, change, rate)


def _change(values: Int8[np.ndarray, "out in"], scale: float, before: FrameLayer) -> float:
    now = values.astype(np.float32) * np.float32(scale)
    moved = np.abs(now - before.values.astype(np.float32) * np.float32(before.scale)).mean()
    size = np.abs(now).mean()
    return float(moved / size) if size > 0 else 0.0


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4
