"""The truth for Leaky: one plain loop, any float dtype; and where the fused backward comes from.

Forward, r[t] = Θ(m[t−1] − θ) without gradient, z = 1 for reset to zero, s = 1 for subtraction:

    m[t] = β·(1 − z·r[t])·m[t−1] + x[t] − s·r[t]·θ        spike[t] = Θ(m[t] − θ)

Backward, with S and M the gradients that arrive at spike[t] and m[t] and σ' the surrogate, last step first:

    G[t] = M[t] + S[t]·σ'(m[t] − θ) + β·(1 − z·r[t+1])·G[t+1]
    dx[t] = G[t]     dβ = Σ G[t]·(1 − z·r[t])·m[t−1]     dθ = −Σ (S[t]·σ'(m[t] − θ) + s·r[t]·G[t])

With `reset_delay=False` the reset of step t happens in step t: y is the m above, d = spike[t] − r[t] (the spike with
its gradient), m[t] = y − d·(s·θ + z·y). Then G counts from m[t], the spike's gradient becomes S − G·(s·θ + z·y), what
reaches y is G·(1 − z·d) + (S − G·(s·θ + z·y))·σ'(y − θ), and it takes G's place in the lines above; dθ gains −s·d·G.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def run(
    x: Any, beta: Any, threshold: Any, reset: str, spike: Callable[[Any], Any], *, immediate: bool = False
) -> tuple[list[Any], list[Any]]:
    """Give spikes and membranes of each step; `x` yields one current per step, `spike` is Θ with its gradient."""
    subtract, zero = reset == "subtract", reset == "zero"
    membrane, spikes, membranes = 0 * x[0], [], []
    for current in x:
        r = spike(membrane - threshold).detach()
        membrane = beta * ((1 - zero * r) * membrane) + current - r * (subtract * threshold)
        fired = spike(membrane - threshold)
        if immediate and reset != "none":
            membrane = membrane - (fired - r) * (subtract * threshold + zero * membrane)
        spikes.append(fired)
        membranes.append(membrane)
    return spikes, membranes
