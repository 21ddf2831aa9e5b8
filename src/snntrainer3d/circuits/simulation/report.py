"""What a simulation found, as plain values: the measures of all samples, and the waveforms of one to be drawn."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from snntrainer3d.circuits.netlist.cards import membrane
from snntrainer3d.circuits.simulation.figure import liveliest
from snntrainer3d.circuits.simulation.measures import summarise
from snntrainer3d.circuits.simulation.run import Simulated

MOST_MOMENTS = 2_000
"""Of a waveform that is drawn in a page: more than a wide screen has columns."""
_MILLI = 1e3


def report_of(found: Sequence[Simulated], indices: Sequence[int], labels: Sequence[int]) -> dict[str, Any]:
    """Give settings, measures and a row for each sample, in the order of `indices`."""
    ordered = sorted(found, key=lambda one: one.place)
    rows = [_row(one, index, int(label)) for one, index, label in zip(ordered, indices, labels, strict=True)]
    return {
        "num_steps": ordered[0].clock.num_steps,
        "settings": ordered[0].design.settings.model_dump(mode="json"),
        "agreement": summarise([one.agreement for one in ordered]).to_dict(),
        "right": sum(row["circuit"] == row["label"] for row in rows),
        "samples": rows,
    }


def traces_of(one: Simulated) -> dict[str, Any]:
    """Give the membranes of the liveliest neurons in volts over milliseconds, and where the network has them.

    Arrays are base64 of little-endian float32.
    """
    design, clock = one.design, one.clock
    times = np.linspace(0.0, clock.stop_s, min(MOST_MOMENTS, max(len(one.waveforms.times_s), 2)))
    return {
        "end_ms": clock.stop_s * _MILLI,
        "threshold_v": design.settings.threshold_v,
        "neurons": [_trace(one, layer, neuron, times) for layer, neuron in liveliest(one)],
    }


def _trace(one: Simulated, layer: int, neuron: int, times: np.ndarray) -> dict[str, Any]:
    design = one.design
    clock = one.clock
    volts = float(design.crossbars[layer].volts_per_unit(design.settings.threshold_v)[neuron])
    read = [clock.read_s(0, layer, step) * _MILLI for step in range(clock.num_steps)]
    wave = one.waveforms
    return {
        "layer": layer,
        "neuron": neuron,
        "circuit_v": _floats(np.interp(times, wave.times_s, wave.volts[membrane(layer + 1, neuron)])),
        "read_ms": _floats(np.array(read)),
        "network_v": _floats(one.network.membranes[layer][:, neuron] * volts),
        "circuit_spikes": np.flatnonzero(one.circuit.spikes[layer][:, neuron]).tolist(),
        "network_spikes": np.flatnonzero(one.network.spikes[layer][:, neuron]).tolist(),
    }


def _row(one: Simulated, index: int, label: int) -> dict[str, Any]:
    agreement = one.agreement
    return {
        "sample": index,
        "label": label,
        "circuit": agreement.circuit_decision,
        "network": agreement.network_decision,
        "circuit_counts": agreement.circuit_counts.tolist(),
        "network_counts": agreement.network_counts.tolist(),
        "spikes_differing": agreement.differing,
        "residual": agreement.residual,
        "roots": [
            {
                "layer": root.layer,
                "neuron": root.neuron,
                "step": root.step,
                "distance": root.distance,
                "explained": root.explained,
            }
            for root in agreement.roots
        ],
        "seconds": one.seconds,
    }


def _floats(values: np.ndarray) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()
