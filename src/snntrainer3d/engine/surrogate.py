"""Surrogate gradients that keep the dtype and stay finite, as snnTorch takes them (`spike_grad`).

snnTorch 1.0's own return float32 for float64 input, its sigmoid's gradient is NaN below −3.5 and its triangular is
±threshold. In float32 atan, fast sigmoid, straight-through and spike-rate escape equal snnTorch's to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from snntrainer3d.engine.equations import computed
from snntrainer3d.spec import (
    Atan,
    FastSigmoid,
    OwnSurrogate,
    Sigmoid,
    SpikeRateEscape,
    StraightThrough,
    Surrogate,
    Triangular,
)
from snntrainer3d.spec.equations import Graph

Derivative = Callable[[Tensor], Tensor]


class _Spike(torch.autograd.Function):
    """Θ(z) forward, `derivative(z)` backward."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, derivative: Derivative) -> Tensor:
        ctx.save_for_backward(z)
        ctx.derivative = derivative
        return (z > 0).to(z.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (z,) = ctx.saved_tensors
        return ctx.derivative(z) * grads[0], None


def spike_function(surrogate: Surrogate) -> Callable[[Tensor], Tensor]:
    """Give the spike with this surrogate gradient: z = membrane − threshold → 0 or 1, any shape."""
    derivative = derivative_of(surrogate)

    def spike(z: Tensor) -> Tensor:
        return _Spike.apply(z, derivative)

    spike.surrogate = surrogate  # type: ignore[attr-defined]  # by which fuse() knows the fused form
    return spike


def derivative_of(surrogate: Surrogate) -> Derivative:
    """Give dS/dz of a surrogate as a function of z, elementwise."""
    match surrogate:
        case Atan(slope=slope):
            return lambda z: slope / 2 / (1 + (math.pi / 2 * slope * z).pow(2))
        case FastSigmoid(slope=slope):
            return lambda z: 1 / (slope * z.abs() + 1.0) ** 2
        case Sigmoid(slope=slope):
            return lambda z: slope * torch.sigmoid(slope * z) * torch.sigmoid(-slope * z)
        case Triangular(slope=slope):
            return lambda z: slope * (1 - slope * z.abs()).clamp(min=0)
        case StraightThrough():
            return torch.ones_like
        case SpikeRateEscape(beta=beta, slope=slope):
            return lambda z: slope * torch.exp(-beta * (z - 1).abs())
        case OwnSurrogate():
            return _derivative_by_equation(surrogate)


def _derivative_by_equation(surrogate: OwnSurrogate) -> Derivative:
    graph = Graph()
    leaves: dict[tuple[str, str], Any] = {("parameter", name): value for name, value in surrogate.parameters.items()}
    named = {name: graph.leaf("parameter", name) for name in surrogate.parameters}
    slope, _ = surrogate.model.read(graph, graph.leaf("input", "z"), named)

    def derivative(z: Tensor) -> Tensor:
        [found] = computed([slope], {**leaves, ("input", "z"): z})
        return torch.as_tensor(found, dtype=z.dtype).expand_as(z)

    return derivative
