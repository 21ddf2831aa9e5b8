"""The truth for Synaptic: one plain loop, any float dtype; and where the fused backward comes from.

Forward, r[t] = Θ(m[t−1] − θ) without gradient, s = 1 for subtraction, z = 1 for reset to zero (i is never reset):

    i[t] = α·i[t−1] + x[t]     u = β·m[t−1] + i[t]     m[t] = u − r[t]·(s·θ + z·u)     spike[t] = Θ(m[t] − θ)

Backward, with S and M the gradients at spike[t] and m[t]:

    G[t] = M[t] + S[t]·σ'(m[t] − θ) + β·U[t+1]     U[t] = (1 − z·r[t])·G[t]     I[t] = U[t] + α·I[t+1]
    dx[t] = I[t]     dβ = Σ U[t]·m[t−1]     dα = Σ I[t]·i[t−1]     dθ = −Σ (S[t]·σ' + s·r[t]·G[t])

`reset_delay=False` as for Leaky: see its reference, with u's line in place of m's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def run(
    x: Any, alpha: Any, beta: Any, threshold: Any, reset: str, spike: Callable[[Any], Any], *, immediate: bool = False
) -> tuple[list[Any], list[Any]]:
    """Give spikes and membranes of each step; `x` yields one current per step, `spike` is Θ with its gradient."""
    subtract, zero = reset == "subtract", reset == "zero"
    synaptic = membrane = 0 * x[0]
    spikes, membranes = [], []
    for current in x:
        r = spike(membrane - threshold).detach()
        synaptic = alpha * synaptic + current
        base = beta * membrane + synaptic
        membrane = base - r * (subtract * threshold + zero * base)
        fired = spike(membrane - threshold)
        if immediate and reset != "none":
            membrane = membrane - (fired - r) * (subtract * threshold + zero * membrane)
        spikes.append(fired)
        membranes.append(membrane)
    return spikes, membranes
