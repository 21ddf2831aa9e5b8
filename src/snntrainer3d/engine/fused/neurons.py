"""From neuron modules to the scans of their equations: machine code, values, and gradients of what is learned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from snntrainer3d.engine.equation_neuron import EquationNeuron, RecurrentEquationNeuron
from snntrainer3d.engine.equations import computed
from snntrainer3d.engine.kernels.layer import blocks_of
from snntrainer3d.engine.kernels.llvm_text import Scanned, backward_text, forward_text
from snntrainer3d.engine.kernels.machine_code import address_of
from snntrainer3d.engine.snntorch_models import MODELS, RECURRENT_MODELS, following, model_of
from snntrainer3d.spec import Surrogate
from snntrainer3d.spec.equations import SURROGATE, gradients, leaves_of, traced

ENOUGH = 8
"""Steps after which further ones reach no other value: more than any neuron has states."""
_NUMBERS = {np.dtype(np.float32): "float", np.dtype(np.float64): "double"}


@lru_cache(256)
def _scanned(model: Any, reset: str, reset_delay: bool, surrogate: Any) -> Scanned:
    """Return the equation of a model in one of its settings; a surrogate's numbers are values, not settings."""
    return Scanned(traced(model, SimpleNamespace(reset=reset, reset_delay=reset_delay), surrogate))


@cache
def reached_rows(scanned: Scanned, spike: bool, membrane: bool, end: bool, steps: int) -> frozenset[int]:
    """Return the rows of values that gradients reach which arrive at spikes, membranes or the states at the end."""
    made, graph = scanned.equation, scanned.equation.graph
    one, before = graph.constant(1.0), [graph.leaf("state", name) for name in made.states]
    arriving = [
        node for node, is_asked in ((made.spike, spike), (made.membrane, membrane)) if node is not None and is_asked
    ]
    carried, found = list(made.states.values()) if end else [], set[int]()
    for _ in range(steps):
        seeds = [(node, one) for node in (*arriving, *carried)]
        grads = gradients(seeds, [*before, *scanned.rows], made.derivative)
        reached = zip(made.states.values(), grads, strict=False)
        carried = [after for after, grad in reached if grad is not None]
        found |= {at for at, grad in enumerate(grads[len(before) :]) if grad is not None}
    starts = [
        start for after, start in zip(made.states.values(), made.starts.values(), strict=True) if after in carried
    ]
    at_start = gradients([(start, one) for start in starts], scanned.rows, made.derivative)
    return frozenset(found | {at for at, grad in enumerate(at_start) if grad is not None})


@cache
def _forward(scanned: Scanned, number: str, shared: tuple[bool, ...]) -> int:
    return address_of(forward_text(scanned, number, shared))


@cache
def _backward(
    scanned: Scanned, number: str, shared: tuple[bool, ...], learned: tuple[int, ...],
    spike: bool, membrane: bool, sums: bool,
) -> int:  # fmt: skip
    text = backward_text(scanned, number, shared, learned=learned, spike=spike, membrane=membrane, sums=sums)
    return address_of(text)


