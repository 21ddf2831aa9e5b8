"""The seam between how a network learns and what computes it: one update, one evaluation, by either path."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from jaxtyping import Float, Int, Num
from torch import Tensor, nn

from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine.build import SpikingNetwork
from snntrainer3d.engine.chance import chance_of
from snntrainer3d.engine.losses import objective_of
from snntrainer3d.engine.reference import Stepper, over_time, run
from snntrainer3d.spec import Adam, AdamW, Network, Sgd, Training, decide

ENGINE_VARIABLE = "SNNTRAINER3D_ENGINE"
_HELD = ("direct", "population")
"""Codings whose input is the stored sample at every step, which the fused learner fetches by itself."""


_FUSED_LOSSES = ("membrane", "count")
Exchange = Callable[[Tensor], None]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """One update: mean loss per sample, samples decided right, spikes per neuron and step for each layer."""

    loss: float
    correct: int
    rates: list[float]


@dataclass(frozen=True, slots=True)
class EvalResult:
    """One batch without learning: mean loss times `weight_of`, classes' scores, spikes per neuron and step by layer.

    Scores are spike counts, or what else the training's reading looks at; the largest decides.
    """

    loss_sum: float
    counts: Num[Tensor, "batch class"]
    rates: list[float]


class Learner(Protocol):
    """A network, its optimizer and a way to compute both."""

    name: str
    """`reference` or `fused`."""
    note: str
    """Why this one was taken, in plain words; empty where it was asked for or the best."""
    exchange: Exchange | None
    """Where processes share a batch: turns the gradients of the own samples into those of all, in place."""

    def fetch(self, raw: Tensor, indices: Int[np.ndarray, "batch"], encoder: Encoder, draw: int) -> Tensor:
        """Give samples as input, float32, [batch feature] or [time batch feature]; valid until the next call.

        Args:
            draw: what an encoder draws at random is drawn anew for each.
        """

    def train_batch(
        self, inputs: Float[Tensor, "batch feature"], labels: Int[Tensor, "batch"], learning_rate: float
    ) -> BatchResult:
        """Make one update."""

    def gradient_sizes(self) -> list[float]:
        """Give the root mean square of the last update's gradient over the weights of each layer that has neurons.

        Before clipping; not a number for a layer without weights.
        """

    def evaluate_batch(self, inputs: Float[Tensor, "batch feature"], labels: Int[Tensor, "batch"]) -> EvalResult:
        """Run the samples without learning."""

    def weight_of(self, labels: Int[Tensor, "batch"]) -> float:
        """Give what samples count for in a mean loss: their number, or the sum of their classes' weights."""

    def optimizer_state(self) -> dict[str, np.ndarray]:
        """Copy what the optimizer remembers; with the weights it continues exactly."""

    def load_optimizer_state(self, state: dict[str, np.ndarray]) -> None:
        """Take back what `optimizer_state` gave."""


