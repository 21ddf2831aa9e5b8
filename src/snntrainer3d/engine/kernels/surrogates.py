"""Surrogate gradients over a row: incoming = spike gradient · dS/dz (+ membrane gradient), z = membrane − threshold."""

from __future__ import annotations

from typing import Any

import numba

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layout import (
    ATAN,
    ESCAPE,
    FAST_SIGMOID,
    SIGMOID,
    SLOPE,
    SPIKE_RATE_ESCAPE,
    THRESHOLD,
    TRIANGULAR,
)
from snntrainer3d.engine.kernels.native import exp

_FAST = {"contract", "arcp", "nsz"}
HALF_PI = 1.5707963267948966


@kernel(fastmath=_FAST)
def through_atan(spike: Any, distance: Any, width: Any, height: Any) -> Any:
    """Give spike·dS/dz at a distance from the threshold; `width` is π/2·slope, `height` slope/2."""
    z = width * distance
    return spike * (height / (numba.float32(1) + z * z))  # of double precision where z is


@kernel(fastmath=_FAST)
def _atan(out: Any, spike: Any, membrane: Any, values: Any, first: int, last: int, shift: int) -> None:
    f = values.dtype.type
    height = values[SLOPE, 0] / f(2)
    width = f(HALF_PI) * values[SLOPE, 0]
    out, spike, membrane = out[first:last], spike[first:last], membrane[first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        out[i] = through_atan(spike[i], membrane[i] - threshold[i], width, height)


@kernel(fastmath=_FAST)
def _fast_sigmoid(out: Any, spike: Any, membrane: Any, values: Any, first: int, last: int, shift: int) -> None:
    f = values.dtype.type
    slope = values[SLOPE, 0]
    out, spike, membrane = out[first:last], spike[first:last], membrane[first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        d = slope * abs(membrane[i] - threshold[i]) + f(1)
        out[i] = spike[i] / (d * d)


@kernel(fastmath=_FAST)
def _sigmoid(out: Any, spike: Any, membrane: Any, values: Any, first: int, last: int, shift: int) -> None:
    f = values.dtype.type
    slope = values[SLOPE, 0]
    out, spike, membrane = out[first:last], spike[first:last], membrane[first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        e = exp(-slope * abs(membrane[i] - threshold[i]))
        out[i] = spike[i] * (slope * e / ((f(1) + e) * (f(1) + e)))


@kernel(fastmath=_FAST)
def _triangular(out: Any, spike: Any, membrane: Any, values: Any, first: int, last: int, shift: int) -> None:
    f = values.dtype.type
    slope = values[SLOPE, 0]
    out, spike, membrane = out[first:last], spike[first:last], membrane[first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        height = f(1) - slope * abs(membrane[i] - threshold[i])
        out[i] = spike[i] * (slope * max(f(0), height))


@kernel(fastmath=_FAST)
def _spike_rate_escape(out: Any, spike: Any, membrane: Any, values: Any, first: int, last: int, shift: int) -> None:
    f = values.dtype.type
    slope = values[SLOPE, 0]
    beta = values[ESCAPE, 0]
    out, spike, membrane = out[first:last], spike[first:last], membrane[first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        out[i] = spike[i] * (slope * exp(-beta * abs(membrane[i] - threshold[i] - f(1))))


@kernel()
def _straight_through(out: Any, spike: Any, first: int, last: int) -> None:
    out, spike = out[first:last], spike[first:last]
    for i in range(last - first):
        out[i] = spike[i]


@kernel()
def through_surrogate(
    code: int, out: Any, spike: Any, membrane: Any, values: Any, first: int, last: int, shift: int
) -> None:
    """Put spike[i]·dS/dz(membrane[i] − threshold[i]) into out[first:last]."""
    if code == ATAN:
        _atan(out, spike, membrane, values, first, last, shift)
    elif code == FAST_SIGMOID:
        _fast_sigmoid(out, spike, membrane, values, first, last, shift)
    elif code == SIGMOID:
        _sigmoid(out, spike, membrane, values, first, last, shift)
    elif code == TRIANGULAR:
        _triangular(out, spike, membrane, values, first, last, shift)
    elif code == SPIKE_RATE_ESCAPE:
        _spike_rate_escape(out, spike, membrane, values, first, last, shift)
    else:
        _straight_through(out, spike, first, last)
