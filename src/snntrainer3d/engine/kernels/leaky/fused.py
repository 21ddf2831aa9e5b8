# ruff: noqa: ARG001 — all neurons share one signature
"""One time step of Leaky neurons over a row, forward and backward; derivation in `reference`."""

from __future__ import annotations

from typing import Any

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layout import BETA, D_BETA, D_THRESHOLD, SLOPE, SUBTRACT, THRESHOLD, ZERO
from snntrainer3d.engine.kernels.surrogates import HALF_PI, through_atan


@kernel()
def forward(x: Any, before: Any, now: Any, spikes: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Advance neurons first…last; rows of `before` and `now`: membrane. No fast math: bit-equal to snnTorch."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    x = x[first:last]
    spikes = spikes[first:last]
    before_m = before[0, first:last]
    now_m = now[0, first:last]
    beta = values[BETA, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        m = beta[i] * ((f(1) - r * zero) * before_m[i]) + x[i] - r * (threshold[i] * subtract)
        now_m[i] = m
        spikes[i] = f(1) if m - threshold[i] > 0 else f(0)


@kernel(fastmath={"contract"})
def backward(incoming: Any, before: Any, grad: Any, carry: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Take back one step: `grad` becomes dL/dx, `carry` (row 0) what goes on to the membrane of the step before."""
    f = values.dtype.type
    zero = values[ZERO, 0]
    incoming = incoming[first:last]
    grad = grad[first:last]
    before_m = before[0, first:last]
    carry_m = carry[0, first:last]
    beta = values[BETA, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        g = incoming[i] + carry_m[i]
        grad[i] = g
        carry_m[i] = beta[i] * ((f(1) - r * zero) * g)


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
    spike, grad = spike[first:last], grad[first:last]
    before_m, now_m, carry_m = before[0, first:last], now[0, first:last], carry[0, first:last]
    beta = values[BETA, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        g = through_atan(spike[i], now_m[i] - threshold[i], width, height) + carry_m[i]
        grad[i] = grad[i] + g if adds else g
        carry_m[i] = beta[i] * ((f(1) - r * zero) * g)


@kernel()
def learn(
    incoming: Any, before: Any, x: Any, carry: Any, raw: Any, values: Any, first: int, last: int, shift: int
) -> None:
    """Add this step's share to the gradients of β and of the threshold's part in the reset; before `backward`."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    incoming = incoming[first:last]
    before_m = before[0, first:last]
    carry_m = carry[0, first:last]
    raw_beta = raw[D_BETA, first:last]
    raw_threshold = raw[D_THRESHOLD, first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        g = incoming[i] + carry_m[i]
        raw_beta[i] += g * ((f(1) - r * zero) * before_m[i])
        raw_threshold[i] -= g * (r * subtract)
