"""From snnTorch's neuron modules to the kernels' plain arrays, and gradients back to the modules' parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import snntorch
import torch
from torch import Tensor, nn

from snntrainer3d.engine.adaptive import AdaptiveNeuron, RecurrentAdaptiveNeuron
from snntrainer3d.engine.izhikevich import IzhikevichNeuron
from snntrainer3d.engine.kernels.layer import blocks_of
from snntrainer3d.engine.kernels.layout import (
    ADAPTATION,
    ADAPTIVE,
    ALPHA,
    ALPHA_NEURON,
    BETA,
    CODES,
    CONDUCTANCE,
    DECAY,
    ESCAPE,
    FLUSH,
    GAIN,
    IMMEDIATE,
    IZHIKEVICH,
    JUMP,
    KIND,
    LAPICQUE,
    LEAKY,
    LEARNS,
    LIMIT,
    RATE,
    RESET,
    RESISTANCE,
    RHO,
    SENSITIVITY,
    SLOPE,
    STATES,
    SUBTRACT,
    SURROGATE,
    SURROGATES,
    SYNAPTIC,
    TAU,
    THRESHOLD,
    TIME_STEP,
    VALUE_ROWS,
    ZERO,
)
from snntrainer3d.spec import Surrogate

_KINDS: dict[type, int] = {
    snntorch.Leaky: LEAKY,
    snntorch.Lapicque: LAPICQUE,
    snntorch.Synaptic: SYNAPTIC,
    snntorch.Alpha: ALPHA_NEURON,
    AdaptiveNeuron: ADAPTIVE,
    IzhikevichNeuron: IZHIKEVICH,
}
_RECURRENT: dict[type, int] = {
    snntorch.RLeaky: LEAKY,
    snntorch.RSynaptic: SYNAPTIC,
    RecurrentAdaptiveNeuron: ADAPTIVE,
}
"""The kernels of one step of a recurrent layer, its own spikes being part of what drives it."""
RAW_ROWS = (THRESHOLD, BETA, ALPHA, TAU, JUMP)
"""The rows of `values` whose gradients the kernels give, in the order of the raw gradients."""


@dataclass(frozen=True, eq=False)
class Neurons:
    """The neurons of one layer: snnTorch's module beside what the kernels read."""

    module: nn.Module
    surrogate: Surrogate
    size: int

    @property
    def kind(self) -> int:
        """Give the kernels' code of the neuron model."""
        return {**_KINDS, **_RECURRENT}[type(self.module)]

    @property
    def silences(self) -> bool:
        """Tell whether a spike silences the whole drive of the step after it: RLeaky's reset to zero."""
        return isinstance(self.module, snntorch.RLeaky) and self.module.reset_mechanism == "zero"

    @property
    def immediate(self) -> bool:
        """Tell whether a spike resets within its own step (snnTorch's `reset_delay=False`)."""
        resets = self.module.reset_mechanism != "none"
        return resets and not getattr(self.module, "reset_delay", True)

    @property
    def state_rows(self) -> int:
        """Give how many states each neuron has in the kernels."""
        return STATES[self.kind] + int(self.immediate)

    @property
    def learned(self) -> dict[str, nn.Parameter]:
        """Give the learnable values of the neurons by name; the weights of a recurrent layer's feedback are none."""
        own = self.module.named_parameters(recurse=False)
        return {name: value for name, value in own if value.requires_grad}

    def codes(self, flush: bool) -> np.ndarray:
        """Give the integers that choose the kernels' branches."""
        codes = np.zeros(CODES, np.int64)
        codes[KIND] = self.kind
        codes[SURROGATE] = SURROGATES[self.surrogate.kind]
        codes[IMMEDIATE] = self.immediate
        codes[LEARNS] = bool(self.learned)
        codes[FLUSH] = flush
        return codes

    def rows(self) -> dict[int, Tensor]:
        """Give the values, as a differentiable function of the module's own, in snnTorch's order of operations."""
        module = self.module
        rows: dict[int, Tensor] = {THRESHOLD: module.threshold}
        if self.kind == LAPICQUE:
            circuit = module.R * _capacitance(module)
            rows[DECAY] = 1 - module.time_step / circuit
            rows[CONDUCTANCE] = 1 / circuit
            return rows
        if self.kind == IZHIKEVICH:
            return {**rows, RATE: module.a.clamp(0, 1), SENSITIVITY: module.b, RESET: module.c, JUMP: module.d}
        rows[BETA] = module.beta.clamp(0, 1)
        if self.kind == ADAPTIVE:
            return {**rows, RHO: module.rho.clamp(0, 1), ADAPTATION: module.adaptation}
        if self.kind != LEAKY:
            rows[ALPHA] = module.alpha.clamp(0, 1)
        if self.kind == ALPHA_NEURON:
            log_alpha, log_beta = torch.log(rows[ALPHA]), torch.log(rows[BETA])
            rows[TAU] = log_alpha / (log_beta - log_alpha) + 1
        return rows

    def fill(self, values: np.ndarray, each: int = 1) -> None:
        """Write values [VALUE_ROWS, period], neuron after neuron as often as it fits, each neuron `each` times."""
        period = values.shape[1]
        with torch.no_grad():
            for row, value in self.rows().items():
                per_neuron = value.detach().double().reshape(-1).expand(self.size).numpy()
                values[row] = np.resize(np.repeat(per_neuron, each), period)
        values[SUBTRACT] = self.module.reset_mechanism == "subtract"
        values[ZERO] = self.module.reset_mechanism == "zero"
        values[SLOPE] = getattr(self.surrogate, "slope", 1.0)
        values[ESCAPE] = getattr(self.surrogate, "beta", 1.0)
        if self.kind == LAPICQUE:
            values[RESISTANCE] = float(self.module.R)
            values[TIME_STEP] = float(self.module.time_step)
        if self.kind == IZHIKEVICH:
            module = self.module
            values[TIME_STEP], values[GAIN], values[LIMIT] = module.time_step, module.input_gain, module.gradient_limit

    def for_scan(
        self, batch: int, dtype: np.dtype[Any]
    ) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """Give what the scans of a layer read beside its arrays: values, codes, and the blocks of a row."""
        period, starts, shifts = blocks_of(batch, self.size)
        values = np.zeros((VALUE_ROWS, period), dtype)
        self.fill(values)
        return values, self.codes(flush=True), (starts, shifts)

    def chain(self, raw: Tensor) -> dict[str, Tensor]:
        """Give gradients of the learned values from raw ones [RAW_GRADIENTS, neuron], through `rows`."""
        learned = self.learned
        with torch.enable_grad():
            rows = {row: value for row, value in self.rows().items() if value.requires_grad}
            weights = row_gradients(raw, rows.keys(), rows.values())
            grads = torch.autograd.grad(list(rows.values()), list(learned.values()), weights)
        return dict(zip(learned, grads, strict=True))


