"""What the peers made of torch share: resident samples, the loss over all steps, Adam."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from benchmarks.task import CLASSES, Task


class TorchTraining:
    """One update after the other; a peer's form says how samples become output membranes.

    Samples are resident and denormals flushed in every one of them, which favours the peers: their tutorials read
    samples one by one through a loader, and leave decayed states denormal, which slows Synaptic many times over.
    """

    fused_adam = False
    """Whether torch's fused Adam is taken; tutorials take the default."""

    def __init__(self, task: Task) -> None:
        torch.set_flush_denormal(True)
        self.job, self.scale = task.job, task.scale
        self.steps = task.job.num_steps
        self.images = torch.from_numpy(task.images)
        self.labels = torch.from_numpy(task.labels)
        self.first, self.second = (
            _linear(weight, bias) for weight, bias in zip(task.weights, task.biases, strict=True)
        )
        self.make_neurons()
        parameters = [*self.first.parameters(), *self.second.parameters()]
        self.adam = torch.optim.Adam(
            parameters, lr=task.job.learning_rate, betas=(0.9, 0.999), fused=self.fused_adam or None
        )

    def make_neurons(self) -> None:
        """Make what holds the dynamics."""
        raise NotImplementedError

    def membranes(self, inputs: Tensor) -> Tensor | list[Tensor]:
        """Give the output's membrane at every step, before any reset at that step, from inputs [batch, feature]."""
        raise NotImplementedError

    def loss(self, membranes: Tensor | list[Tensor], labels: Tensor) -> Tensor:
        """Give Σ_t CE(m[t], label), all steps in one call."""
        stacked = membranes if isinstance(membranes, Tensor) else torch.stack(membranes)
        return cross_entropy(stacked.reshape(-1, CLASSES), labels.repeat(self.steps), reduction="sum") / len(labels)

    def run(self, indices: np.ndarray) -> list[float]:
        """Make one update per row of [update, batch]; give their losses."""
        return [self._update(torch.from_numpy(chosen)) for chosen in indices]

    def _update(self, chosen: Tensor) -> float:
        inputs = self.images[chosen].float().mul_(self.scale)
        loss = self.loss(self.membranes(inputs), self.labels[chosen])
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss.item()


class Atan(torch.autograd.Function):
    """Heaviside with snnTorch's default gradient, 1/(1 + (πz)²), for peers that have no such surrogate."""

    @staticmethod
    def forward(z: Tensor) -> Tensor:
        return (z > 0).to(z.dtype)

    @staticmethod
    def setup_context(context, inputs, output) -> None:  # noqa: ARG004 — torch's signature
        context.save_for_backward(inputs[0])

    @staticmethod
    def backward(context, gradient: Tensor) -> Tensor:
        (z,) = context.saved_tensors
        return gradient / (1 + (torch.pi * z).square())


def _linear(weight: np.ndarray, bias: np.ndarray) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight))
        layer.bias.copy_(torch.from_numpy(bias))
    return layer
