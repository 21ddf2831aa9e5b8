"""The truth for Adaptive: one plain loop, any float dtype; and where the fused backward comes from.

Forward, with κ the strength of the adaptation, u the distance that decides, r[t] = s[t−1] without gradient, z = 1 for
reset to zero, s = 1 for subtraction:

    a[t] = ρ·a[t−1] + (1 − ρ)·spike[t−1]
    m[t] = β·(1 − z·r[t])·m[t−1] + x[t] − s·r[t]·(θ + κ·a[t−1])
    u[t] = m[t] − κ·a[t]     spike[t] = Θ(u[t] − θ)

Backward, with S and M the gradients that arrive at spike[t] and m[t] and σ' the surrogate, last step first:

    P[t] = (S[t] + (1 − ρ)·E[t+1])·σ'(u[t] − θ)
    G[t] = M[t] + P[t] + β·(1 − z·r[t+1])·G[t+1]
    E[t] = ρ·E[t+1] − κ·P[t] − s·r[t+1]·κ·G[t+1]
    dx[t] = G[t]     dβ = Σ G[t]·(1 − z·r[t])·m[t−1]     dρ = Σ E[t]·(a[t−1] − spike[t−1])
    dκ = −Σ (P[t]·a[t] + s·r[t]·a[t−1]·G[t])     dθ = −Σ (P[t] + s·r[t]·G[t])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def step(
    current: Any, before: Any, adaptation: Any, membrane: Any, beta: Any, rho: Any, strength: Any, threshold: Any,
    reset: str, spike: Callable[[Any], Any],
) -> tuple[Any, Any, Any]:  # fmt: skip
    """Give spike, adaptation and membrane of one step from those before it; `spike` is Θ with its gradient."""
    r = before.detach()
    if reset == "subtract":
        left = beta * membrane + current - r * (threshold + strength * adaptation)
    else:
        left = beta * ((1 - float(reset == "zero") * r) * membrane) + current
    adaptation = rho * adaptation + (1 - rho) * before
    return spike(left - strength * adaptation - threshold), adaptation, left


def run(
    x: Any, beta: Any, rho: Any, strength: Any, threshold: Any, reset: str, spike: Callable[[Any], Any]
) -> tuple[list[Any], list[Any]]:
    """Give spikes and membranes of each step; `x` yields one current per step."""
    fired = adaptation = membrane = 0 * x[0]
    spikes, membranes = [], []
    for current in x:
        fired, adaptation, membrane = step(
            current, fired, adaptation, membrane, beta, rho, strength, threshold, reset, spike
        )
        spikes.append(fired)
        membranes.append(membrane)
    return spikes, membranes
