"""The plane of a neuron's two states: where each does not change in a step, and where the neuron spikes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int

from snntrainer3d.analysis.responses import Response, Stepper, variables_of
from snntrainer3d.spec import NeuronModel, equation_of
from snntrainer3d.spec.equations import Equation

_SIDE = 49
"""Points of the grid along each state."""
_HALVINGS = 8
"""How often a crossing between two points of the grid is halved."""
_JUMP = 0.1
"""Share of a difference that is left after the halvings only where a value jumps over 0: a jump is no zero."""
_MARGIN = 0.15
Range = tuple[float, float]
Segments = Float32[np.ndarray, "segment 4"]
Change = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False, slots=True)
class PhasePlane:
    """Lines in the plane of two states, as segments (x, y, x, y)."""

    names: tuple[str, str]
    """Of the states: across, which is the membrane, and up."""
    ranges: tuple[Range, Range]
    current: float
    """The constant current that the lines are of."""
    nullclines: tuple[Segments, Segments]
    """Where one step leaves the state unchanged."""
    threshold: Segments
    """Between states from which the next step spikes and others; empty for neurons that never do."""


def plane_states(equation: Equation) -> tuple[str, str] | None:
    """Return the names of a neuron's two states, the spike of the step before not counted; None where it has others."""
    names = variables_of(equation)
    return (names[0], names[1]) if len(names) == 2 else None


def phase_plane(neuron: NeuronModel, response: Response, current: float, lane: int = 0) -> PhasePlane | None:
    """Return the plane in which a response lies, with its lines under a constant current; None without two states."""
    equation = equation_of(neuron)
    names = plane_states(equation)
    if names is None:
        return None
    across, up = (_range(response, name, lane) for name in names)
    xs, ys = (np.linspace(*each, _SIDE, dtype=np.float32) for each in (across, up))

    def stepped(x: np.ndarray, y: np.ndarray) -> Stepper:
        stepper = Stepper(neuron, len(x), equation)
        stepper.begin({names[0]: x, names[1]: y})
        with np.errstate(all="ignore"):
            stepper.advance(np.full(len(x), current, np.float32))
        return stepper

    def change_of(at: int) -> Change:
        return lambda x, y: stepped(x, y).states[names[at]] - (x, y)[at]

    def margin(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        found = stepped(x, y).margin
        return np.ones_like(x) if found is None else found

    first, second, threshold = (_zeros(change, xs, ys) for change in (change_of(0), change_of(1), margin))
    return PhasePlane(names, (across, up), current, (first, second), threshold)


def _range(response: Response, name: str, lane: int) -> Range:
    """Return where a state lies but for the peaks of spikes, with a margin."""
    values = response.states[name][: response.finite_steps[lane], lane]
    quiet = values[response.spikes[: len(values), lane] == 0]
    values = np.append(quiet if len(quiet) > 1 else values, response.starts[name]).astype(np.float64)
    low, high = float(values.min()), float(values.max())
    width = high - low or max(abs(high), 1.0)
    return low - _MARGIN * width, high + _MARGIN * width


def _zeros(value_at: Change, xs: Float32[np.ndarray, " x"], ys: Float32[np.ndarray, " y"]) -> Segments:
    """Return the lines on which a value over the plane is 0: found on the grid, then by halving along its edges."""
    grid_x, grid_y = np.meshgrid(xs, ys)
    values = value_at(grid_x.ravel(), grid_y.ravel()).reshape(grid_x.shape)
    points = np.stack([grid_x, grid_y], axis=-1)
    # Edges between neighbours across, then up.
    begins = [points[:, :-1], points[:-1]]
    ends = [points[:, 1:], points[1:]]
    signs = values > 0
    finite = np.isfinite(values)
    crossed = [
        (signs[:, :-1] != signs[:, 1:]) & finite[:, :-1] & finite[:, 1:],
        (signs[:-1] != signs[1:]) & finite[:-1] & finite[1:],
    ]
    low = np.concatenate([begin[cross] for begin, cross in zip(begins, crossed, strict=True)])
    high = np.concatenate([end[cross] for end, cross in zip(ends, crossed, strict=True)])
    if not len(low):
        return np.empty((0, 4), np.float32)
    places, real = _halved(value_at, low, high)
    numbered = np.where(real, np.arange(len(places)), -1)
    across, up = (np.full(cross.shape, -1) for cross in crossed)
    split = int(crossed[0].sum())
    across[crossed[0]], up[crossed[1]] = numbered[:split], numbered[split:]
    joined = _joined(across, up)
    return np.concatenate([places[joined[:, 0]], places[joined[:, 1]]], axis=1).astype(np.float32)


def _halved(value_at: Change, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where values change their sign between two points each, and which of them are zeros and no jumps."""
    at_low, at_high = value_at(*low.T), value_at(*high.T)
    whole = np.abs(at_high - at_low)
    low, high = low.copy(), high.copy()
    for _ in range(_HALVINGS):
        middle = (low + high) / np.float32(2)
        value = value_at(*middle.T)
        below = (value > 0) == (at_low > 0)
        low[below], at_low[below] = middle[below], value[below]
        high[~below], at_high[~below] = middle[~below], value[~below]
    return (low + high) / np.float32(2), np.abs(at_high - at_low) < _JUMP * whole


def _joined(across: Int[np.ndarray, "y cell_x"], up: Int[np.ndarray, "cell_y x"]) -> Int[np.ndarray, "segment 2"]:
    """Return pairs of crossings that a line joins within a cell of the grid; −1 stands for no crossing."""
    edges = np.stack([across[:-1], up[:, 1:], across[1:], up[:, :-1]], axis=-1).reshape(-1, 4)
    count = (edges >= 0).sum(axis=1)
    pairs = np.sort(edges[count == 2], axis=1)[:, 2:]
    saddles = edges[count == 4]
    return np.concatenate([pairs, saddles[:, [0, 3]], saddles[:, [1, 2]]])
