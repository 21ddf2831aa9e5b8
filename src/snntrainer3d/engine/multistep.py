"""The fast path of networks that are not only dense: layer after layer over all time steps at once, torch's autograd.

An operation without memory runs once over time·batch (once over the batch while its input is constant), neurons run
by the fused scans, recurrent layers with their own spikes' product between the steps. Maps are kept
channels last, which halves the time of a convolution (measured: 12c5 to 32c5 over 640 maps, 28 ms for 40 forward,
100 for 174 with backward).
"""

from __future__ import annotations

import ctypes
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numba
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from snntrainer3d.engine.build import SpikingLayer, SpikingNetwork, refresh
from snntrainer3d.engine.convolution import convolve_and_pool, pools_at_once
from snntrainer3d.engine.fuse import scan_neuron, surrogate_of
from snntrainer3d.engine.fused.neurons import why_not, why_stepped
from snntrainer3d.engine.learner import BatchResult, EvalResult, ReferenceLearner, constant_steps
from snntrainer3d.engine.recurrent import is_recurrent, scan_recurrent
from snntrainer3d.engine.reference import kept_values, neurons_over_time
from snntrainer3d.spec import Training

MOST_VALUES = 1 << 25
"""Values of all layers and steps that an evaluation holds at once: 128 MB."""
ALONE = 150_000_000
"""Multiplications of an update below which one thread is faster than several, which wait for each other at every step.

Measured on two busy cores: 784-100r-10, 25 steps, batch 64 takes 9 ms on one thread, 44 where only torch has one, 140
on two.
"""
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
_KEPT_BYTES = 1 << 30


