"""What is minimised, and how a decision is read: functions of the output layer over all time steps.

Losses are means over the batch and equal those of snntorch.functional, `membrane` but for its division by the steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int, Num
from torch import Tensor
from torch.nn.functional import cross_entropy, mse_loss, one_hot

from snntrainer3d.spec import Readout, Training, readout_of

Over = Float[Tensor, "time batch output"]
Labels = Int[Tensor, "batch"]
MOST_SPIKES = Readout()


@dataclass(frozen=True, eq=False)
class Objective:
    """A training's loss, and the reading that goes with it."""

    loss: str = "membrane"
    readout: Readout = MOST_SPIKES
    """What decides, and which steps and outputs count together for it and for the loss."""
    correct_rate: float = 1.0
    incorrect_rate: float = 0.0
    weights: Float[Tensor, "class"] | None = None
    """Of the classes; None where all count the same."""

    def loss_of(self, spikes: Over, membranes: Over, labels: Labels) -> Float[Tensor, ""]:
        """Give the mean loss of a batch."""
        spikes, membranes = self._read(spikes, membranes)
        match self.loss:
            case "membrane":
                return membrane_loss(membranes, labels, self.weights)
            case "count":
                return count_loss(self.grouped(spikes), labels, self.weights)
            case "rate":
                return membrane_loss(spikes, labels, self.weights) / len(spikes)
            case "max_membrane":
                return cross_entropy(membranes.max(0).values, labels, self.weights)
            case "rate_mse":
                return self._rate_mse(spikes, labels)
            case _:
                return cross_entropy(-first_spikes(spikes), labels, self.weights)

    def weight_of(self, labels: Labels) -> float:
        """Give what a batch counts for in a mean over several: its samples, or the sum of their classes' weights."""
        if self.weights is None or self.loss == "rate_mse":
            return float(len(labels))
        return float(self.weights[labels].double().sum())

    def loss_sum(self, spikes: Over, membranes: Over, labels: Labels) -> float:
        """Give the mean loss of a batch times `weight_of`, 0 where all of its classes have a weight of 0."""
        weight = self.weight_of(labels)
        return float(self.loss_of(spikes, membranes, labels)) * weight if weight else 0.0

    def _rate_mse(self, spikes: Over, labels: Labels) -> Float[Tensor, ""]:
        """Give MSE(Σ_t s[t], wanted)/steps, where wanted are the counts of the correct and the incorrect rate."""
        counts = self.grouped(spikes).sum(0)
        steps, outputs = len(spikes), self.readout.population
        right, wrong = (int(steps * rate * outputs) for rate in (self.correct_rate, self.incorrect_rate))
        wanted = one_hot(labels, counts.shape[1]).to(counts.dtype) * (right - wrong) + wrong
        if self.weights is None:
            return mse_loss(counts, wanted) / len(spikes)
        each = (counts - wanted).square().mean(1) * self.weights[labels]
        return each.mean() / len(spikes)

    def grouped(self, spikes: Num[Tensor, "time batch output"]) -> Num[Tensor, "time batch class"]:
        """Give spikes of each class: of as many neighbouring outputs as a population has."""
        population = self.readout.population
        return spikes if population == 1 else spikes.unflatten(2, (-1, population)).sum(3)

    def _read(self, spikes: Over, membranes: Over) -> tuple[Over, Over]:
        """Give the steps that count."""
        last = self.readout.last_steps
        return (spikes, membranes) if last is None else (spikes[-last:], membranes[-last:])

    def scores_over_time(
        self, spikes: Num[Tensor, "time batch output"], membranes: Over
    ) -> Num[Tensor, "time batch class"]:
        """Give what speaks for each class up to and with each step; the largest at the last step decides."""
        return torch.from_numpy(self.readout.scores_over_time(spikes.detach().numpy(), membranes.detach().numpy()))

    def scores(self, spikes: Num[Tensor, "time batch output"], membranes: Over) -> Num[Tensor, "batch class"]:
        """Give what speaks for each class in all."""
        return torch.from_numpy(self.readout.scores(spikes.detach().numpy(), membranes.detach().numpy()))


def objective_of(training: Training, weights: Any = None) -> Objective:
    """Give the objective that a training's document names; `weights` are of the classes, where some count more."""
    return Objective(
        training.loss,
        readout_of(training),
        training.correct_rate,
        training.incorrect_rate,
        None if weights is None else torch.as_tensor(weights, dtype=torch.float32),
    )


def membrane_loss(membranes: Over, labels: Labels, weights: Float[Tensor, "class"] | None = None) -> Float[Tensor, ""]:
    """Give Σ_t CE(m[t], label): the paper's; its size grows with the number of steps."""
    steps, batch, classes = membranes.shape
    flat = cross_entropy(membranes.reshape(steps * batch, classes), labels.repeat(steps), weights, reduction="sum")
    return flat / (batch if weights is None else weights[labels].sum())


def count_loss(spikes: Over, labels: Labels, weights: Float[Tensor, "class"] | None = None) -> Float[Tensor, ""]:
    """Give CE(Σ_t s[t], label): the spike counts are the logits."""
    return cross_entropy(spikes.sum(0), labels, weights)


def first_spikes(spikes: Over) -> Float[Tensor, "batch output"]:
    """Give the step, from 0, of each output's first spike, the last step where there is none.

    Its gradient by a spike is −1 at that step and 0 elsewhere: a higher membrane spikes earlier. As snnTorch's.
    """
    times: Float[Tensor, "batch output"] = _FirstSpike.apply(spikes)
    return times


class _FirstSpike(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, spikes: Tensor) -> Tensor:
        fired = spikes > 0
        times = torch.where(fired.any(0), fired.to(torch.int8).argmax(0), len(spikes) - 1)
        ctx.save_for_backward(times)
        ctx.steps = len(spikes)
        return times.to(spikes.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (times,) = ctx.saved_tensors
        spread = torch.zeros(ctx.steps, *times.shape, dtype=grads[0].dtype)
        return spread.scatter_(0, times[None], -grads[0][None])
