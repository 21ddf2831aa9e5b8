# ruff: noqa: ARG001 — all neurons share one signature
"""One time step of Synaptic neurons over a row, forward and backward; derivation in `reference`."""

from __future__ import annotations

from typing import Any

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layout import ALPHA, BETA, D_ALPHA, D_BETA, D_THRESHOLD, SUBTRACT, THRESHOLD, ZERO


@kernel()
def forward(x: Any, before: Any, now: Any, spikes: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Advance neurons first…last; rows: membrane, synaptic current. No fast math: bit-equal to snnTorch."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    x = x[first:last]
    spikes = spikes[first:last]
    before_m = before[0, first:last]
    before_1 = before[1, first:last]
    now_m = now[0, first:last]
    now_1 = now[1, first:last]
    alpha = values[ALPHA, first - shift : last - shift]
    beta = values[BETA, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        current = alpha[i] * before_1[i] + x[i]
        u = beta[i] * before_m[i] + current
        m = u - r * (threshold[i] * subtract + u * zero)
        now_m[i] = m
        now_1[i] = current
        spikes[i] = f(1) if m - threshold[i] > 0 else f(0)


@kernel(fastmath={"contract"})
def backward(incoming: Any, before: Any, grad: Any, carry: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Take back one step: `grad` becomes dL/dx, `carry` (rows 0, 1) goes on to membrane and current before."""
    f = values.dtype.type
    zero = values[ZERO, 0]
    incoming = incoming[first:last]
    grad = grad[first:last]
    before_m = before[0, first:last]
    carry_m = carry[0, first:last]
    carry_1 = carry[1, first:last]
    alpha = values[ALPHA, first - shift : last - shift]
    beta = values[BETA, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        g = (f(1) - r * zero) * (incoming[i] + carry_m[i])
        current = carry_1[i] + g
        grad[i] = current
        carry_m[i] = beta[i] * g
        carry_1[i] = alpha[i] * current


@kernel()
def learn(
    incoming: Any, before: Any, x: Any, carry: Any, raw: Any, values: Any, first: int, last: int, shift: int
) -> None:
    """Add this step's share to the gradients of β, α and the threshold's part in the reset; before `backward`."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    incoming = incoming[first:last]
    before_m = before[0, first:last]
    carry_m = carry[0, first:last]
    raw_threshold = raw[D_THRESHOLD, first:last]
    raw_beta = raw[D_BETA, first:last]
    raw_alpha = raw[D_ALPHA, first:last]
    carry_1 = carry[1, first:last]
    before_1 = before[1, first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        r = f(1) if before_m[i] - threshold[i] > 0 else f(0)
        g = incoming[i] + carry_m[i]
        raw_threshold[i] -= g * (r * subtract)
        g *= f(1) - r * zero
        raw_beta[i] += g * before_m[i]
        raw_alpha[i] += (carry_1[i] + g) * before_1[i]