class ReferenceLearner:
    """Steps through snnTorch's modules, gradients by autograd, torch's Adam."""

    name = "reference"

    def __init__(
        self,
        module: SpikingNetwork,
        training: Training,
        note: str = "",
        class_weights: Sequence[float] | None = None,
    ) -> None:
        """Take the weights of the classes in the loss, where some count more."""
        self.note = note
        self.exchange: Exchange | None = None
        self._module = module
        self._training = training
        self._objective = objective_of(training, class_weights)
        self._hidden_rates: list[Tensor] = []
        self._updates = 0
        self._parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
        self._clipped = 1.0
        self._optimizer = optimizer_of(training, self._parameters)

    def fetch(self, raw: Tensor, indices: Int[np.ndarray, "batch"], encoder: Encoder, draw: int) -> Tensor:
        """Give samples as input, float32, [batch feature] or [time batch feature]."""
        return encoder.encode(raw[torch.from_numpy(indices)], indices, draw).values

    def train_batch(
        self, inputs: Float[Tensor, "batch feature"], labels: Int[Tensor, "batch"], learning_rate: float
    ) -> BatchResult:
        """Make one update."""
        self._module.train()
        with chance_of(self._training.seed, self._updates):
            spikes, membranes, rates = self._forward(inputs)
        self._module.eval()
        self._updates += 1
        loss = self._objective.loss_of(spikes, membranes, labels) + self._penalty()
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._update(learning_rate)
        scores = self._objective.scores(spikes.detach(), membranes.detach())
        correct = int((decide(scores.numpy()) == labels.numpy()).sum())
        return BatchResult(float(loss.detach()), correct, rates)

    def _forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, list[float]]:
        """Give spikes and membranes of the output over time, and each layer's rate."""
        truncate = self._training.truncate_steps
        recording = run(self._module, inputs, constant_steps(inputs, self._training), truncate=truncate)
        self._hidden_rates = [spikes.mean() for spikes in recording.spikes[:-1]]
        rates = [float(spikes.detach().mean()) for spikes in recording.spikes]
        return recording.spikes[-1], recording.membranes[-1], rates

    def _penalty(self) -> Float[Tensor, ""] | float:
        """Give what the rates of the hidden layers add to the loss of the last forward pass."""
        recipe = self._training
        if recipe.rate_penalty == 0.0:
            return 0.0
        off = [(rate - recipe.rate_target).square() for rate in self._hidden_rates]
        return recipe.rate_penalty * sum(off, torch.zeros(()))

    def gradient_sizes(self) -> list[float]:
        """Give the root mean square of the last update's gradient over the weights of each layer that has neurons."""
        return [_mean_size(layer.connection) / self._clipped for layer in self._module.spiking]

    def _update(self, learning_rate: float) -> None:
        if self.exchange is not None:
            _exchange(self._parameters, self.exchange)
        clip = self._training.gradient_clip_norm
        if clip is not None:
            norm = float(torch.nn.utils.clip_grad_norm_(self._parameters, clip))
            self._clipped = min(1.0, clip / (norm + 1e-6))
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        self._optimizer.step()

    @torch.no_grad()
    def evaluate_batch(self, inputs: Float[Tensor, "batch feature"], labels: Int[Tensor, "batch"]) -> EvalResult:
        """Run the samples without learning, keeping of all layers but the last no more than one step."""
        stepper = Stepper(self._module)
        steps = over_time(inputs, constant_steps(inputs, self._training))
        last: list[tuple[Tensor, Tensor]] = []
        fired = [0.0] * len(self._module.spiking)
        for current in steps:
            outputs = stepper.step(current)
            last.append(outputs[-1])
            fired = [total + float(layer.mean()) for total, (layer, _) in zip(fired, outputs, strict=True)]
        spikes, membranes = (torch.stack(part) for part in zip(*last, strict=True))
        loss = self._objective.loss_sum(spikes, membranes, labels)
        rates = [total / len(steps) for total in fired]
        return EvalResult(loss, self._objective.scores(spikes, membranes), rates)

    def weight_of(self, labels: Int[Tensor, "batch"]) -> float:
        """Give what samples count for in a mean loss: their number, or the sum of their classes' weights."""
        return self._objective.weight_of(labels)

    def optimizer_state(self) -> dict[str, np.ndarray]:
        """Copy the optimizer's means and the count of updates, by the parameter's place."""
        state: dict[str, np.ndarray] = {}
        for place, parameter in enumerate(self._parameters):
            for name, value in self._optimizer.state.get(parameter, {}).items():
                if value is not None:
                    state[f"{place}.{name}"] = value.detach().cpu().numpy().copy()
        if state and "0.step" not in state:
            state["0.step"] = np.array(self._updates, np.float32)  # SGD keeps no count of its own
        return state

    def load_optimizer_state(self, state: dict[str, np.ndarray]) -> None:
        """Take back what `optimizer_state` gave."""
        self._updates = int(state["0.step"]) if state else 0
        for place, parameter in enumerate(self._parameters):
            names = [name for name in state if name.split(".")[0] == str(place)]
            if isinstance(self._optimizer, torch.optim.SGD):
                names = [name for name in names if not name.endswith(".step")]
            self._optimizer.state[parameter] = {
                name.split(".", 1)[1]: torch.from_numpy(state[name].copy()) for name in names
            }


