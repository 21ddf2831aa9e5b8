"""A circuit as print: what each ink layer of each crossbar holds, in metres, x to the right and y upwards.

A crossbar is one sheet: row wires, memristor ink at the crossings, column wires across. It lies as its table reads, the
first row on top, the two columns of a neuron side by side. A wire ends in a pad, rows on the left, columns at the
bottom. The sheets of a stack lie on each other; the deeper one is, the further out are its pads, so that a via leads
from each to the top of the stack through paper that bears no ink there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from snntrainer3d.circuits.design import Crossbar, Design
from snntrainer3d.circuits.making.conductances import sheet_of
from snntrainer3d.circuits.making.production import Production
from snntrainer3d.errors import Fault, SpecError

USES = ("rows", "devices", "columns", "vias")
"""Ink layers from the bottom up."""
SHARE_SHOWN = 1e-9
"""Rounding of lengths in metres that the checks of sizes allow."""


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """One crossbar; shapes are outlines, wires of 4 or 8 corners in the order of `_wire`, all others squares."""

    layer: int
    """From 1, the bottom of the stack."""
    rows: tuple[Float64[np.ndarray, "corner 2"], ...]
    columns: tuple[Float64[np.ndarray, "corner 2"], ...]
    devices: Float64[np.ndarray, "device 4 2"]
    siemens: Float64[np.ndarray, "device"]
    """Of each device, row by row."""
    vias: Float64[np.ndarray, "via 4 2"]
    """Of the rows' pads, then of the columns'; none on top of the stack."""

    def ink(self, use: str) -> tuple[Float64[np.ndarray, "corner 2"], ...]:
        """Give the outlines of an ink layer."""
        return tuple(getattr(self, use))

    def inks(self) -> Iterator[str]:
        """Give the names of the ink layers that hold anything."""
        return (use for use in USES if len(getattr(self, use)))


@dataclass(frozen=True, eq=False, slots=True)
class Stack:
    """All sheets of a circuit and the frame that they share."""

    network: str
    sheets: tuple[Sheet, ...]
    low: tuple[float, float]
    high: tuple[float, float]
    production: Production


def stack_of(design: Design, production: Production | None = None) -> Stack:
    """Lay a circuit out.

    Raises:
        SpecError: sizes that cannot be printed or do not fit each other, all of them.
    """
    making = production or Production()
    frame = _Frame(design, making)
    if faults := [*_size_faults(making), *_device_faults(design, making), *frame.faults()]:
        raise SpecError(faults, what="production")
    sheets = tuple(_sheet(layer, bar, design, frame) for layer, bar in enumerate(design.crossbars, start=1))
    return Stack(design.title, sheets, (frame.left, frame.bottom), (frame.right, 0.0), making)


class _Frame:
    """Where wires and pads of all sheets lie."""

    def __init__(self, design: Design, making: Production) -> None:
        self.making, self.layers = making, len(design.crossbars)
        self.rows = max(bar.rows for bar in design.crossbars)
        self.columns = max(2 * bar.neurons for bar in design.crossbars)
        self.step = making.pad_m + making.smallest_gap_m
        self.left = self.pad(1)
        self.bottom = self.foot(1)
        self.right = (self.columns + 0.5) * making.pitch_m

    def pad(self, layer: int) -> float:
        """Give where a sheet's row wires begin, left of the first column."""
        return self.making.pitch_m / 2 - (self.layers - layer + 1) * self.step

    def foot(self, layer: int) -> float:
        """Give where its column wires end, as far below the last row of all sheets."""
        return self.pad(layer) - (self.rows + 1) * self.making.pitch_m

    def faults(self) -> Iterator[Fault]:
        """Give faults of a print that is larger than its paper."""
        making = self.making
        sizes = (
            ("sheet_width_m", making.sheet_width_m, self.right - self.left, self.columns, "columns"),
            ("sheet_height_m", making.sheet_height_m, -self.bottom, self.rows, "rows"),
        )
        for name, given, needed, count, what in sizes:
            if needed > given + SHARE_SHOWN:
                hint = f"Take a pitch below {1e6 * making.pitch_m * given / needed:.4g} µm, or larger paper."
                told = (
                    f"the print needs {1e3 * needed:.4g} mm for {count:,} {what}, the paper has {1e3 * given:.4g} mm."
                )
                yield Fault(name, told, hint)


