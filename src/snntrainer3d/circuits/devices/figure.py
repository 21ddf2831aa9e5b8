"""The curves of a device study: accuracy over each imperfection, with the band of the draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snntrainer3d.circuits.devices.study import SWEEPS, DeviceStudy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABELS = {
    "levels": "levels of a device",
    "on_off_ratio": "largest over smallest conductance",
    "spread": "spread σ of ln G",
    "stuck": "share of devices stuck",
    "wire_ohm": "wire from crossing to crossing (Ω)",
    "read_noise": "noise of a read, share of G",
    "drift": "drift exponent ν, after a day",
    "drift_spread": "spread of ν, after a day",
}
_LINE, _BAND, _INK, _QUIET, _GRID = "#0072B2", "#0072B2", "#1f2328", "#59636e", "#e4e7eb"


def draw_study(study: DeviceStudy) -> Figure:
    """Draw one small panel for each imperfection, all to the same scale."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 4.8), layout="constrained", facecolor="white")
    panels = figure.subplots(2, 4, sharey=True)
    for name, axes in zip(SWEEPS, panels.flat, strict=True):
        _panel(axes, study, name)
    for axes in panels[:, 0]:
        axes.set_ylabel("accuracy (%)", color=_INK, fontsize=9)
    figure.suptitle(
        f"{study.network}, {study.samples:,} samples, {study.draws} draws; band: 95 % of them",
        x=0.01,
        ha="left",
        fontsize=10.5,
        color=_INK,
    )
    return figure


def _panel(axes: Axes, study: DeviceStudy, name: str) -> None:
    points = [point for point in study.points if point.imperfection == name]
    at = [point.value for point in points if point.value is not None]
    axes.fill_between(
        at, [100 * point.low for point in points], [100 * point.high for point in points], color=_BAND, alpha=0.18, lw=0
    )
    axes.plot(at, [100 * point.mean for point in points], "o-", color=_LINE, ms=3.5, lw=1.3)
    axes.axhline(100 * study.software, color=_QUIET, lw=0.9, ls="--")
    axes.set_xscale("log")
    axes.set_ylim(0, 101)
    axes.set_xlabel(LABELS[name], color=_INK, fontsize=8.5)
    axes.tick_params(colors=_QUIET, labelcolor=_INK, length=3, labelsize=8)
    axes.minorticks_off()
    axes.set_xticks(at, [f"{value:g}" for value in at])
    axes.grid(color=_GRID, lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_QUIET)