class MultiStepLearner(ReferenceLearner):
    """Learns like the reference, computing layer after layer; results differ from it in the order of sums only."""

    name = "fused"

    def __init__(
        self,
        module: SpikingNetwork,
        training: Training,
        note: str = "",
        class_weights: Sequence[float] | None = None,
    ) -> None:
        super().__init__(module, training, note, class_weights)
        _keep_freed_memory()
        products = products_of(module) * training.num_steps * training.batch_size
        self._threads = 1 if products < ALONE else None

    def train_batch(
        self, inputs: Float[Tensor, "batch feature"], labels: Int[Tensor, "batch"], learning_rate: float
    ) -> BatchResult:
        """Make one update."""
        with on_threads(self._threads):
            return super().train_batch(inputs, labels, learning_rate)

    def _forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, list[float]]:
        self._hidden_rates = []
        return run_multistep(self._module, inputs, constant_steps(inputs, self._training), self._hidden_rates)

    @torch.no_grad()
    def evaluate_batch(self, inputs: Float[Tensor, "batch feature"], labels: Int[Tensor, "batch"]) -> EvalResult:
        """Run the samples without learning, as many at a time as memory bears."""
        counts, loss, rates = [], 0.0, [0.0] * len(self._module.spiking)
        along = 0 if inputs.dim() == 2 else 1
        pieces = zip(inputs.split(self._at_once(), along), labels.split(self._at_once()), strict=True)
        for piece, wanted in pieces:
            with on_threads(self._threads):
                spikes, membranes, fired = self._forward(piece)
            counts.append(self._objective.scores(spikes, membranes))
            loss += self._objective.loss_sum(spikes, membranes, wanted)
            rates = [total + rate * len(wanted) / len(labels) for total, rate in zip(rates, fired, strict=True)]
        return EvalResult(loss, torch.cat(counts), rates)

    def _at_once(self) -> int:
        each = self._training.num_steps * sum(math.prod(layer.takes) for layer in self._module.layers)
        return max(1, min(500, MOST_VALUES // each))


def products_of(module: SpikingNetwork) -> int:
    """Give about how many multiplications a sample takes at one step."""
    found = 0
    for layer in module.layers:
        weights = sum(value.numel() for value in layer.connection.parameters())
        operation = layer.connection
        slid = isinstance(operation, nn.Conv2d)
        places = math.prod(layer.takes[1:]) // operation.stride[0] ** 2 if slid else 1
        own = layer.neuron.recurrent if layer.neuron is not None and is_recurrent(layer.neuron) else None
        found += weights * places + (sum(value.numel() for value in own.parameters()) if own is not None else 0)
    return found


@contextmanager
def on_threads(count: int | None) -> Iterator[None]:
    """Let torch and the kernels use so many threads; None for as many as they have."""
    if count is None:
        yield
        return
    before = torch.get_num_threads(), numba.get_num_threads()
    torch.set_num_threads(count)
    numba.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        numba.set_num_threads(before[1])


def run_multistep(
    module: SpikingNetwork, inputs: Tensor, num_steps: int | None = None, hidden_rates: list[Tensor] | None = None
) -> tuple[Float[Tensor, "time batch class"], Float[Tensor, "time batch class"], list[float]]:
    """Give spikes and membranes of the output, and spikes per neuron and step of each layer with neurons.

    Args:
        inputs: [batch feature], the same at each of `num_steps` steps, or [time batch feature].
        hidden_rates: takes the rate of each hidden layer, with its gradient, where a penalty is put on them.
    """
    refresh(module)
    constant = num_steps is not None
    steps, batch = (num_steps, len(inputs)) if num_steps is not None else inputs.shape[:2]
    signal = inputs if constant else inputs.flatten(0, 1)
    membranes, rates = signal, []
    pooled: Tensor | None = None
    share: float | None = None
    for layer, following in zip(module.layers, [*list(module.layers)[1:], None], strict=True):
        if module.training and isinstance(layer.connection, nn.Dropout):
            kept = kept_values(layer.connection, signal[:batch])
            signal = (signal.unflatten(0, (-1, batch)) * kept).flatten(0, 1)
        elif pooled is not None:
            signal, pooled = pooled, None
        elif following is None or (pooled := _pooled(layer, following, signal, share)) is None:
            signal = layer.currents(signal)
        share = None
        if layer.neuron is None:
            continue
        signal, membranes = neurons_at_once(
            layer.neuron, signal, steps, batch, constant, wants_membrane=signal.dim() == 2
        )
        rates.append(share := float(signal.detach().mean()))
        if hidden_rates is not None and signal.requires_grad and layer is not module.layers[-1]:
            hidden_rates.append(signal.mean())
        constant = False
    return signal.unflatten(0, (steps, batch)), membranes, rates


def _pooled(layer: SpikingLayer, following: SpikingLayer, signal: Tensor, share: float | None) -> Tensor | None:
    """Give what the next layer's pooling leaves of a convolution, where both are quicker in one pass."""
    if layer.neuron is not None:
        return None
    maps = signal.reshape(len(signal), *layer.takes)
    if not pools_at_once(layer.connection, following.connection, maps, share):
        return None
    return convolve_and_pool(layer.connection, following.connection, maps)


def stepped(module: SpikingNetwork) -> list[int]:
    """Give the layers whose neurons have no fused form here and are stepped through."""
    return [index for index, layer in enumerate(module.layers) if layer.neuron is not None and _reason(layer.neuron)]


def _reason(neuron: Any) -> str:
    """Say why neurons are stepped through; empty where kernels run them."""
    if surrogate_of(neuron.spike_grad) is None:
        return "its surrogate gradient has no fused form"
    return why_stepped(neuron) if is_recurrent(neuron) else why_not(neuron)


def neurons_at_once(
    neuron: Any, currents: Float[Tensor, "rows ..."], steps: int, batch: int, constant: bool, *, wants_membrane: bool
) -> tuple[Tensor, Tensor]:
    """Return spikes [time·batch …] and, where wanted, membranes [time batch …] of neurons over all steps."""
    if _reason(neuron):
        each = [currents] * steps if constant else list(currents.unflatten(0, (steps, batch)))
        spikes, membranes = neurons_over_time(neuron, each)
        return torch.cat(spikes), torch.stack(membranes)
    if is_recurrent(neuron):
        surrogate = surrogate_of(neuron.spike_grad)
        assert surrogate is not None
        drives = currents[None] if constant else currents.unflatten(0, (steps, batch))
        fired, left = scan_recurrent(neuron, surrogate, drives, steps)
        return fired.flatten(0, 1), left
    turned = currents.dim() == 4 and all(value.numel() == 1 for value in neuron.parameters())
    rows = currents.permute(0, 2, 3, 1) if turned else currents
    shape = rows.shape[1:]
    flat = rows.flatten(1)
    signal = flat if constant else flat.unflatten(0, (steps, batch))
    fired, left, _ = scan_neuron(neuron, signal, steps, constant, None, wants_membrane)
    spikes_of = fired.flatten(0, 1).unflatten(1, shape)
    left = left.unflatten(2, shape) if wants_membrane else left
    if not turned:
        return spikes_of, left
    return spikes_of.permute(0, 3, 1, 2), left.permute(0, 1, 4, 2, 3) if wants_membrane else left


@cache
def _keep_freed_memory() -> None:
    """Tell glibc to keep large freed arrays for the next update: page faults cost more than pooling or scanning.

    Measured: average pooling of 640×32×8×8 forward and backward 3 ms for 36 on a busy machine.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
