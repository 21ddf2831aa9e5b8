# ruff: noqa: ARG001 — all neurons share one signature
"""One time step of Alpha neurons over a row, forward and backward; derivation in `reference`."""

from __future__ import annotations

from typing import Any

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layout import (
    ALPHA,
    BETA,
    D_ALPHA,
    D_BETA,
    D_TAU,
    D_THRESHOLD,
    SUBTRACT,
    TAU,
    THRESHOLD,
    ZERO,
)


@kernel()
def forward(x: Any, before: Any, now: Any, spikes: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Advance neurons first…last; rows: membrane, exciting, inhibiting trace. No fast math: bit-equal to snnTorch."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    x = x[first:last]
    spikes = spikes[first:last]
    before_m = before[0, first:last]
    before_1 = before[1, first:last]
    before_2 = before[2, first:last]
    now_1 = now[1, first:last]
    now_2 = now[2, first:last]
    now_m = now[0, first:last]
    alpha = values[ALPHA, first - shift : last - shift]
    beta = values[BETA, first - shift : last - shift]
    tau = values[TAU, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        e = alpha[i] * before_1[i] + x[i]
        h = beta[i] * before_2[i] - x[i]
        m = tau[i] * (e + h)
        now_1[i] = e - (threshold[i] * subtract + e * zero) * r
        now_2[i] = h - (h * (subtract + zero)) * r
        m = m - (m * zero - before_2[i] * subtract) * r
        now_m[i] = m
        spikes[i] = f(1) if m - threshold[i] > 0 else f(0)


@kernel(fastmath={"contract"})
def backward(incoming: Any, before: Any, grad: Any, carry: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Take back one step: `grad` becomes dL/dx, `carry` (rows 1, 2) goes on to the traces before; row 0 stays 0."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    incoming = incoming[first:last]
    grad = grad[first:last]
    before_m = before[0, first:last]
    carry_1 = carry[1, first:last]
    carry_2 = carry[2, first:last]
    alpha = values[ALPHA, first - shift : last - shift]
    beta = values[BETA, first - shift : last - shift]
    tau = values[TAU, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        g = incoming[i]
        keep = f(1) - r * zero
        through = tau[i] * (keep * g)
        e = keep * carry_1[i] + through
        h = (keep - r * subtract) * carry_2[i] + through
        grad[i] = e - h
        carry_1[i] = alpha[i] * e
        carry_2[i] = beta[i] * h + r * subtract * g


@kernel()
def learn(
    incoming: Any, before: Any, x: Any, carry: Any, raw: Any, values: Any, first: int, last: int, shift: int
) -> None:
    """Add this step's share to the gradients of α, β (both τ held), τ and the threshold's part in the reset."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    incoming = incoming[first:last]
    before_m = before[0, first:last]
    raw_threshold = raw[D_THRESHOLD, first:last]
    carry_1 = carry[1, first:last]
    raw_alpha = raw[D_ALPHA, first:last]
    before_1 = before[1, first:last]
    raw_beta = raw[D_BETA, first:last]
    carry_2 = carry[2, first:last]
    before_2 = before[2, first:last]
    raw_tau = raw[D_TAU, first:last]
    alpha = values[ALPHA, first - shift : last - shift]
    beta = values[BETA, first - shift : last - shift]
    tau = values[TAU, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        keep = f(1) - r * zero
        g = keep * incoming[i]
        raw_threshold[i] -= r * subtract * carry_1[i]
        raw_alpha[i] += (keep * carry_1[i] + tau[i] * g) * before_1[i]
        raw_beta[i] += ((keep - r * subtract) * carry_2[i] + tau[i] * g) * before_2[i]
        raw_tau[i] += g * (alpha[i] * before_1[i] + beta[i] * before_2[i])
