"""The raw file of ngspice: a text head, then one row of float64 for each moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from snntrainer3d.errors import SimulationError

_MARK = b"Binary:\n"
_HEAD_BYTES = 4 << 20
_BYTES = 8


@dataclass(frozen=True, eq=False, slots=True)
class Waveforms:
    """Voltages over time; the moments are those that the simulator chose."""

    times_s: Float64[np.ndarray, "moment"]
    volts: dict[str, Float64[np.ndarray, "moment"]]
    """By node, lower case."""

    def at(self, nodes: list[str], moments_s: Float64[np.ndarray, "time"]) -> Float64[np.ndarray, "time node"]:
        """Give voltages at some moments, interpolated."""
        return np.stack([np.interp(moments_s, self.times_s, self.volts[node]) for node in nodes], axis=1)


def read_raw(path: Path) -> Waveforms:
    """Read a raw file; raises SimulationError when it is not one."""
    head = _head(path)
    if head is None:
        raise SimulationError("ngspice wrote no waveforms.", hint="Its netlist could not be simulated.")
    names, offset = head
    values = np.fromfile(path, np.float64, offset=offset)
    table = values[: len(values) // len(names) * len(names)].reshape(-1, len(names))
    columns = np.ascontiguousarray(table.T)
    nodes = {_node(name): columns[place] for place, name in enumerate(names) if place}
    return Waveforms(columns[0], nodes)


def time_reached(path: Path) -> float:
    """Give the last moment that a growing raw file holds; 0 where there is none yet."""
    head = _head(path)
    if head is None:
        return 0.0
    names, offset = head
    row = len(names) * _BYTES
    rows = (path.stat().st_size - offset) // row
    if rows < 1:
        return 0.0
    return float(np.fromfile(path, np.float64, count=1, offset=offset + (rows - 1) * row)[0])


def _head(path: Path) -> tuple[list[str], int] | None:
    try:
        with path.open("rb") as file:
            begin = file.read(_HEAD_BYTES)
    except OSError:
        return None
    end = begin.find(_MARK)
    if end < 0:
        return None
    _, told, variables = begin[:end].decode("ascii", "replace").partition("\nVariables:")
    names = [line.split()[1:2] for line in variables.splitlines() if line.strip()]
    return ([name for (name,) in names], end + len(_MARK)) if told and names and all(names) else None


def _node(name: str) -> str:
    return name[2:-1] if name.startswith("v(") else name
