"""`fuse(module)`: run a snnTorch network that someone wrote himself over all steps at once, in his own loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from snntrainer3d.engine.convolution import can_pool, convolve_and_pool, pools_at_once
from snntrainer3d.engine.flow import (
    Named,
    chain_of_forward,
    has_hooks,
    is_in_order,
    is_neuron,
    layers_of,
    refuse_hooks,
    refuse_shared,
)
from snntrainer3d.engine.fused.neurons import Neurons, gradients_of, learned_of, why_not
from snntrainer3d.engine.kernels.layer import add_gradients, run_scan, scan_table
from snntrainer3d.spec import (
    NEURON_VALUES,
    SURROGATES,
    Atan,
    FastSigmoid,
    Sigmoid,
    SpikeRateEscape,
    StraightThrough,
    Surrogate,
)

_PER_SAMPLE = (
    nn.Linear, nn.Bilinear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.Flatten,
    nn.Unflatten, nn.Identity, nn.ReLU, nn.LeakyReLU, nn.Sigmoid, nn.Tanh, nn.GELU, nn.MaxPool1d, nn.MaxPool2d,
    nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d,
    nn.AdaptiveMaxPool2d, nn.LayerNorm, nn.GroupNorm,
)  # fmt: skip
"""Layers whose result for a sample at a step depends on that sample and step alone: time and batch can be merged."""
_STILL_IN_EVALUATION = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
"""Layers of which that is true only outside of training."""

FEW = 3
"""Steps that a forward is tried with before it gets all."""
_SURROGATES: dict[str, Callable[[dict[str, Any]], Surrogate]] = {
    "atan": lambda cell: Atan(slope=cell["alpha"]),
    "fast_sigmoid": lambda cell: FastSigmoid(slope=cell["slope"]),
    "sigmoid": lambda cell: Sigmoid(slope=cell["slope"]),
    "straight_through_estimator": lambda cell: StraightThrough(),  # noqa: ARG005
    "spike_rate_escape": lambda cell: SpikeRateEscape(beta=cell["beta"], slope=cell["slope"]),
}


def fuse(module: nn.Module, *, checkpoint_steps: int | None = None) -> FusedNetwork:
    """Give a network that runs the layers and neurons of `module`, in their order, over all steps at once.

    A module with a forward of its own is run once by the first call, to see in which order it calls its layers, and
    refused where it does anything else than hand on what they give. The layers stay the same objects: their parameters
    learn, and `module.state_dict()` stays what it is. Every call starts from rest, like `snntorch.utils.reset` before
    each batch. States below 1.2e-38 count as zero.

    Args:
        module: nn.Sequential, nested or not, nn.ModuleList, or a module whose forward calls its layers one after the
            other, with one step or with all of them.
        checkpoint_steps: keep states only every so many steps and compute the others again backward: long
            sequences then take memory for that many steps, and about a third more time.

    Raises:
        MismatchError: neurons that stand in two places, or hooks of a block; at the first call: a forward that does
            anything between its layers.
    """
    return FusedNetwork(module, checkpoint_steps)


class FusedNetwork(nn.Module):
    """Layers of a user's network, executed layer by layer over all time steps; see `fuse`."""

    def __init__(self, module: nn.Module, checkpoint_steps: int | None = None) -> None:
        super().__init__()
        self.module = module
        self.checkpoint_steps = checkpoint_steps
        self._seen: dict[bool, list[Named]] = {}
        """The layers in the order of the module's own forward, in training and outside of it."""
        self._check(self.stages())

    def stages(self) -> list[Named]:
        """Give names and layers in order, nested ones unfolded; of a forward not run yet in order of definition."""
        return self._seen.get(self.module.training) or list(layers_of(self.module))

    def _check(self, stages: list[Named]) -> None:
        refuse_hooks(self.module)
        refuse_shared(stages, [_reason(stage) for _, stage in stages])

    def _in_order(self, inputs: Tensor, num_steps: int | None) -> list[Named]:
        """Give the layers in the order of computation; raises MismatchError where they are no chain."""
        if not is_in_order(self.module) and self.module.training not in self._seen:
            one = inputs if num_steps is not None else inputs[0]
            every = inputs.expand(num_steps, *inputs.shape) if num_steps is not None else inputs
            self._seen[self.module.training] = chain_of_forward(self.module, (one, every[:FEW], every))
        stages = self.stages()
        self._check(stages)
        return stages

    def report(self) -> dict[str, str]:
        """Give, for each layer that is stepped through one step after the other, the reason; by its name."""
        reasons = {name: _reason(stage) for name, stage in self.stages()}
        return {name: reason for name, reason in reasons.items() if reason}

    def forward(self, inputs: Tensor, num_steps: int | None = None) -> tuple[Tensor, Tensor]:
        """Give spikes and membranes of the last neurons, [time batch …].

        Args:
            inputs: [time batch …]; or, with `num_steps`, [batch …], the same at every step.
        """
        stages = [stage for _, stage in self._in_order(inputs, num_steps)]
        if not stages or not is_neuron(stages[-1]):
            raise ValueError("the last layer is not a snnTorch neuron, so there are no spikes to give")
        length = num_steps or len(inputs)
        each = self.checkpoint_steps or length
        states: list[Any] = [None] * len(stages)
        spikes, membranes = [], []
        for start in range(0, length, each):
            steps = min(each, length - start)
            part = inputs if num_steps is not None else inputs[start : start + steps]
            constant = num_steps is not None
            if self.checkpoint_steps is None:
                fired, membrane, states = _run(stages, part, steps, constant, states)
            else:
                fired, membrane, states = checkpoint(
                    _run, stages, part, steps, constant, states, use_reentrant=False, preserve_rng_state=True
                )
            spikes.append(fired)
            membranes.append(membrane)
        return torch.cat(spikes), torch.cat(membranes)


