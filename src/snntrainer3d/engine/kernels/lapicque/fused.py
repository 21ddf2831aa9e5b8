"""One time step of Lapicque neurons over a row, forward and backward; derivation in `reference`."""

from __future__ import annotations

from typing import Any

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layout import (
    CONDUCTANCE,
    D_ALPHA,
    D_BETA,
    D_THRESHOLD,
    DECAY,
    RESISTANCE,
    SLOPE,
    SUBTRACT,
    THRESHOLD,
    TIME_STEP,
    ZERO,
)
from snntrainer3d.engine.kernels.surrogates import HALF_PI, through_atan


@kernel()
def forward(x: Any, before: Any, now: Any, spikes: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Advance neurons first…last; rows of `before` and `now`: membrane. No fast math: bit-equal to snnTorch."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    resistance, time_step = values[RESISTANCE, 0], values[TIME_STEP, 0]
    x = x[first:last]
    spikes = spikes[first:last]
    before_m = before[0, first:last]
    now_m = now[0, first:last]
    conductance = values[CONDUCTANCE, first - shift : last - shift]
    decay = values[DECAY, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        drive = x[i] * resistance * conductance[i] * time_step
        base = drive + decay[i] * before_m[i]
        m = base - r * (threshold[i] * subtract + base * zero)
        now_m[i] = m
        spikes[i] = f(1) if m - threshold[i] > 0 else f(0)


@kernel(fastmath={"contract"})
def backward(incoming: Any, before: Any, grad: Any, carry: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Take back one step: `grad` becomes dL/dx, `carry` (row 0) what goes on to the membrane of the step before."""
    f = values.dtype.type
    zero = values[ZERO, 0]
    scale = values[RESISTANCE, 0] * values[TIME_STEP, 0]
    incoming = incoming[first:last]
    grad = grad[first:last]
    before_m = before[0, first:last]
    carry_m = carry[0, first:last]
    conductance = values[CONDUCTANCE, first - shift : last - shift]
    decay = values[DECAY, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        g = (f(1) - r * zero) * (incoming[i] + carry_m[i])
        grad[i] = scale * conductance[i] * g
        carry_m[i] = decay[i] * g


@kernel()
def backward_atan(
    spike: Any, before: Any, now: Any, grad: Any, carry: Any, values: Any, adds: bool, first: int, last: int, shift: int
) -> None:
    """Do in one loop what the arctangent surrogate and then `backward` do, to the same bits: half the time.

    Args:
        spike: dL/ds of this step.
        adds: whether to add to `grad` instead of replacing it.
    """
    f = values.dtype.type
    zero = values[ZERO, 0]
    height, width = values[SLOPE, 0] / f(2), f(HALF_PI) * values[SLOPE, 0]
    scale = values[RESISTANCE, 0] * values[TIME_STEP, 0]
    spike, grad = spike[first:last], grad[first:last]
    before_m, now_m, carry_m = before[0, first:last], now[0, first:last], carry[0, first:last]
    conductance = values[CONDUCTANCE, first - shift : last - shift]
    decay = values[DECAY, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        g = (f(1) - r * zero) * (through_atan(spike[i], now_m[i] - threshold[i], width, height) + carry_m[i])
        driven = scale * conductance[i] * g
        grad[i] = grad[i] + driven if adds else driven
        carry_m[i] = decay[i] * g


@kernel()
def learn(
    incoming: Any, before: Any, x: Any, carry: Any, raw: Any, values: Any, first: int, last: int, shift: int
) -> None:
    """Add this step's share to the gradients of decay, conductance and the threshold's part in the reset."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    scale = values[RESISTANCE, 0] * values[TIME_STEP, 0]
    x = x[first:last]
    incoming = incoming[first:last]
    before_m = before[0, first:last]
    carry_m = carry[0, first:last]
    raw_threshold = raw[D_THRESHOLD, first:last]
    raw_beta = raw[D_BETA, first:last]
    raw_alpha = raw[D_ALPHA, first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        g = incoming[i] + carry_m[i]
        raw_threshold[i] -= g * (r * subtract)
        g *= f(1) - r * zero
        raw_beta[i] += g * before_m[i]
        raw_alpha[i] += g * (scale * x[i])
