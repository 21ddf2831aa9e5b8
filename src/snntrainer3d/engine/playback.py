"""What one sample does to every neuron at every step, and what many samples do to each neuron in sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, Int64, Shaped, UInt8

from snntrainer3d.data.encoders import encode
from snntrainer3d.engine.build import SpikingNetwork
from snntrainer3d.engine.reference import Stepper, run


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


@torch.no_grad()
def play(
    module: SpikingNetwork, coding: Any, raw: Shaped[np.ndarray, "..."], affine: tuple[float, float], num_steps: int
) -> Playback:
    """Run one sample, stored values · scale + offset, by the reference path and keep everything."""
    encoded = encode(coding, torch.from_numpy(raw.reshape(1, -1)), *affine, num_steps)
    recording = run(module, encoded.over_time())
    return Playback(
        tuple(layer[:, 0].to(torch.uint8).numpy() for layer in recording.spikes),
        tuple(layer[:, 0].numpy() for layer in recording.membranes),
    )


@torch.no_grad()
def tally(
    module: SpikingNetwork,
    coding: Any,
    raw: Shaped[np.ndarray, "sample ..."],
    affine: tuple[float, float],
    num_steps: int,
) -> Tally:
    """Run samples by the reference path and count the spikes of each neuron; no states are kept."""
    stepper = Stepper(module)
    counts = []
    fired: list[Int64[np.ndarray, "neuron"]] = []
    for current in encode(coding, torch.from_numpy(raw), *affine, num_steps).over_time():
        spikes = [layer for layer, _ in stepper.step(current)]
        totals = [layer.sum(0).to(torch.int64).numpy() for layer in spikes]
        fired = [before + now for before, now in zip(fired, totals, strict=True)] if fired else totals
        counts.append(spikes[-1].to(torch.int64).numpy())
    return Tally(np.stack(counts).cumsum(axis=0), tuple(fired))
