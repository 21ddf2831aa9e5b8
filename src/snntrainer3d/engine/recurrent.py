"""Recurrent layers over all steps in one autograd function, each direction one task of `kernels.recurrent`.

The drive of step t is x[t] + V·s[t−1]. snnTorch's RLeaky with reset to zero silences the whole drive of the step after
a spike: there the drive is multiplied with 1 − s[t−1], without gradient as every reset.
Backward, last step first: what the drive of step t+1 asks of s[t] joins the gradients that arrive there; the gradient
of V is one product over all steps at the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from snntrainer3d.engine.equation_neuron import RecurrentEquationNeuron
from snntrainer3d.engine.fused.neurons import Neurons, gradients_of, learned_of, why_stepped
from snntrainer3d.engine.kernels.layer import add_gradients, scan_table
from snntrainer3d.engine.kernels.recurrent import recurrent_backward, recurrent_forward
from snntrainer3d.engine.snntorch_models import RECURRENT_MODELS
from snntrainer3d.spec import Surrogate


def is_recurrent(neuron: nn.Module) -> bool:
    """Tell whether neurons take in their own spikes."""
    return isinstance(neuron, (*RECURRENT_MODELS, RecurrentEquationNeuron))


def scan_recurrent(
    neuron: Any, surrogate: Surrogate, currents: Float[Tensor, "_ batch neuron"], steps: int
) -> tuple[Float[Tensor, "time batch neuron"], Float[Tensor, "time batch neuron"]]:
    """Give spikes and membranes of a recurrent layer from rest; currents of one row are the same at every step."""
    assert not why_stepped(neuron)
    _, batch, size = currents.shape
    neurons = Neurons(neuron, surrogate, size)
    own = neuron.recurrent
    weight = own.weight if isinstance(own, nn.Linear) else own.V
    flat = currents.reshape(-1, batch * size)
    given = _Recurrent.apply(flat, weight, neurons, steps, batch, *neurons.rows())
    spikes, membranes = (one.view(steps, batch, size) for one in given)
    return spikes, membranes


class _Recurrent(torch.autograd.Function):
    """All steps forward; its backward is all steps back."""

    @staticmethod
    def forward(
        ctx: Any, current: Tensor, weight: Tensor, neurons: Neurons, steps: int, batch: int, *rows: Tensor
    ) -> tuple[Tensor, Tensor]:
        current, width = current.contiguous(), current.shape[1]
        dtype = current.detach().numpy().dtype
        values, blocks = neurons.for_scan(batch, dtype, rows)
        drive = current.new_empty(steps, width)
        states = current.new_empty(steps + 1, neurons.state_rows, width)
        spikes = current.new_empty(steps, width)
        scan = scan_table(drive.numpy(), states.numpy(), spikes.numpy(), values, from_start=True)
        recurrent_forward(
            neurons.forward(dtype, rows), scan, current.detach().numpy(), drive.numpy(), states.numpy(),
            spikes.numpy(), blocks, _flat(weight), size=neurons.size, silences=neurons.silences,
        )  # fmt: skip
        ctx.save_for_backward(drive, states, spikes, weight, *rows)
        ctx.scan = (neurons, values, blocks, batch, len(current), learned_of(ctx.needs_input_grad[5:]))
        ctx.set_materialize_grads(False)
        return spikes, states[1:, 0].clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        drive, states, spikes, weight, *rows = ctx.saved_tensors
        neurons, values, blocks, batch, held, learned = ctx.scan
        steps, width, size = len(drive), drive.shape[1], neurons.size
        none = drive.new_zeros(0, width)
        wanted = drive.new_zeros(steps, width) if grads[0] is None else grads[0].reshape(steps, width).clone()
        membrane = none if grads[1] is None else grads[1].reshape(steps, width).contiguous()
        grad = torch.empty_like(drive)
        carry, raw = drive.new_zeros(neurons.state_rows, width), drive.new_zeros(len(learned), width)
        scan = scan_table(drive.numpy(), states.numpy(), spikes.numpy(), values, from_start=True)
        add_gradients(scan, wanted.numpy(), membrane.numpy(), grad.numpy(), carry.numpy(), raw.numpy())
        code = neurons.backward(drive.numpy().dtype, rows, learned, membrane=grads[1] is not None)
        recurrent_backward(
            code, scan, drive.numpy(), states.numpy(), spikes.numpy(), wanted.numpy(), grad.numpy(), blocks,
            _flat(weight), size=size, silences=neurons.silences,
        )  # fmt: skip
        fed_back = grads[0] is not None or steps > 1
        reached = neurons.reached(learned, spike=fed_back, membrane=grads[1] is not None, end=False, steps=steps)
        learned_grads = gradients_of(raw.view(-1, batch, size).sum(1), rows, learned, reached)
        arriving = grad.sum(0, keepdim=True) if held == 1 and steps > 1 else grad
        back = _weight_gradient(grad[1:], spikes[:-1], weight, size) if ctx.needs_input_grad[1] else None
        return (arriving, back, None, None, None, *learned_grads)


def _flat(weight: Tensor) -> np.ndarray:
    """Give V row after row, or one weight per neuron where each hears itself only."""
    flat: np.ndarray = weight.detach().contiguous().numpy().reshape(-1)
    return flat


def _weight_gradient(grad: Tensor, fired: Tensor, weight: Tensor, size: int) -> Tensor:
    grad, fired = grad.reshape(-1, size), fired.reshape(-1, size)
    if weight.dim() == 2:
        return grad.t() @ fired
    return (grad * fired).sum(0).reshape(weight.shape)
