"""Waveforms of a simulated sample beside the membranes that the network computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from snntrainer3d.circuits.netlist.cards import membrane
from snntrainer3d.circuits.simulation.run import Simulated

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = 6
_CIRCUIT, _NETWORK, _SPIKE, _INK, _QUIET, _GRID = "#0072B2", "#D55E00", "#009E73", "#1f2328", "#59636e", "#e4e7eb"
_MILLI = 1e3


def draw_waveforms(found: Simulated, title: str = "") -> Figure:
    """Draw the membranes of outputs and of the liveliest hidden neurons: lines, and the network's dots."""
    from matplotlib.figure import Figure

    chosen = liveliest(found)
    figure = Figure(figsize=(8.0, 1.35 * len(chosen) + 0.9), layout="constrained", facecolor="white")
    panels = np.atleast_1d(figure.subplots(len(chosen), 1, sharex=True))
    for axes, (layer, neuron) in zip(panels, chosen, strict=True):
        _panel(axes, found, layer, neuron)
    panels[-1].set_xlabel("time (ms)", color=_INK, fontsize=9)
    panels[0].legend(frameon=False, fontsize=8, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=10.5, color=_INK)
    return figure


def liveliest(found: Simulated) -> list[tuple[int, int]]:
    """Give (layer, neuron): hidden ones that spiked most, then outputs, those that spiked most where they are many."""
    last = len(found.network.spikes) - 1
    spiked = [fired.sum(axis=0) for fired in found.network.spikes]
    outputs = sorted(np.argsort(-spiked[last], kind="stable")[: PANELS // 2].tolist())
    hidden = [(int(count), layer, index) for layer in range(last) for index, count in enumerate(spiked[layer])]
    liveliest = sorted(hidden, key=lambda one: -one[0])[: PANELS - len(outputs)]
    return [*sorted((layer, index) for _, layer, index in liveliest), *((last, index) for index in outputs)]


def _panel(axes: Axes, found: Simulated, layer: int, neuron: int) -> None:
    clock, bar = found.clock, found.design.crossbars[layer]
    threshold = found.design.settings.threshold_v
    volts = float(bar.volts_per_unit(threshold)[neuron])
    read = np.array([clock.read_s(0, layer, step) for step in range(clock.num_steps)]) * _MILLI
    wave = found.waveforms.volts[membrane(layer + 1, neuron)]
    axes.plot(found.waveforms.times_s * _MILLI, wave, color=_CIRCUIT, lw=1.1, label="circuit")
    axes.plot(read, found.network.membranes[layer][:, neuron] * volts, "o", color=_NETWORK, ms=3.2, label="network")
    axes.axhline(threshold, color=_QUIET, lw=0.8, ls="--")
    fired = found.circuit.spikes[layer][:, neuron]
    top = max(threshold, float(wave.max())) * 1.15
    axes.plot(read[fired], np.full(int(fired.sum()), top), "|", color=_SPIKE, ms=6, mew=1.6, label="spike")
    where = "output" if layer == len(found.network.spikes) - 1 else f"layer {layer + 1}, neuron"
    axes.set_ylabel(f"{where} {neuron}\n(V)", color=_INK, fontsize=8)
    axes.tick_params(colors=_QUIET, labelcolor=_INK, length=3, labelsize=8)
    axes.grid(color=_GRID, lw=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_QUIET)
