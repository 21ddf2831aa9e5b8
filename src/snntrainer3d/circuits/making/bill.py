"""Parts and area of a circuit in its op-amp form, the one that can be built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from snntrainer3d.analysis import csv_text
from snntrainer3d.circuits.design import Crossbar, Design
from snntrainer3d.circuits.making.production import Production
from snntrainer3d.circuits.netlist.neurons import transimpedance_ohm

OPAMPS_PER_NEURON = 3
"""Two transimpedance amplifiers and an integrator."""


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of part of one layer."""

    layer: int
    """From 1; 0 for the whole circuit."""
    part: str
    count: int
    smallest: float | None
    largest: float | None
    unit: str
    use: str


@dataclass(frozen=True, slots=True)
class Bill:
    """All parts, and the printed area of the crossbars."""

    network: str
    items: tuple[Item, ...]
    area_m2: float
    """Of all crossbars side by side; stacked, of the largest."""
    largest_sheet_m: tuple[float, float]
    """Length along the rows' wires, and along the columns'."""

    def count(self, part: str) -> int:
        """Give how many of a part there are."""
        return sum(item.count for item in self.items if item.part == part)

    def to_dict(self) -> dict[str, Any]:
        """Give plain values."""
        return asdict(self)


def bill_of(design: Design, production: Production | None = None) -> Bill:
    """Count the parts of a circuit."""
    pitch = (production or Production()).pitch_m
    items = [item for layer, bar in enumerate(design.crossbars, start=1) for item in _layer(layer, bar, design)]
    inputs = design.crossbars[0].inputs
    items.append(Item(0, "row driver", inputs, None, None, "", "one for each input, at the read voltage times it"))
    sheets = [((2 * bar.neurons + 1) * pitch, (bar.rows + 1) * pitch) for bar in design.crossbars]
    return Bill(design.title, tuple(items), sum(long * wide for long, wide in sheets), max(sheets, key=np.prod))


def bill_csv(bill: Bill) -> str:
    """Give the parts as CSV."""
    rows: list[list[object]] = [["layer", "part", "count", "smallest", "largest", "unit", "use"]]
    for item in bill.items:
        values = [item.layer or "", item.part, item.count, _shown(item.smallest), _shown(item.largest)]
        rows.append([*values, item.unit, item.use])
    return csv_text(rows)


def _layer(layer: int, bar: Crossbar, design: Design) -> Iterator[Item]:
    settings, neurons = design.settings, bar.neurons
    everything = np.concatenate([bar.plus.ravel(), bar.minus.ravel()])
    ohms = 1.0 / everything[everything > 0.0]
    transfer = transimpedance_ohm(bar)
    leak, farad = bar.resistance_ohm(settings), bar.capacitance_f(settings)
    yield Item(layer, "memristor", len(ohms), *_ends(ohms), "ohm", "crossbar, or printed resistors")
    yield Item(
        layer, "op-amp", OPAMPS_PER_NEURON * neurons, None, None, "", "two columns and the integrator of a neuron"
    )
    yield Item(
        layer, "comparator", neurons, *_ends(np.full(1, settings.threshold_v)), "V", "membrane against threshold"
    )
    yield Item(
        layer, "resistor", 4 * neurons, transfer, transfer, "ohm", "transimpedance, subtraction, integrator input"
    )
    yield Item(layer, "resistor", neurons, *_ends(leak), "ohm", "leak of the membrane")
    if bar.reset == "subtract":
        feedback = settings.read_voltage_v / bar.reset_current_a(settings)
        yield Item(layer, "resistor", neurons, *_ends(feedback), "ohm", "reset, from the neuron's own spike")
    yield Item(layer, "capacitor", neurons, *_ends(farad), "F", "membrane")
    yield Item(layer, "capacitor", neurons, None, None, "F", "latch of the spike, small")
    yield Item(layer, "analog switch", 3 * neurons, None, None, "", "integrate, latch, empty")
    yield Item(layer, "row driver", neurons, None, None, "", "spike at the read voltage")


def _ends(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
