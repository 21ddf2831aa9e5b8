"""One time step of Adaptive neurons over a row, forward and backward; derivation in `reference`."""

from __future__ import annotations

from typing import Any

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layout import (
    ADAPTATION,
    BETA,
    D_ADAPTATION,
    D_BETA,
    D_RHO,
    D_THRESHOLD,
    RHO,
    SUBTRACT,
    THRESHOLD,
    ZERO,
)


@kernel()
def forward(x: Any, before: Any, now: Any, spikes: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Advance neurons first…last; rows: membrane, adaptation, membrane less what the threshold has risen by."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    x, spikes = x[first:last], spikes[first:last]
    before_m, before_a, before_u = before[0, first:last], before[1, first:last], before[2, first:last]
    now_m, now_a, now_u = now[0, first:last], now[1, first:last], now[2, first:last]
    beta, rho = values[BETA, first - shift : last - shift], values[RHO, first - shift : last - shift]
    strength = values[ADAPTATION, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_u[i] - threshold[i] > 0 else f(0)
        risen = threshold[i] + strength[i] * before_a[i]
        m = beta[i] * ((f(1) - r * zero) * before_m[i]) + x[i] - r * (risen * subtract)
        a = rho[i] * before_a[i] + (f(1) - rho[i]) * r
        u = m - strength[i] * a
        now_m[i], now_a[i], now_u[i] = m, a, u
        spikes[i] = f(1) if u - threshold[i] > 0 else f(0)


@kernel(fastmath={"contract"})
def backward(
    incoming: Any, through: Any, before: Any, grad: Any, carry: Any, values: Any, first: int, last: int, shift: int
) -> None:
    """Take back one step: `grad` becomes dL/dx, `carry` goes on to membrane, adaptation and spike of the step before.

    Args:
        incoming: dL/dm of this step but for what comes from later steps.
        through: the part of it that came through the spike.
    """
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    incoming, through, grad = incoming[first:last], through[first:last], grad[first:last]
    before_u = before[2, first:last]
    carry_m, carry_a, carry_s = carry[0, first:last], carry[1, first:last], carry[2, first:last]
    beta, rho = values[BETA, first - shift : last - shift], values[RHO, first - shift : last - shift]
    strength = values[ADAPTATION, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_u[i] - threshold[i] > 0 else f(0)
        g = incoming[i] + carry_m[i]
        e = carry_a[i] - strength[i] * through[i]
        grad[i] = g
        carry_m[i] = beta[i] * ((f(1) - r * zero) * g)
        carry_a[i] = rho[i] * e - r * subtract * (strength[i] * g)
        carry_s[i] = (f(1) - rho[i]) * e


@kernel()
def learn(
    incoming: Any, through: Any, before: Any, now: Any, carry: Any, raw: Any, values: Any,
    first: int, last: int, shift: int,
) -> None:  # fmt: skip
    """Add this step's share to the gradients of β, ρ, the strength and the reset's threshold; before `backward`."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    incoming, through = incoming[first:last], through[first:last]
    before_m, before_a, before_u = before[0, first:last], before[1, first:last], before[2, first:last]
    now_a, carry_m, carry_a = now[1, first:last], carry[0, first:last], carry[1, first:last]
    raw_threshold, raw_beta = raw[D_THRESHOLD, first:last], raw[D_BETA, first:last]
    raw_rho, raw_strength = raw[D_RHO, first:last], raw[D_ADAPTATION, first:last]
    strength = values[ADAPTATION, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_u[i] - threshold[i] > 0 else f(0)
        g = incoming[i] + carry_m[i]
        e = carry_a[i] - strength[i] * through[i]
        raw_threshold[i] -= g * (r * subtract)
        raw_beta[i] += g * ((f(1) - r * zero) * before_m[i])
        raw_rho[i] += e * (before_a[i] - r)
        raw_strength[i] -= through[i] * now_a[i] + g * (r * subtract * before_a[i])
