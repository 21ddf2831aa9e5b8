"""One time step of Izhikevich neurons over a row, forward and backward; derivation in `reference`.

Rows of a state: v, u, y (v after its first half step), and 1 from the first step on. A start of zeros, as every
neuron's kernel gets it, stands for v = −65 and u = b·v.
"""

from __future__ import annotations

from typing import Any

from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.layout import (
    D_JUMP,
    D_RATE,
    D_RESET,
    D_SENSITIVITY,
    GAIN,
    JUMP,
    LIMIT,
    RATE,
    RESET,
    SENSITIVITY,
    THRESHOLD,
    TIME_STEP,
)
from snntrainer3d.spec import Izhikevich

START = Izhikevich.start_mv
LOWEST, HIGHEST = Izhikevich.range_mv


@kernel()
def forward(x: Any, before: Any, now: Any, spikes: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Advance neurons first…last."""
    f = values.dtype.type
    low, high, start = f(LOWEST), f(HIGHEST), f(START)
    square, line, level = f(0.04), f(5), f(140)
    dt, gain = values[TIME_STEP, 0], values[GAIN, 0]
    half = dt / f(2)
    x, spikes = x[first:last], spikes[first:last]
    before_v, before_u, begun = before[0, first:last], before[1, first:last], before[3, first:last]
    now_v, now_u, now_y, now_begun = now[0, first:last], now[1, first:last], now[2, first:last], now[3, first:last]
    a, b = values[RATE, first - shift : last - shift], values[SENSITIVITY, first - shift : last - shift]
    c, d = values[RESET, first - shift : last - shift], values[JUMP, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        is_begun = begun[i] > 0
        last_v = before_v[i] if is_begun else start
        last_u = before_u[i] if is_begun else b[i] * start
        r = f(1) if last_v - threshold[i] > 0 else f(0)
        w = last_v * (f(1) - r) + c[i] * r
        q = last_u + d[i] * r
        current = gain * x[i]
        y = w + half * (square * (w * w) + line * w + level - q + current)
        y = min(max(y, low), high)
        v = y + half * (square * (y * y) + line * y + level - q + current)
        v = min(max(v, low), high)
        now_v[i], now_y[i], now_begun[i] = v, y, f(1)
        now_u[i] = q + dt * a[i] * (b[i] * v - q)
        spikes[i] = f(1) if v - threshold[i] > 0 else f(0)


@kernel(inline="always")
def _taken_back(
    f: Any, asked: Any, e: Any, last_v: Any, v: Any, y: Any, a: Any, b: Any, c: Any, threshold: Any, dt: Any, limit: Any
) -> Any:
    """Give the reset r, and the gradients of w, of the current and of q, from those that arrive at v and u."""
    low, high, slope, line = f(LOWEST), f(HIGHEST), f(0.08), f(5)
    half = dt / f(2)
    r = f(1) if last_v - threshold > 0 else f(0)
    w = last_v * (f(1) - r) + c * r
    whole = asked + dt * a * b * e
    whole = whole if v > low and v < high else f(0)
    first_half = whole * min(f(1) + half * (slope * y + line), limit)
    first_half = first_half if y > low and y < high else f(0)
    driven = half * (whole + first_half)
    return r, first_half * min(f(1) + half * (slope * w + line), limit), driven, (f(1) - dt * a) * e - driven


@kernel(fastmath={"contract"})
def backward(
    incoming: Any, before: Any, now: Any, grad: Any, carry: Any, values: Any, first: int, last: int, shift: int
) -> None:
    """Take back one step: `grad` becomes dL/dx, `carry` goes on to v and u of the step before.

    Args:
        incoming: dL/dv of this step but for what comes from later steps.
    """
    f = values.dtype.type
    start = f(START)
    dt, gain, limit = values[TIME_STEP, 0], values[GAIN, 0], values[LIMIT, 0]
    incoming, grad = incoming[first:last], grad[first:last]
    before_v, begun = before[0, first:last], before[3, first:last]
    now_v, now_y = now[0, first:last], now[2, first:last]
    carry_v, carry_u = carry[0, first:last], carry[1, first:last]
    a, b = values[RATE, first - shift : last - shift], values[SENSITIVITY, first - shift : last - shift]
    c, threshold = values[RESET, first - shift : last - shift], values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        is_begun = begun[i] > 0
        last_v = before_v[i] if is_begun else start
        r, at_w, driven, at_q = _taken_back(
            f,
            incoming[i] + carry_v[i],
            carry_u[i],
            last_v,
            now_v[i],
            now_y[i],
            a[i],
            b[i],
            c[i],
            threshold[i],
            dt,
            limit,
        )
        grad[i] = gain * driven
        carry_v[i] = at_w * (f(1) - r) if is_begun else f(0)
        carry_u[i] = at_q if is_begun else f(0)


@kernel()
def learn(
    incoming: Any, before: Any, now: Any, carry: Any, raw: Any, values: Any, first: int, last: int, shift: int
) -> None:
    """Add this step's share to the gradients of a, b, c and d; before `backward`."""
    f = values.dtype.type
    start = f(START)
    dt, limit = values[TIME_STEP, 0], values[LIMIT, 0]
    incoming = incoming[first:last]
    before_v, before_u, begun = before[0, first:last], before[1, first:last], before[3, first:last]
    now_v, now_y = now[0, first:last], now[2, first:last]
    carry_v, carry_u = carry[0, first:last], carry[1, first:last]
    a, b = values[RATE, first - shift : last - shift], values[SENSITIVITY, first - shift : last - shift]
    c, d = values[RESET, first - shift : last - shift], values[JUMP, first - shift : last - shift]
    threshold = values[THRESHOLD, first - shift : last - shift]
    raw_a, raw_b = raw[D_RATE, first:last], raw[D_SENSITIVITY, first:last]
    raw_c, raw_d = raw[D_RESET, first:last], raw[D_JUMP, first:last]
    for i in range(last - first):
        is_begun = begun[i] > 0
        last_v = before_v[i] if is_begun else start
        last_u = before_u[i] if is_begun else b[i] * start
        v, e = now_v[i], carry_u[i]
        r, at_w, _, at_q = _taken_back(
            f, incoming[i] + carry_v[i], e, last_v, v, now_y[i], a[i], b[i], c[i], threshold[i], dt, limit
        )
        q = last_u + d[i] * r
        raw_a[i] += dt * e * (b[i] * v - q)
        raw_b[i] += dt * a[i] * e * v + (f(0) if is_begun else at_q * start)
        raw_c[i] += at_w * r
        raw_d[i] += at_q * r