def row_gradients(raw: Tensor, rows: Iterable[int], values: Iterable[Tensor]) -> list[Tensor]:
    """Give the gradients of values by raw ones [RAW_GRADIENTS, neuron]: of one that all neurons share the sum."""
    each = ((raw[RAW_ROWS.index(row)], value) for row, value in zip(rows, values, strict=True))
    return [(own.sum() if value.numel() == 1 else own).reshape(value.shape).to(value.dtype) for own, value in each]


def why_not(module: nn.Module) -> str:
    """Say in plain words why a neuron module has no fused form; empty where it has."""
    return _refusal(module, _KINDS)


def why_stepped(module: nn.Module) -> str:
    """Say in plain words why a recurrent layer cannot be run by the kernels of its neurons; empty where it can."""
    if not getattr(module, "reset_delay", True):
        return f"{type(module).__name__} with an immediate reset has no fused kernel"
    own = getattr(module, "recurrent", None)
    if isinstance(own, nn.Conv2d) or (isinstance(own, nn.Linear) and own.bias is not None):
        return f"{type(module).__name__} with such a feedback has no fused kernel"
    return _refusal(module, _RECURRENT)


def _refusal(module: nn.Module, kinds: dict[type, int]) -> str:
    name = type(module).__name__
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


def _capacitance(module: Any) -> Tensor:
    """Give C; where β is learned from β at this moment, as `build.refresh` does for snnTorch's own module."""
    if isinstance(module.beta, nn.Parameter):
        return module.time_step / (module.R * torch.log(1 / module.beta.clamp(1e-6, 1 - 1e-6)))
    return module.C
