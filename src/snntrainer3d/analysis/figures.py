"""Figures of a run: loss and accuracy over the updates, and the confusion matrix; the same bytes each time.

matplotlib is imported when a figure is drawn, by its object interface, so that nothing is shared between threads.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from snntrainer3d.analysis.history import History
from snntrainer3d.analysis.lettering import letter, with_legend
from snntrainer3d.errors import NotFoundError
from snntrainer3d.events import EpochDone, Update

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIGURES = ("loss", "accuracy", "confusion")
"""The names `draw` knows."""
FORMS = ("png", "svg")
"""The forms `render` knows."""

# Okabe and Ito 2008: told apart by colour-blind people, and by lightness in print.
_TRAINING, _VALIDATION, _TEST = "#0072B2", "#D55E00", "#009E73"
_INK, _QUIET, _GRID = "#1f2328", "#59636e", "#e4e7eb"
_SMOOTHED_FROM = 60
_NUMBERS_UP_TO = 20
_PNG_DPI = 200
_LOCK = threading.Lock()


def draw(name: str, history: History, results: Mapping[str, Any] | None = None, title: str = "") -> Figure:
    """Draw one of FIGURES.

    Args:
        results: what results.json holds; `confusion` needs its `test`, the curves mark it where given.
        title: what the run is called.

    Raises:
        NotFoundError: there is no figure of that name, or nothing to draw it from yet.
    """
    test = (results or {}).get("test")
    if name == "confusion" and test:
        return _confusion(test, title)
    if name in ("loss", "accuracy") and (history.updates or history.epochs):
        return _curve(name, history, test, title)
    if name in FIGURES:
        raise NotFoundError(f"There is nothing to draw in the figure {name!r} yet.", hint="Wait until it has trained.")
    raise NotFoundError(f"There is no figure {name!r}.", hint=f"There are {', '.join(FIGURES)}.")


def render(figure: Figure, form: str) -> bytes:
    """Give a figure as a file of one of FORMS, the same bytes each time; raises NotFoundError for another form."""
    if form not in FORMS:
        raise NotFoundError(f"There are no figures as {form!r}.", hint=f"There are {', '.join(FORMS)}.")
    import matplotlib

    metadata: dict[str, Any] = {"Software": None} if form == "png" else {"Date": None, "Creator": "SNNtrainer3D"}
    out = io.BytesIO()
    with _LOCK, matplotlib.rc_context({"svg.hashsalt": "snntrainer3d"}):
        legend = letter(figure)
        if legend:
            metadata["Description"] = "; ".join(f"{number}: {text}" for number, text in legend.items())
        figure.savefig(out, format=form, dpi=_PNG_DPI, metadata=metadata, facecolor="white")
    return with_legend(out.getvalue(), legend) if legend and form == "svg" else out.getvalue()


def _new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    axes.tick_params(colors=_QUIET, labelcolor=_INK, length=3, labelsize=9)
    axes.spines[:].set_color(_QUIET)
    return figure, axes


def _title(axes: Axes, what: str, run: str) -> None:
    axes.set_title(what, loc="left", fontsize=12, fontweight="bold", color=_INK, pad=24 if run else 8)
    if run:
        shown = run if len(run) <= 70 else run[:69] + "…"
        place: dict[str, Any] = {
            "xy": (0, 1),
            "xycoords": "axes fraction",
            "xytext": (0, 8),
            "textcoords": "offset points",
        }
        axes.annotate(shown, **place, fontsize=9, color=_QUIET)


def _curve(name: str, history: History, test: Mapping[str, Any] | None, run: str) -> Figure:
    figure, axes = _new_figure(7.0, 4.2)
    factor = 100.0 if name == "accuracy" else 1.0
    trained = _series(history.epochs, f"train_{name}", factor)
    held = _series(history.epochs, f"validation_{name}", factor)
    if updates := _series(history.updates, name, factor):
        _updates(axes, updates)
    style: dict[str, Any] = {"lw": 1.4, "mec": "white"}
    if trained:
        axes.plot(*zip(*trained, strict=True), "o-", c=_TRAINING, ms=5, label="training, mean of epoch", **style)
    if held:
        axes.plot(*zip(*held, strict=True), "s--", c=_VALIDATION, ms=5.5, label="validation", **style)
    if test:
        last = max(at for at, _ in updates + trained)
        axes.plot([last], [test[name] * factor], "D", c=_TEST, ms=7, label="test", clip_on=False, zorder=5, **style)
    _title(axes, name.capitalize(), run)
    _label_axes(axes, "accuracy (%)" if name == "accuracy" else "loss (nat per sample)")
    _limit(axes, name == "accuracy")
    return figure


def _series(events: Sequence[Update | EpochDone], field: str, factor: float) -> list[tuple[int, float]]:
    """Give (update, value) wherever the value is known."""
    values = [(event.update, getattr(event, field)) for event in events]
    return [(update, value * factor) for update, value in values if value is not None]


def _updates(axes: Axes, series: Sequence[tuple[int, float]]) -> None:
    """Draw every update; where they are many, faintly below their moving mean."""
    at, values = (np.array(column) for column in zip(*series, strict=True))
    if len(at) < _SMOOTHED_FROM:
        axes.plot(at, values, color=_TRAINING, lw=1.0, alpha=0.55, label="training, each update")
        return
    width = max(len(at) // 40, 5)
    means = np.convolve(values, np.full(width, 1 / width), mode="valid")
    middle = at[width // 2 : width // 2 + len(means)]
    axes.plot(at, values, color=_TRAINING, lw=0.6, alpha=0.25, label="training, each update")
    axes.plot(middle, means, color=_TRAINING, lw=1.6, alpha=0.8, label="its moving mean")


def _label_axes(axes: Axes, what: str) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("update", color=_INK, fontsize=10)
    axes.set_ylabel(what, color=_INK, fontsize=10)
    axes.xaxis.set_major_locator(MaxNLocator(nbins="auto", steps=[1, 2, 5, 10], integer=True))
    axes.grid(color=_GRID, lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, labelcolor=_INK, loc="best")


def _limit(axes: Axes, percent: bool) -> None:
    """Begin a loss at 0; end an accuracy at 100, with room for its marks."""
    if percent:
        axes.set_ylim(top=101.0)
    elif axes.get_ylim()[0] > 0 or axes.dataLim.y0 >= 0:
        axes.set_ylim(bottom=0.0)


def _confusion(test: Mapping[str, Any], run: str) -> Figure:
    confusion = np.asarray(test["confusion"], np.int64)
    names = [score["name"] for score in test["per_class"]]
    names += [str(index) for index in range(len(names), len(confusion))]
    side = min(max(2.6 + 0.36 * len(names), 4.2), 9.0)
    figure, axes = _new_figure(side + 0.9, side)
    image = _cells(axes, confusion, names)
    bar = figure.colorbar(image, ax=axes, fraction=0.045, pad=0.03, ticks=[0, 0.01, 0.05, 0.2, 0.5, 1])
    bar.ax.set_yticklabels(["0", "1", "5", "20", "50", "100"])
    bar.set_label("share of the true class (%)", color=_INK, fontsize=9)
    bar.ax.tick_params(colors=_QUIET, labelcolor=_INK, labelsize=8, length=3)
    bar.outline.set_visible(False)
    axes.set_xlabel("decided", color=_INK, fontsize=10)
    axes.set_ylabel("true", color=_INK, fontsize=10)
    _title(axes, f"Confusion matrix, accuracy {test['accuracy'] * 100:.2f} %", run)
    return figure


def _cells(axes: Axes, confusion: np.ndarray, names: Sequence[str]) -> Any:
    """Colour each row by its shares, on a square-root scale: errors of a few per cent stay visible."""
    from matplotlib.colors import LinearSegmentedColormap, PowerNorm

    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    colours = LinearSegmentedColormap.from_list("shares", ["#f4f7fa", "#c1daee", "#7db6da", "#1f78b8", "#08306b"])
    image = axes.imshow(shares, cmap=colours, norm=PowerNorm(0.5, 0.0, 1.0))
    places = np.arange(len(names))
    rotated = any(len(name) > 3 for name in names)
    axes.set_xticks(places, names, rotation=45 if rotated else 0, ha="right" if rotated else "center")
    axes.set_yticks(places, names)
    axes.set_xticks(places[1:] - 0.5, minor=True)
    axes.set_yticks(places[1:] - 0.5, minor=True)
    axes.grid(which="minor", color="white", lw=1.0)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    if len(names) <= _NUMBERS_UP_TO:
        for row, column in zip(*np.nonzero(confusion), strict=True):
            colour = "white" if shares[row, column] > 0.3 else _INK
            axes.text(column, row, f"{confusion[row, column]}", ha="center", va="center", fontsize=8, color=colour)
    return image
