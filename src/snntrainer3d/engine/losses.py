"""What is minimised: losses of the output layer over all time steps, each a mean over the batch."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy


def membrane_loss(membranes: Float[Tensor, "time batch class"], labels: Int[Tensor, "batch"]) -> Float[Tensor, ""]:
    """Give Σ_t CE(m[t], label): the paper's; its size grows with the number of steps."""
    steps, batch, classes = membranes.shape
    flat = cross_entropy(membranes.reshape(steps * batch, classes), labels.repeat(steps), reduction="sum")
    return flat / batch


def count_loss(spikes: Float[Tensor, "time batch class"], labels: Int[Tensor, "batch"]) -> Float[Tensor, ""]:
    """Give CE(Σ_t s[t], label): the spike counts are the logits."""
    return cross_entropy(spikes.sum(0), labels)


def loss_of(
    kind: str, spikes: Float[Tensor, "time batch class"], membranes: Tensor, labels: Int[Tensor, "batch"]
) -> Float[Tensor, ""]:
    """Give the loss named `kind` in a training's document."""
    if kind == "membrane":
        return membrane_loss(membranes, labels)
    return count_loss(spikes, labels)


def decide(counts: Int[Tensor, "batch class"]) -> Int[Tensor, "batch"]:
    """Give the class with the most spikes; of equal ones the lowest index."""
    best = counts.max(dim=1, keepdim=True).values
    return torch.where(counts == best, torch.arange(counts.shape[1]), counts.shape[1]).min(dim=1).values
