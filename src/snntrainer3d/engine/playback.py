"""What one sample does to every neuron at every step, and what many samples do to each neuron in sum.

Layer after layer instead of step after step: a layer's input over all time is one product with its weights, and the
plain loops beside the kernels do the rest. For one sample most of snnTorch's time is overhead, which this saves; it
equals snnTorch but for the order in which a product is summed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import snntorch
import torch
from jaxtyping import Float, Float32, Int64, Shaped, UInt8
from torch import Tensor

from snntrainer3d.data.encoders import Encoded, encode
from snntrainer3d.engine.build import SpikingNetwork, refresh
from snntrainer3d.engine.kernels.alpha import reference as alpha
from snntrainer3d.engine.kernels.lapicque import reference as lapicque
from snntrainer3d.engine.kernels.leaky import reference as leaky
from snntrainer3d.engine.kernels.synaptic import reference as synaptic
from snntrainer3d.engine.reference import neurons_over_time

Recorded = tuple[Float[Tensor, "time batch neuron"], Float[Tensor, "time batch neuron"]]


@dataclass(frozen=True, eq=False, slots=True)
class Playback:
    """Everything one sample caused, an array per layer."""

    spikes: tuple[UInt8[np.ndarray, "time neuron"], ...]
    """0 or 1."""
    membranes: tuple[Float32[np.ndarray, "time neuron"], ...]
    """As snnTorch gives them after each step."""

    @property
    def counts(self) -> Int64[np.ndarray, "time class"]:
        """Give the spikes of each output up to and with each step."""
        return self.spikes[-1].cumsum(axis=0, dtype=np.int64)


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """Spikes of a batch."""

    counts: Int64[np.ndarray, "time sample class"]
    """Of each output up to and with each step."""
    fired: tuple[Int64[np.ndarray, "neuron"], ...]
    """Per layer, of each neuron over all samples and steps."""


@torch.inference_mode()
def play(
    module: SpikingNetwork, coding: Any, raw: Shaped[np.ndarray, "..."], affine: tuple[float, float], num_steps: int
) -> Playback:
    """Run one sample, stored values · scale + offset, and keep everything."""
    recorded = list(_layers(module, encode(coding, torch.from_numpy(raw.reshape(1, -1)), *affine, num_steps)))
    return Playback(
        tuple(spikes[:, 0].to(torch.uint8).numpy() for spikes, _ in recorded),
        tuple(membranes[:, 0].numpy() for _, membranes in recorded),
    )


@torch.inference_mode()
def tally(
    module: SpikingNetwork,
    coding: Any,
    raw: Shaped[np.ndarray, "sample ..."],
    affine: tuple[float, float],
    num_steps: int,
) -> Tally:
    """Run samples and count the spikes of each neuron; the states of one layer are held at a time."""
    fired = []
    counts = np.zeros(0, np.int64)
    for spikes, _ in _layers(module, encode(coding, torch.from_numpy(raw), *affine, num_steps)):
        fired.append(spikes.sum((0, 1), dtype=torch.float64).to(torch.int64).numpy())
        if len(fired) == len(module.spiking):
            counts = spikes.to(torch.int64).cumsum(0).numpy()
    return Tally(counts, tuple(fired))


def _layers(module: SpikingNetwork, encoded: Encoded) -> Iterator[Recorded]:
    """Give spikes and membranes of one layer with neurons after the other."""
    refresh(module)
    signal = encoded.values
    held = encoded.constant
    for layer in module.layers:
        each = signal if held else signal.flatten(0, 1)
        currents = layer.currents(each)
        signal = currents if held else currents.unflatten(0, signal.shape[:2])
        if layer.neuron is None:
            continue
        spikes, membranes = _over_time(layer.neuron, [signal] * encoded.num_steps if held else list(signal))
        signal, held = torch.stack(spikes), False
        yield signal.flatten(2), torch.stack(membranes).flatten(2)


def _over_time(neuron: Any, currents: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Run a layer's neurons by the plain loop of their kind, with the values that snnTorch would take."""
    if isinstance(neuron, snntorch.RLeaky | snntorch.RSynaptic):
        return neurons_over_time(neuron, currents)
    threshold, reset = neuron.threshold, neuron.reset_mechanism
    if isinstance(neuron, snntorch.Lapicque):
        return lapicque.run(currents, neuron.R, neuron.C, neuron.time_step, threshold, reset, _spike)
    beta = neuron.beta.clamp(0, 1)
    if isinstance(neuron, snntorch.Synaptic):
        return synaptic.run(currents, neuron.alpha.clamp(0, 1), beta, threshold, reset, _spike)
    if isinstance(neuron, snntorch.Alpha):
        return alpha.run(currents, neuron.alpha.clamp(0, 1), beta, threshold, reset, _spike, torch.log)
    return leaky.run(currents, beta, threshold, reset, _spike)


def _spike(z: Tensor) -> Tensor:
    return (z > 0).to(z.dtype)