def _reason(stage: nn.Module) -> str:
    if has_hooks(stage):
        return "it has hooks, which are called at every step"
    if is_neuron(stage):
        if fault := why_not(stage):
            return fault
        return "" if surrogate_of(stage.spike_grad) else "its surrogate gradient has no fused form"
    if isinstance(stage, _PER_SAMPLE) or (isinstance(stage, _STILL_IN_EVALUATION) and not stage.training):
        return ""
    return f"{type(stage).__name__} may treat steps or samples together"


def surrogate_of(spike_grad: Any) -> Surrogate | None:
    """Give the surrogate that a snnTorch neuron's `spike_grad` stands for; None for one without a fused form."""
    known = getattr(spike_grad, "surrogate", None)
    if isinstance(known, SURROGATES):
        return known
    if getattr(spike_grad, "__module__", "") != "snntorch.surrogate":
        return None
    name = spike_grad.__qualname__.split(".")[0]
    cells = {} if spike_grad.__closure__ is None else dict(
        zip(spike_grad.__code__.co_freevars, (cell.cell_contents for cell in spike_grad.__closure__), strict=True)
    )  # fmt: skip
    return _SURROGATES[name](cells) if name in _SURROGATES else None


def _run(
    stages: list[nn.Module], signal: Tensor, steps: int, constant: bool, states: list[Any]
) -> tuple[Tensor, Tensor, list[Any]]:
    """Take `steps` steps through all stages; gives spikes and membranes of the last and the states left."""
    left: list[Any] = []
    membrane = signal
    pooled: Tensor | None = None
    for index, stage in enumerate(stages):
        state = states[index]
        if pooled is not None:
            signal, pooled = pooled, None
        elif (pooled := _pooled(stages[index : index + 2], signal, constant)) is not None:
            pass
        elif not is_neuron(stage):
            signal, constant = _apply(stage, signal, steps, constant)
        elif _reason(stage) or not _fits(stage, signal, constant):
            signal, membrane, state = _step_neuron(stage, signal, steps, constant, state)
            constant = False
        else:
            signal, membrane, state = scan_neuron(stage, signal, steps, constant, state, index == len(stages) - 1)
            constant = False
        left.append(state)
    return signal, membrane, left


def _apply(stage: nn.Module, signal: Tensor, steps: int, constant: bool) -> tuple[Tensor, bool]:
    """Apply a layer without states: to a constant signal once, else to time and batch merged, or step by step."""
    if not _reason(stage):
        if constant:
            return stage(signal), True
        merged = stage(signal.flatten(0, 1))
        return merged.unflatten(0, signal.shape[:2]), False
    return torch.stack([stage(signal if constant else signal[t]) for t in range(steps)]), False


def _pooled(stages: list[nn.Module], signal: Tensor, constant: bool) -> Tensor | None:
    """Give what pooling leaves of a convolution, where the first of `stages` are both and quicker in one pass."""
    if len(stages) < 2 or not can_pool(stages[0], stages[1]):
        return None
    maps = signal if constant else signal.flatten(0, 1)
    if not pools_at_once(stages[0], stages[1], maps):
        return None
    given = convolve_and_pool(stages[0], stages[1], maps)
    return given if constant else given.unflatten(0, signal.shape[:2])


