"""What one or two neurons do with an input, as one figure: a column for each neuron, their firing curves together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from snntrainer3d.analysis.neuron_bench import NeuronBench

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NEURONS, _INPUT, _SPIKE = ("#0072B2", "#D55E00"), "#59636e", "#009E73"
_NULLCLINES = ("#CC79A7", "#E69F00")
_INK, _QUIET, _GRID = "#1f2328", "#59636e", "#e4e7eb"


def draw_bench(benches: Sequence[NeuronBench], title: str = "") -> Figure:
    """Draw input, states and spikes over time, the phase plane where there is one, and firing rate over current."""
    from matplotlib.figure import Figure

    states = max(len(one.variables) for one in benches)
    planes = any(one.plane is not None for one in benches)
    curves = [one for one in benches if one.curve is not None]
    heights = [0.6, *[1.0] * states, *([2.2] if planes else []), *([1.8] if curves else [])]
    figure = Figure(
        figsize=(6.4 * len(benches) + 0.6, 1.45 * sum(heights) + 0.9), layout="constrained", facecolor="white"
    )
    grid = figure.add_gridspec(len(heights), len(benches), height_ratios=heights)
    for column, bench in enumerate(benches):
        colour = _NEURONS[column]
        _over_time([figure.add_subplot(grid[row, column]) for row in range(1 + len(bench.variables))], bench, colour)
        if bench.plane is not None:
            _plane(figure.add_subplot(grid[1 + states, column]), bench, colour)
    if curves:
        _curves(figure.add_subplot(grid[-1, :]), curves, benches)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=_INK)
    return figure


def _over_time(panels: Sequence[Axes], bench: NeuronBench, colour: str) -> None:
    steps = np.arange(len(bench.response.spikes))
    panels[0].step(steps, bench.response.current[:, 0], where="mid", color=_INPUT, lw=1.1)
    panels[0].set_ylabel("input", color=_INK, fontsize=9)
    panels[0].set_title(bench.title, loc="left", fontsize=10.5, fontweight="bold", color=_INK)
    until = bench.finite_steps
    for at, (axes, (name, values)) in enumerate(zip(panels[1:], bench.variables.items(), strict=True)):
        axes.plot(steps[:until], values[:until], color=colour, lw=1.2)
        axes.set_ylabel(f"{name}{', membrane' if at == 0 else ''}", color=_INK, fontsize=9)
        if at == 0 and bench.spike_steps:
            place: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "clip_on": False}
            axes.plot(
                bench.spike_steps, np.full(len(bench.spike_steps), 1.03), "|", color=_SPIKE, ms=6, mew=1.3, **place
            )
        if until < len(steps):
            axes.axvline(until, color=_SPIKE, lw=1.0, ls=":")
    for axes in panels:
        _plain(axes)
        axes.set_xlim(-0.5, len(steps) - 0.5)
        axes.tick_params(labelbottom=axes is panels[-1])
    panels[-1].set_xlabel("time step", color=_INK, fontsize=9)


def _plane(axes: Axes, bench: NeuronBench, colour: str) -> None:
    from matplotlib.collections import LineCollection

    plane = bench.plane
    assert plane is not None
    for name, lines, line_colour in zip(plane.names, plane.nullclines, _NULLCLINES, strict=True):
        segments = lines.reshape(-1, 2, 2)
        axes.add_collection(LineCollection(list(segments), colors=line_colour, lw=1.6, label=f"Δ{name} = 0"))
    if len(plane.threshold):
        segments = plane.threshold.reshape(-1, 2, 2)
        axes.add_collection(
            LineCollection(list(segments), colors=_SPIKE, lw=1.2, label="beyond it the next step spikes")
        )
    states = [bench.response.states[name][: bench.finite_steps, 0] for name in plane.names]
    axes.plot(*states, color=colour, lw=0.9, label="response")
    axes.set_xlim(*plane.ranges[0])
    axes.set_ylim(*plane.ranges[1])
    axes.set_xlabel(plane.names[0], color=_INK, fontsize=9)
    axes.set_ylabel(plane.names[1], color=_INK, fontsize=9)
    axes.legend(
        framealpha=0.9, edgecolor="none", fontsize=8, loc="best", title=f"input {plane.current:.4g}", title_fontsize=8
    )
    _plain(axes)


def _curves(axes: Axes, curves: Sequence[NeuronBench], benches: Sequence[NeuronBench]) -> None:
    seconds = {one.step_s for one in curves}
    step_s = next(iter(seconds)) if len(seconds) == 1 else None
    factor = 1.0 if step_s is None else 1.0 / step_s
    for one in curves:
        assert one.curve is not None
        colour = _NEURONS[list(benches).index(one)]
        axes.plot(one.curve.currents, one.curve.rates * factor, "o-", color=colour, ms=2.6, lw=1.1, label=one.title)
    axes.set_xlabel("constant input", color=_INK, fontsize=9)
    axes.set_ylabel("spikes per step" if step_s is None else "firing rate (Hz)", color=_INK, fontsize=9)
    axes.set_ylim(bottom=0.0)
    if len(curves) > 1:
        axes.legend(frameon=False, fontsize=8)
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.tick_params(colors=_QUIET, labelcolor=_INK, length=3, labelsize=8)
    axes.grid(color=_GRID, lw=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_QUIET)