def _size_faults(making: Production) -> Iterator[Fault]:
    least, gap = making.smallest_feature_m, making.smallest_gap_m
    for name in ("wire_m", "device_m", "pad_m", "via_m"):
        if (size := getattr(making, name)) < least - SHARE_SHOWN:
            yield Fault(name, f"got {size:g}, and the printer prints nothing below smallest_feature_m = {least:g}.")
    inside = (("wire_m", "pad_m", "a wire ends in a pad"), ("via_m", "pad_m", "a via stands in a pad"))
    for name, around, why in (*inside, ("device_m", "wire_m", "a device lies where two wires cross")):
        if getattr(making, name) > getattr(making, around) + SHARE_SHOWN:
            told = f"got {getattr(making, name):g}, expected at most {around} = {getattr(making, around):g}: {why}."
            yield Fault(name, told)
    for name in ("wire_m", "pad_m"):
        left = making.pitch_m - getattr(making, name)
        if left < gap - SHARE_SHOWN:
            told = f"leaves {max(left, 0.0):g} between neighbours at pitch_m = {making.pitch_m:g}, expected {gap:g}."
            yield Fault(name, told, "Take a larger pitch, or smaller ones.")


def _device_faults(design: Design, making: Production) -> Iterator[Fault]:
    sides = [_sides(sheet_of(bar), design, making) for bar in design.crossbars]
    smallest = min(float(side[side > 0.0].min(initial=np.inf)) for side in sides)
    if making.device_m >= making.smallest_feature_m > smallest + SHARE_SHOWN:
        told = f"the smallest device would have a side of {smallest:.3g}, below smallest_feature_m."
        hint = "Take a larger device_m, devices of a smaller range of conductances, or device_size=same."
        yield Fault("device_m", told, hint)


def _sides(siemens: np.ndarray, design: Design, making: Production) -> np.ndarray:
    if making.device_size == "same":
        return np.where(siemens > 0.0, making.device_m, 0.0)
    largest = max(design.settings.max_conductance_siemens, float(siemens.max()))
    return making.device_m * np.sqrt(siemens / largest)


def _sheet(layer: int, bar: Crossbar, design: Design, frame: _Frame) -> Sheet:
    making, pitch, siemens = frame.making, frame.making.pitch_m, sheet_of(bar)
    across = (np.arange(siemens.shape[1]) + 1) * pitch
    down = -(np.arange(siemens.shape[0]) + 1) * pitch
    begin, end = frame.pad(layer), frame.foot(layer)
    rows = [_wire(begin, float(across[-1]) + pitch / 2, y, making) for y in down]
    columns = [_wire(end, -pitch / 2, x, making)[:, ::-1] for x in across]
    sides = _sides(siemens, design, making)
    x, y = np.meshgrid(across, down)
    there = siemens > 0.0
    middle = making.pad_m / 2
    pads = [(begin + middle, y) for y in down] + [(x, end + middle) for x in across]
    vias = np.array(pads if layer < frame.layers else []).reshape(-1, 2)
    return Sheet(
        layer,
        tuple(rows),
        tuple(columns),
        _squares(np.stack([x[there], y[there]], axis=1), sides[there]),
        siemens[there],
        _squares(vias, np.full(len(vias), making.via_m)),
    )


def _wire(begin: float, end: float, across: float, making: Production) -> Float64[np.ndarray, "corner 2"]:
    """Give the outline of a wire along x with its pad at the beginning, anticlockwise from the pad's outer corner."""
    pad, wire, inner = making.pad_m / 2, making.wire_m / 2, begin + making.pad_m
    if making.pad_m <= making.wire_m:
        return np.array([(begin, across - wire), (end, across - wire), (end, across + wire), (begin, across + wire)])
    below = [(begin, -pad), (inner, -pad), (inner, -wire), (end, -wire)]
    return np.array([(x, across + y) for x, y in below] + [(x, across - y) for x, y in reversed(below)])


def _squares(
    middles: Float64[np.ndarray, "square 2"], sides: Float64[np.ndarray, "square"]
) -> Float64[np.ndarray, "square 4 2"]:
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    squares: Float64[np.ndarray, "square 4 2"] = middles[:, None] + sides[:, None, None] * corners
    return squares