def _fits(stage: nn.Module, signal: Tensor, constant: bool) -> bool:
    """Tell whether values per neuron, if any, lie along one flat row of neurons."""
    batchwise = signal if constant else signal[0]
    values = [value for value in (getattr(stage, name, None) for name in NEURON_VALUES) if value is not None]
    flat = batchwise.dim() == 2
    return signal.dtype in (torch.float32, torch.float64) and all(
        value.numel() == 1 or (flat and value.shape == batchwise.shape[1:]) for value in values
    )


def _step_neuron(
    stage: nn.Module, signal: Tensor, steps: int, constant: bool, state: Any
) -> tuple[Tensor, Tensor, tuple[Tensor, ...] | None]:
    """Step through a neuron as its user would."""
    spikes, membranes = [], []
    if state is None:
        rest = stage.reset_mem()
        state = () if stage.init_hidden else (rest if isinstance(rest, tuple) else (rest,))
    for t in range(steps):
        given = stage(signal if constant else signal[t], *state)
        outputs = given if isinstance(given, tuple) else (given,)
        if not stage.init_hidden:
            state = outputs if len(outputs) == len(state) else outputs[1:]
        spikes.append(outputs[0])
        membranes.append(outputs[-1] if len(outputs) > 1 else stage.mem)
    return torch.stack(spikes), torch.stack(membranes), state


def scan_neuron(
    stage: nn.Module, signal: Tensor, steps: int, constant: bool, state: Tensor | None, wants_membrane: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Run a neuron through all steps by its fused kernels."""
    shape = signal.shape if constant else signal.shape[1:]
    batch, size = shape[0], int(np.prod(shape[1:]))
    surrogate = surrogate_of(stage.spike_grad)
    assert surrogate is not None
    neurons = Neurons(stage, surrogate, size)
    current = signal.reshape(1 if constant else steps, batch * size)
    spikes, membranes, end = _Scan.apply(current, state, neurons, steps, batch, wants_membrane, *neurons.rows())
    full = (steps, *shape)
    return spikes.view(full), membranes.view(full) if wants_membrane else membranes, end


class _Scan(torch.autograd.Function):
    """The scan forward of one layer; its backward is the scan backward."""

    @staticmethod
    def forward(
        ctx: Any, current: Tensor, start: Tensor | None, neurons: Neurons, steps: int, batch: int,
        wants_membrane: bool, *rows: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        current = current.contiguous()
        width, dtype = current.shape[1], current.detach().numpy().dtype
        values, blocks = neurons.for_scan(batch, dtype, rows)
        states = current.new_empty(steps + 1, neurons.state_rows, width)
        if start is not None:
            states[0] = start
        spikes = current.new_empty(steps, width)
        scan = scan_table(current.detach().numpy(), states.numpy(), spikes.numpy(), values, from_start=start is None)
        run_scan(neurons.forward(dtype, rows), scan, blocks)
        membranes = states[1:, 0].clone() if wants_membrane else current.new_empty(0)
        ctx.save_for_backward(current, states, spikes, *rows)
        ctx.scan = (neurons, values, blocks, batch, start is None, learned_of(ctx.needs_input_grad[6:]))
        ctx.set_materialize_grads(False)
        return spikes, membranes, states[-1].clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        current, states, spikes, *rows = ctx.saved_tensors
        neurons, values, blocks, batch, from_start, learned = ctx.scan
        width = current.shape[1]
        none = current.new_zeros(0, width)
        spike = none if grads[0] is None else grads[0].reshape(-1, width).contiguous()
        membrane = none if grads[1] is None or not grads[1].numel() else grads[1].reshape(-1, width).contiguous()
        carry = torch.zeros_like(states[0]) if grads[2] is None else grads[2].clone()
        # A gradient is added up where one row serves every step, and written where each step has its own.
        sums = len(current) < len(states) - 1
        grad = torch.zeros_like(current) if sums else torch.empty_like(current)
        raw = current.new_zeros(len(learned), width)
        given = current.detach().numpy(), states.detach().numpy(), spikes.detach().numpy(), values
        scan = scan_table(*given, from_start=from_start)
        add_gradients(scan, spike.numpy(), membrane.numpy(), grad.numpy(), carry.numpy(), raw.numpy())
        code = neurons.backward(
            current.detach().numpy().dtype, rows, learned, spike=len(spike) > 0, membrane=len(membrane) > 0, sums=sums
        )
        run_scan(code, scan, blocks)
        start = carry if ctx.needs_input_grad[1] else None
        reached = neurons.reached(
            learned,
            spike=grads[0] is not None,
            membrane=len(membrane) > 0,
            end=grads[2] is not None,
            steps=len(states) - 1,
        )
        learned_grads = gradients_of(raw.view(-1, batch, neurons.size).sum(1), rows, learned, reached)
        return (grad, start, None, None, None, None, *learned_grads)