@dataclass(frozen=True, eq=False)
class Neurons:
    """The neurons of one layer: a module of snnTorch's kind beside the scans that run it."""

    module: nn.Module
    surrogate: Surrogate
    size: int

    @property
    def scanned(self) -> Scanned:
        """The equation, with the rows of values that its scans read."""
        reset_delay = bool(getattr(self.module, "reset_delay", True))
        model = self.module.model if isinstance(self.module, EquationNeuron) else model_of(self.module)
        return _scanned(model, self.module.reset_mechanism, reset_delay, self.surrogate.model)

    @property
    def silences(self) -> bool:
        """Whether a spike silences the whole drive of the step after it, as RLeaky's reset to zero does."""
        model = RECURRENT_MODELS.get(type(self.module))
        silences = model is not None and model.when_recurrent.get("silences_input", False)
        return silences and self.module.reset_mechanism == "zero"

    @property
    def state_rows(self) -> int:
        """How many states each neuron has."""
        return len(self.scanned.equation.states)

    @property
    def value_rows(self) -> int:
        """How many rows of values the scans read."""
        return len(self.scanned.rows)

    @property
    def learned(self) -> dict[str, nn.Parameter]:
        """The learnable values of the neurons by name; the weights of a recurrent layer's feedback are none."""
        own = self.module.named_parameters(recurse=False)
        return {name: value for name, value in own if value.requires_grad}

    def rows(self) -> list[Tensor]:
        """Return all rows of values, as a differentiable function of the module's own, in snnTorch's order."""
        scanned = self.scanned
        leaves = {("parameter", name): self._number(name) for name in leaves_of(scanned.rows, "parameter")}
        return computed(scanned.rows, leaves)

    def _number(self, name: str) -> Tensor:
        if name.startswith(f"{SURROGATE}."):
            found = self.surrogate.number(name.partition(".")[2])
        else:
            model = model_of(self.module)
            name = name if model is None else model.snntorch_names.get(name, name)
            follows = following(self.module)
            found = follows[name] if name in follows else getattr(self.module, name)
        return torch.as_tensor(found, dtype=self.module.threshold.dtype) if not isinstance(found, Tensor) else found

    def forward(self, dtype: np.dtype[Any], rows: Sequence[Tensor]) -> int:
        """Return the address of the scan forward."""
        return _forward(self.scanned, _NUMBERS[dtype], _shared(rows))

    def backward(
        self,
        dtype: np.dtype[Any],
        rows: Sequence[Tensor],
        learned: tuple[int, ...] = (),
        *,
        spike: bool = True,
        membrane: bool = False,
        sums: bool = False,
    ) -> int:
        """Return the address of the scan backward; arguments as of `llvm_text.backward_text`."""
        return _backward(self.scanned, _NUMBERS[dtype], _shared(rows), learned, spike, membrane, sums)

    def fill(self, values: np.ndarray, rows: Sequence[Tensor], each: int = 1) -> None:
        """Write values [row, period], neuron after neuron as often as it fits, each neuron `each` times."""
        period = values.shape[1]
        for at, row in enumerate(rows):
            per_neuron = row.detach().reshape(-1).expand(self.size).numpy()
            values[at] = np.resize(np.repeat(per_neuron, each), period)

    def reached(
        self, learned: Sequence[int], *, spike: bool, membrane: bool, end: bool, steps: int
    ) -> tuple[bool, ...]:
        """Return which of the learned rows a loss reaches: the others have no gradient in torch, and do not decay.

        Args:
            spike, membrane, end: whether gradients arrive at spikes, at membranes, at the states after the last step.
        """
        rows = reached_rows(self.scanned, spike, membrane, end, min(steps, ENOUGH))
        return tuple(at in rows for at in learned)

    def for_scan(
        self, batch: int, dtype: np.dtype[Any], rows: Sequence[Tensor]
    ) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """Return what the scans of a layer read beside its arrays: values, and the blocks of a row."""
        period, starts, shifts = blocks_of(batch, self.size)
        values = np.zeros((len(rows), period), dtype)
        self.fill(values, rows)
        return values, (starts, shifts)

    def chain(self, raw: Tensor) -> dict[str, Tensor]:
        """Return gradients of the learned values from those of the learned rows [row, neuron]."""
        learned = self.learned
        with torch.enable_grad():
            rows = self.rows()
            chosen = learned_of([row.requires_grad for row in rows])
            arriving = [one for one in gradients_of(raw, rows, chosen) if one is not None]
            grads = torch.autograd.grad([rows[at] for at in chosen], list(learned.values()), arriving)
        return dict(zip(learned, grads, strict=True))


def _shared(rows: Sequence[Tensor]) -> tuple[bool, ...]:
    return tuple(row.numel() == 1 for row in rows)


def learned_of(needed: Sequence[bool]) -> tuple[int, ...]:
    """Return the numbers of the rows of which a gradient is needed."""
    return tuple(at for at, needs in enumerate(needed) if needs)


def gradients_of(
    raw: Tensor, rows: Sequence[Tensor], learned: Sequence[int], reached: Sequence[bool] | None = None
) -> list[Tensor | None]:
    """Return the gradient of each row by those of the learned ones [learned row, neuron], None for the others.

    Of a value that all neurons share it is the sum; what the loss does not reach has none.
    """
    found: list[Tensor | None] = [None] * len(rows)
    for own, at, is_reached in zip(raw, learned, reached or [True] * len(learned), strict=True):
        row = rows[at]
        if not is_reached:
            continue
        found[at] = (own.sum() if row.numel() == 1 else own).reshape(row.shape).to(row.dtype)
    return found


def why_not(module: nn.Module) -> str:
    """Say in plain words why a neuron module has no fused form; empty where it has."""
    return _refusal(module, (*MODELS, EquationNeuron))


def why_stepped(module: nn.Module) -> str:
    """Say in plain words why a recurrent layer cannot be run by the kernels of its neurons; empty where it can."""
    if not getattr(module, "reset_delay", True):
        return f"{type(module).__name__} with an immediate reset has no fused kernel"
    own = getattr(module, "recurrent", None)
    if isinstance(own, nn.Conv2d) or (isinstance(own, nn.Linear) and own.bias is not None):
        return f"{type(module).__name__} with such a feedback has no fused kernel"
    return _refusal(module, (*RECURRENT_MODELS, RecurrentEquationNeuron))


def _refusal(module: nn.Module, kinds: Collection[type]) -> str:
    name = module.model.title if isinstance(module, EquationNeuron) else type(module).__name__
    if type(module) not in kinds:
        return f"{name} neurons have no fused kernel"
    faults = {
        "inhibition": bool(getattr(module, "inhibition", False)),
        "state_quant": bool(getattr(module, "state_quant", False)),
        "graded spikes": _graded(module),
        "surrogate_disable": bool(getattr(module, "surrogate_disable", False)),
    }
    found = [fault for fault, is_set in faults.items() if is_set]
    return f"{name} with {', '.join(found)} has no fused kernel" if found else ""


def _graded(module: Any) -> bool:
    factor = module.graded_spikes_factor
    return isinstance(factor, nn.Parameter) or bool((factor != 1).any())
