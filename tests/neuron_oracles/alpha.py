"""The truth for Alpha: one plain loop, any float dtype; and where the fused backward comes from.

Forward, r[t] = Θ(m[t−1] − θ) without gradient, τ = ln α/(ln β − ln α) + 1, s and z as for the other neurons:

    e' = α·e[t−1] + x[t]     h' = β·h[t−1] − x[t]     m' = τ·(e' + h')
    e[t] = e' − r·(s·θ + z·e')     h[t] = h' − r·(s + z)·h'     m[t] = m' − r·(z·m' − s·h[t−1])
    spike[t] = Θ(m[t] − θ)

Backward: m[t−1] enters only through r, so nothing is carried over the membrane. With S and M the gradients at
spike[t] and m[t], E and H those carried from the step after at e[t] and h[t], k = 1 − z·r:

    G = M + S·σ'(m[t] − θ)     E' = k·E + τ·k·G     H' = (k − s·r)·H + τ·k·G
    dx[t] = E' − H'     carried on: E = α·E', H = β·H' + s·r·G
    dα = Σ E'·e[t−1]     dβ = Σ H'·h[t−1]     dτ = Σ k·G·(e' + h'), in which x cancels     dθ = −Σ (S·σ' + s·r·E)

α and β also enter through τ; autograd's chain rule of those few numbers adds that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


def run(
    x: Any, alpha: Any, beta: Any, threshold: Any, reset: str, spike: Callable[[Any], Any], log: Any = math.log
) -> tuple[list[Any], list[Any]]:
    """Give spikes and membranes of each step; `x` yields one current per step, `spike` is Θ with its gradient."""
    subtract, zero = reset == "subtract", reset == "zero"
    tau = log(alpha) / (log(beta) - log(alpha)) + 1
    exciting = inhibiting = membrane = 0 * x[0]
    spikes, membranes = [], []
    for current in x:
        r = spike(membrane - threshold).detach()
        before = inhibiting
        e, h = alpha * exciting + current, beta * inhibiting - current
        m = tau * (e + h)
        exciting = e - r * (subtract * threshold + zero * e)
        inhibiting = h - r * ((subtract + zero) * h)
        membrane = m - r * (zero * m - subtract * before)
        spikes.append(spike(membrane - threshold))
        membranes.append(membrane)
    return spikes, membranes
