"""Equations drawn at random, and what torch computes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from snntrainer3d.engine import spike_function
from snntrainer3d.engine.equations import computed
from snntrainer3d.spec import Atan
from snntrainer3d.spec.equations import Equation, Graph, Node, Trace


def drawn(seed: int) -> Equation:
    """Return an equation of two states and two parameters, made of every operation whose result torch rounds alike."""
    chance = np.random.default_rng(seed)
    graph = Graph()
    now = Trace(graph)
    before = {name: graph.leaf("state", name) for name in ("m", "u")}
    known: list[Node] = [*before.values(), graph.leaf("input", "x")]
    known += [graph.leaf("parameter", name) for name in ("a", "b")]

    def one() -> Node:
        return known[int(chance.integers(len(known)))]

    def number() -> float:
        return float(np.round(chance.normal(), 2))

    makers: list[Callable[[], Node]] = [
        lambda: one() + one(),
        lambda: one() - one(),
        lambda: one() * one(),
        lambda: number() * one() - number(),
        lambda: one() / (1.0 + abs(one())),
        lambda: -one(),
        lambda: abs(one()),
        lambda: now.minimum(one(), one()),
        lambda: now.maximum(one(), number()),
        lambda: now.clamp(one(), -1.5, 2.0),
        lambda: now.select(one() > one(), one(), one()),
        lambda: now.select(one() <= number(), one(), number()),
        lambda: now.heaviside(one() - number()) * one(),
        lambda: now.detach(one()) * one(),
        lambda: now.spike(one() - 0.3) * one(),
        lambda: now.with_gradient(one() * one(), (one(), number()), (one(), one())),
    ]
    for _ in range(int(chance.integers(4, 14))):
        known.append(now.clamp(makers[int(chance.integers(len(makers)))](), -4.0, 4.0))
    after = {name: 0.5 * before[name] + known[-1 - at] for at, name in enumerate(before)}
    spike = now.spike(after["m"] - 0.7)
    return Equation(graph, after, {name: graph.constant(0.25) for name in before}, spike, derivative)


def derivative(z: Node) -> Node:
    """Return the arctangent's, of slope 2."""
    scaled = 3.141592653589793 * z
    return 1.0 / (1.0 + scaled * scaled)


def by_torch(made: Equation, x: Tensor, values: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Return spikes and states of each step."""
    spike = spike_function(Atan(slope=2.0))
    states = {name: torch.full_like(x[0], 0.25) for name in made.states}
    spikes, kept = [], []
    for current in x:
        leaves: dict[tuple[str, str], Any] = {("input", "x"): current}
        leaves |= {("parameter", name): value for name, value in values.items()}
        leaves |= {("state", name): value for name, value in states.items()}
        assert made.spike is not None
        fired, *after = computed([made.spike, *made.states.values()], leaves, spike)
        states = dict(zip(made.states, after, strict=True))
        spikes.append(fired.expand_as(x[0]))
        kept.append(torch.stack([value.expand_as(x[0]) for value in after]))
    return torch.stack(spikes), torch.stack(kept)
