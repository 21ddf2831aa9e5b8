"""The truth for Izhikevich: one step, any float dtype; and where the fused backward comes from.

Forward, with h = Δt/2, γ the gain, r[t] = spike[t−1] without gradient, κ(v) = v kept within its range:

    w[t] = v[t−1] + r[t]·(c − v[t−1])      q[t] = u[t−1] + r[t]·d      I[t] = γ·x[t]
    y[t] = κ(w + h·(0.04·w² + 5·w + 140 − q + I))      v[t] = κ(y + h·(0.04·y² + 5·y + 140 − q + I))
    u[t] = q[t] + Δt·a·(b·v[t] − q[t])      spike[t] = Θ(v[t] − θ)

Backward, with S and M the gradients that arrive at spike[t] and v[t], σ' the surrogate, k = 1 within the range, else 0,
J(v) = min(1 + h·(0.08·v + 5), limit): on a spike's way up the exact factor, up to 5 a half step, would let gradients
grow a thousandfold:

    G[t] = M[t] + S[t]·σ'(v[t] − θ) + (1 − r[t+1])·W[t+1]      E[t] = Q[t+1]
    A[t] = k(v)·(G[t] + Δt·a·b·E[t])      B[t] = k(y)·J(y[t])·A[t]
    W[t] = J(w[t])·B[t]      Q[t] = (1 − Δt·a)·E[t] − h·(A[t] + B[t])      dx[t] = γ·h·(A[t] + B[t])
    da = Σ Δt·E[t]·(b·v[t] − q[t])      db = Σ Δt·a·E[t]·v[t], and Q[1]·v[0] as u starts at b·v[0]
    dc = Σ r[t]·W[t]      dd = Σ r[t]·Q[t]      dθ = −Σ S[t]·σ'
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from snntrainer3d.spec import Izhikevich

LOWEST, HIGHEST = Izhikevich.range_mv


class _HalfStep(torch.autograd.Function):
    """v after half a step, with the gradient that is told above."""

    @staticmethod
    def forward(ctx: Any, v: Tensor, u: Tensor, current: Tensor, half: float, limit: float) -> Tensor:
        ctx.save_for_backward(v)
        ctx.half, ctx.limit = half, limit
        return v + half * (0.04 * (v * v) + 5 * v + 140 - u + current)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (v,) = ctx.saved_tensors
        factor = (1 + ctx.half * (0.08 * v + 5)).clamp(max=ctx.limit)
        return grads[0] * factor, -ctx.half * grads[0], ctx.half * grads[0], None, None


def step(
    current: Any, before: Any, recovery: Any, membrane: Any, a: Any, b: Any, c: Any, d: Any, threshold: Any,
    time_step: float, limit: float, spike: Callable[[Any], Any],
) -> tuple[Any, Any, Any]:  # fmt: skip
    """Give spike, recovery and membrane of one step from those before it; `spike` is Θ with its gradient."""
    r = before.detach()
    v = membrane * (1 - r) + c * r
    u = recovery + d * r
    for _ in range(2):
        v = _HalfStep.apply(v, u, current, time_step / 2, limit).clamp(LOWEST, HIGHEST)
    u = u + time_step * a * (b * v - u)
    return spike(v - threshold), u, v
