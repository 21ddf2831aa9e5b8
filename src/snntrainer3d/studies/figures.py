"""Figures 10 to 21 in the paper's arrangement: loss and accuracy by size, one figure per neuron; then by neuron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from snntrainer3d.analysis import History
from snntrainer3d.studies.outcome import Outcome, Trained
from snntrainer3d.studies.paper import LABELS, NEURONS, PRINTED, SIZES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Quantity = Literal["loss", "accuracy"]
Split = Literal["training", "test"]
# Okabe and Ito 2008, told apart by colour-blind people; each neuron has a mark of its own as well.
COLOURS = {"leaky": "#0072B2", "lapicque": "#D55E00", "synaptic": "#009E73", "alpha": "#CC79A7"}
MARKS = {"leaky": "o", "lapicque": "s", "synaptic": "^", "alpha": "D"}
_INK, _QUIET, _GRID = "#1f2328", "#59636e", "#e4e7eb"
_SMOOTHING = 20
_SPLITS = {"training": "training, mean of epoch", "test": "test"}
_DRAWN_POINTS = 160


@dataclass(frozen=True, slots=True)
class Drawing:
    """One figure of the report."""

    number: int
    name: str
    """As a file is called."""
    caption: str
    runs: tuple[str, ...]
    figure: Figure


def draw_all(outcome: Outcome, curves: Mapping[str, History]) -> list[Drawing]:
    """Draw figures 10–13 (loss of each neuron, by size), 14–17 (accuracy), 18–21 (by neuron)."""
    quantities: tuple[Quantity, ...] = ("loss", "accuracy")
    splits: tuple[Split, ...] = ("training", "test")
    sized = [(quantity, neuron) for quantity in quantities for neuron in NEURONS]
    split = [(half, quantity) for quantity in quantities for half in splits]
    return [
        *(_by_size(number, *which, outcome, curves) for number, which in enumerate(sized, start=10)),
        *(_by_neuron(number, *which, outcome, curves) for number, which in enumerate(split, start=18)),
    ]


def _by_size(number: int, quantity: Quantity, neuron: str, outcome: Outcome, curves: Mapping[str, History]) -> Drawing:
    """Draw one neuron: training over updates, a line per size; and what the test set gave at the end."""
    figure, (left, right) = _panels()
    shades = _shades(len(SIZES))
    runs: list[Trained] = []
    for size, shade in zip(SIZES, shades, strict=True):
        found = outcome.of(neuron=neuron, hidden=[size])
        runs += found
        if found:
            left.plot(*_mean_curve(found, curves, quantity), color=shade, lw=1.3, label=str(size))
    if runs:
        left.legend(title="hidden neurons", frameon=False, fontsize=7.5, title_fontsize=8, ncols=2)
        _ends(right, neuron, "training", quantity, outcome, curves)
        _ends(right, neuron, "test", quantity, outcome, curves)
        right.legend(frameon=False, fontsize=8)
    _style(left, "update", _unit(quantity), "training")
    _style(right, "hidden neurons", _unit(quantity), "at the end, by size", sizes=True)
    title = f"{LABELS[neuron]}: {quantity} by size of the hidden layer"
    return _finished(figure, number, f"{quantity}-{neuron}", title, runs)


def _by_neuron(
    number: int, split: Split, quantity: Quantity, outcome: Outcome, curves: Mapping[str, History]
) -> Drawing:
    """Draw all four neurons: over updates at the largest size, and at the end at each size."""
    figure, (left, right) = _panels()
    runs: list[Trained] = []
    for neuron in NEURONS:
        found = outcome.of(neuron=neuron, hidden=[SIZES[-1]])
        if split == "training" and found:
            line = _mean_curve(found, curves, quantity)
            left.plot(*line, color=COLOURS[neuron], lw=1.4, label=LABELS[neuron])
        runs += [one for size in SIZES for one in outcome.of(neuron=neuron, hidden=[size])]
        _ends(right, neuron, split, quantity, outcome, curves, label=LABELS[neuron])
        if split == "test":
            _cited(left, neuron, quantity)
    if runs:
        left.legend(frameon=False, fontsize=8)
        right.legend(frameon=False, fontsize=8)
    if split == "training":
        _style(left, "update", _unit(quantity), f"784-{SIZES[-1]}-10, {split}")
    else:
        _style(left, "hidden neurons", _unit(quantity), "the paper's networks, true figures", sizes=True)
    _style(right, "hidden neurons", _unit(quantity), f"ours, {_SPLITS[split]}", sizes=True)
    if split == "test":
        _same_range(left, right)
    return _finished(figure, number, f"{split}-{quantity}", f"{split.capitalize()} {quantity} by neuron", runs)


def _ends(
    axes: Axes,
    neuron: str,
    split: Split,
    quantity: Quantity,
    outcome: Outcome,
    curves: Mapping[str, History],
    label: str = "",
) -> None:
    """Mark the last value at each size: mean over seeds, a bar of ± one standard deviation."""
    at, means, bars = [], [], []
    for place, size in enumerate(SIZES):
        values = [_end(one, split, quantity, curves) for one in outcome.of(neuron=neuron, hidden=[size])]
        known = [value for value in values if value is not None]
        if known:
            at.append(place)
            means.append(float(np.mean(known)))
            bars.append(float(np.std(known, ddof=1)) if len(known) > 1 else 0.0)
    style: dict[str, Any] = {"color": COLOURS[neuron], "lw": 1.2, "ms": 5, "capsize": 2.5, "elinewidth": 1}
    if not label and split == "training":
        style |= {"ls": "--", "mfc": "white"}
    axes.errorbar(
        at, means, yerr=bars if any(bars) else None, marker=MARKS[neuron], label=label or _SPLITS[split], **style
    )


def _cited(axes: Axes, neuron: str, quantity: Quantity) -> None:
    """Mark the paper's networks: their true accuracy, or their loss as printed."""
    cells = [PRINTED[neuron, size] for size in SIZES]
    values = [cell.true_accuracy * 100 if quantity == "accuracy" else cell.test_loss for cell in cells]
    style: dict[str, Any] = {"color": COLOURS[neuron], "mfc": "white", "ls": "--", "lw": 1.2, "ms": 5}
    axes.plot(range(len(SIZES)), values, marker=MARKS[neuron], label=LABELS[neuron], **style)