def constant_steps(inputs: Tensor, training: Training) -> int | None:
    """Give the number of steps for an input [batch feature] that is the same at each; None for one over time."""
    return training.num_steps if inputs.dim() == 2 else None


def _exchange(parameters: Sequence[nn.Parameter], exchange: Exchange) -> None:
    """Exchange the gradients of all parameters at once; the loss reaches the same ones in every process."""
    grads = [value.grad for value in parameters if value.grad is not None]
    flat = torch.cat([grad.reshape(-1) for grad in grads])
    exchange(flat)
    for grad, part in zip(grads, flat.split([grad.numel() for grad in grads]), strict=True):
        grad.copy_(part.view(grad.shape))


def _mean_size(connection: torch.nn.Module) -> float:
    weights = [value for value in connection.parameters() if value.dim() > 1]
    squares = sum(0.0 if value.grad is None else float(value.grad.double().square().sum()) for value in weights)
    return math.sqrt(squares / sum(value.numel() for value in weights)) if weights else math.nan


def prepare_learner(training: Training) -> Iterator[float]:
    """Make ready what takes long the first time on a machine; the fused kernels are compiled, later read from disk.

    Yields:
        The share done; nothing for the reference path.
    """
    if _wanted(training) == "reference":
        return
    from snntrainer3d.engine.fused import prepare

    yield from prepare()


def open_learner(
    module: SpikingNetwork,
    network: Network,
    training: Training,
    *,
    timed: bool = False,
    class_weights: Sequence[float] | None = None,
) -> Learner:
    """Give the learner that the training asks for; `auto` takes the fused kernels where they fit.

    Args:
        timed: whether the samples are frames over time.
        class_weights: of the classes in the loss, where some count more.

    The environment variable SNNTRAINER3D_ENGINE (`fused` or `reference`) takes the place of `auto`, for debugging.
    Where there is no fused form, the reference path is taken and its `note` says why.
    """
    if _wanted(training) == "reference":
        return ReferenceLearner(module, training, class_weights=class_weights)
    if training.truncate_steps is not None:
        return ReferenceLearner(module, training, "Stepped through: the gradient is truncated.", class_weights)
    from snntrainer3d.engine.fused import fused_learner

    if not network.only_dense or timed or class_weights is not None or not _plain(training):
        return _multi_step(module, training, class_weights)
    found = fused_learner(module, network, training)
    if isinstance(found, str):
        return ReferenceLearner(module, training, note=f"No fused kernels: {found}")
    return found


def _multi_step(module: SpikingNetwork, training: Training, class_weights: Sequence[float] | None) -> Learner:
    from snntrainer3d.engine.multistep import MultiStepLearner, stepped

    places = ", ".join(str(index + 1) for index in stepped(module))
    note = f"Stepped through, for want of a fused form: neurons of layer {places}." if places else ""
    return MultiStepLearner(module, training, note, class_weights)


def _plain(training: Training) -> bool:
    """Tell whether the fused learner knows all that the training asks for."""
    told = training.loss in _FUSED_LOSSES and training.population == 1 and training.rate_penalty == 0.0
    told = told and training.read_last_steps is None
    return told and training.coding.kind in _HELD and isinstance(training.optimizer, Adam)


def optimizer_of(training: Training, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Give torch's optimizer that the training's document names."""
    rate, chosen = training.learning_rate, training.optimizer
    match chosen:
        case Sgd():
            return torch.optim.SGD(parameters, rate, chosen.momentum, 0, chosen.weight_decay, chosen.nesterov)
        case AdamW():
            betas = (chosen.beta1, chosen.beta2)
            return torch.optim.AdamW(parameters, rate, betas, chosen.epsilon, chosen.weight_decay)
        case _:
            return torch.optim.Adam(parameters, rate, (chosen.beta1, chosen.beta2), chosen.epsilon)


def _wanted(training: Training) -> str:
    return training.engine if training.engine != "auto" else os.environ.get(ENGINE_VARIABLE, "auto")
