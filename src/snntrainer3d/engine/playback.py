"""What one sample does to every neuron at every step, and what many samples do to each neuron in sum.

Layer after layer instead of step after step: a layer's input over all time is one product with its weights, and the
neurons' scans do the rest. For one sample most of snnTorch's time is overhead, which this saves; it
equals snnTorch but for the order in which a product is summed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64, Num, Shaped, UInt8
from torch import Tensor

from snntrainer3d.data.encoders import Encoded, Encoder
from snntrainer3d.engine.build import SpikingNetwork, refresh
from snntrainer3d.engine.losses import Objective
from snntrainer3d.engine.multistep import neurons_at_once

DEFAULT = Objective()
Recorded = tuple[Float[Tensor, "time batch neuron"], Float[Tensor, "time batch neuron"]]


@dataclass(frozen=True, eq=False, slots=True)
class Playback:
    """One sample as it enters, and everything it caused, an array per layer."""

    inputs: Float32[np.ndarray, "time feature"]
    """One row where it is the same at every step."""
    spikes: tuple[UInt8[np.ndarray, "time neuron"], ...]
    """0 or 1."""
    membranes: tuple[Float32[np.ndarray, "time neuron"], ...]
    """As snnTorch gives them after each step."""

    @property
    def counts(self) -> Int64[np.ndarray, "time output"]:
        """Give the spikes of each output up to and with each step."""
        return self.spikes[-1].cumsum(axis=0, dtype=np.int64)

    def scores(self, objective: Objective) -> Num[np.ndarray, "time class"]:
        """Give what speaks for each class up to and with each step; the largest at the last step decides."""
        spikes, membranes = torch.from_numpy(self.spikes[-1][:, None]), torch.from_numpy(self.membranes[-1][:, None])
        return objective.scores_over_time(spikes, membranes)[:, 0].numpy()


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """Spikes of a batch."""

    counts: Num[np.ndarray, "time sample class"]
    """Scores of each class up to and with each step: its spikes, or what else the reading looks at."""
    fired: tuple[Int64[np.ndarray, "neuron"], ...]
    """Per layer, of each neuron over all samples and steps."""


@torch.inference_mode()
def play(module: SpikingNetwork, encoder: Encoder, raw: Shaped[np.ndarray, "..."], place: int = 0) -> Playback:
    """Run one sample and keep everything; `place` is its own in its split, by which chance in its input is drawn."""
    encoded = encoder.encode(torch.from_numpy(raw[None]), np.array([place]))
    recorded = list(_layers(module, encoded))
    return Playback(
        encoded.values.flatten(1).numpy(),
        tuple(spikes[:, 0].to(torch.uint8).numpy() for spikes, _ in recorded),
        tuple(membranes[:, 0].numpy() for _, membranes in recorded),
    )


@torch.inference_mode()
def tally(
    module: SpikingNetwork,
    encoder: Encoder,
    raw: Shaped[np.ndarray, "sample ..."],
    first: int = 0,
    objective: Objective = DEFAULT,
) -> Tally:
    """Run samples, `first` and those after it in their split, and count the spikes of each neuron.

    The states of one layer are held at a time.
    """
    fired = []
    counts: np.ndarray = np.zeros(0, np.int64)
    for spikes, membranes in _layers(module, encoder.encode(torch.from_numpy(raw), np.arange(first, first + len(raw)))):
        fired.append(spikes.sum((0, 1), dtype=torch.float64).to(torch.int64).numpy())
        if len(fired) == len(module.spiking):
            counts = objective.scores_over_time(spikes, membranes).numpy()
    return Tally(counts, tuple(fired))


def _layers(module: SpikingNetwork, encoded: Encoded) -> Iterator[Recorded]:
    """Give spikes and membranes of one layer with neurons after the other."""
    refresh(module)
    signal = encoded.values
    held = encoded.constant
    for layer in module.layers:
        each = signal if held else signal.flatten(0, 1)
        currents = layer.currents(each)
        if layer.neuron is None:
            signal = currents if held else currents.unflatten(0, signal.shape[:2])
            continue
        steps, batch = encoded.num_steps, len(signal) if held else signal.shape[1]
        fired, membranes = neurons_at_once(layer.neuron, currents, steps, batch, held, wants_membrane=True)
        signal, held = fired.unflatten(0, (steps, batch)), False
        yield signal.flatten(2), membranes.flatten(2)
