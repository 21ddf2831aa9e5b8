"""Neurons whose numbers are those of their document in float64, for comparison with published programs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from snntrainer3d.engine.equation_neuron import EquationNeuron
from snntrainer3d.engine.fuse import fuse
from snntrainer3d.spec import NeuronModel


def exact(neuron: NeuronModel) -> EquationNeuron:
    """Return the module; what can be learned is not rounded to float32 either."""
    module = EquationNeuron(neuron).double()
    for name in neuron.learnable():
        setattr(module, name, torch.tensor(getattr(neuron, name), dtype=torch.float64))
    return module


def over_time(neuron: NeuronModel, currents: Tensor, steps: int | None = None) -> tuple[Tensor, Tensor]:
    """Return spikes and membranes [step, sample, neuron] of the fused path."""
    spikes, membranes = fuse(nn.ModuleList([exact(neuron)]))(currents, steps)
    return spikes, membranes