def _end(one: Trained, split: Split, quantity: Quantity, curves: Mapping[str, History]) -> float | None:
    factor = 100.0 if quantity == "accuracy" else 1.0
    if split == "test":
        return float(one.test[quantity]) * factor
    epochs = curves[one.run].epochs
    value = getattr(epochs[-1], f"train_{quantity}") if epochs else None
    return None if value is None else value * factor


def _mean_curve(
    runs: Sequence[Trained], curves: Mapping[str, History], quantity: Quantity
) -> tuple[np.ndarray, np.ndarray]:
    """Give updates and values: mean over seeds, moving mean over updates, thinned for drawing."""
    factor = 100.0 if quantity == "accuracy" else 1.0
    series = [[getattr(update, quantity) for update in curves[one.run].updates] for one in runs]
    length = min(len(values) for values in series)
    table = np.array([[np.nan if value is None else value for value in values[:length]] for values in series]) * factor
    mean = table.mean(axis=0)
    at = np.array([update.update for update in curves[runs[0].run].updates[:length]])
    width = max(1, min(_SMOOTHING, length // 4))
    smooth = np.convolve(mean, np.full(width, 1 / width), mode="valid")
    places = np.unique(np.linspace(0, len(smooth) - 1, min(_DRAWN_POINTS, len(smooth))).round().astype(int))
    return at[width - 1 :][places], smooth[places]


def _panels() -> tuple[Figure, tuple[Axes, Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.6), layout="constrained", facecolor="white")
    left, right = figure.subplots(1, 2)
    return figure, (left, right)


def _shades(count: int) -> list[tuple[float, float, float, float]]:
    import matplotlib

    scale = matplotlib.colormaps["viridis"]
    return [scale(0.92 * place / max(count - 1, 1)) for place in range(count)]


def _style(axes: Axes, across: str, up: str, title: str, *, sizes: bool = False) -> None:
    axes.set_title(title, loc="left", fontsize=9.5, color=_QUIET)
    axes.set_xlabel(across, color=_INK, fontsize=9)
    axes.set_ylabel(up, color=_INK, fontsize=9)
    axes.tick_params(colors=_QUIET, labelcolor=_INK, length=3, labelsize=8.5)
    axes.grid(color=_GRID, lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_QUIET)
    if sizes:
        axes.set_xticks(range(len(SIZES)), [str(size) for size in SIZES])
    if up.startswith("accuracy"):
        axes.set_ylim(0, 101)
    else:
        axes.set_ylim(bottom=0)


def _same_range(left: Axes, right: Axes) -> None:
    top = max(left.get_ylim()[1], right.get_ylim()[1])
    if top > 3 * right.get_ylim()[1]:
        return  # the paper's diverged losses would flatten ours
    for axes in (left, right):
        axes.set_ylim(0, top)


def _unit(quantity: Quantity) -> str:
    return "accuracy (%)" if quantity == "accuracy" else "loss (nat per sample, all steps)"


def _finished(figure: Figure, number: int, name: str, title: str, runs: Sequence[Trained]) -> Drawing:
    figure.suptitle(title, x=0.01, ha="left", fontsize=11.5, fontweight="bold", color=_INK)
    seeds = len({one.entry.seed for one in runs})
    over = "one seed" if seeds == 1 else f"means over {seeds} seeds, bars ± one standard deviation"
    caption = f"Figure {number}. {title}; {over}. Lines over updates are moving means of {_SMOOTHING}."
    return Drawing(number, f"figure-{number}-{name}", caption, tuple(one.run for one in runs), figure)
