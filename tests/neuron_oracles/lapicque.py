"""The truth for Lapicque: one plain loop, any float dtype; and where the fused backward comes from.

Forward, with gain g = R·(1/(R·C))·Δt, decay d = 1 − Δt/(R·C), r[t] = Θ(m[t−1] − θ) without gradient:

    b = g·x[t] + d·m[t−1]      m[t] = b − r[t]·(s·θ + z·b)      spike[t] = Θ(m[t] − θ)

s = 1 for subtraction, z = 1 for reset to zero. Backward, with S and M the gradients at spike[t] and m[t]:

    G[t] = M[t] + S[t]·σ'(m[t] − θ) + d·B[t+1]     B[t] = (1 − z·r[t])·G[t]
    dx[t] = g·B[t]     dd = Σ B[t]·m[t−1]     dg = Σ B[t]·x[t]     dθ = −Σ (S[t]·σ' + s·r[t]·G[t])

A learnable β enters through C = Δt/(R·ln(1/β)): decay and gain are functions of it, and autograd's chain rule of
those few numbers does the rest. Taking β for the decay and 1 for the gain, as the paper's tool does, is another neuron:
with β = .95 its input is 19.5 times stronger.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def run(
    x: Any, resistance: Any, capacitance: Any, time_step: Any, threshold: Any, reset: str, spike: Callable[[Any], Any]
) -> tuple[list[Any], list[Any]]:
    """Give spikes and membranes of each step; `x` yields one current per step, `spike` is Θ with its gradient."""
    subtract, zero = reset == "subtract", reset == "zero"
    circuit = resistance * capacitance
    membrane, spikes, membranes = 0 * x[0], [], []
    for current in x:
        r = spike(membrane - threshold).detach()
        base = current * resistance * (1 / circuit) * time_step + (1 - time_step / circuit) * membrane
        membrane = base - r * (subtract * threshold + zero * base)
        spikes.append(spike(membrane - threshold))
        membranes.append(membrane)
    return spikes, membranes
