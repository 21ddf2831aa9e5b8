"""Which learned values of neurons a loss reaches: what it does not reach has no gradient in torch, and is not decayed.

torch's own graph is asked: the neurons are stepped, a copy of them, and what was used of their outputs goes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from snntrainer3d.engine.build import refresh
from snntrainer3d.engine.fused.neurons import Neurons
from snntrainer3d.engine.reference import stepped_states

ENOUGH = 3
"""Steps after which further ones reach no other value: a spike's reset comes a step later, its effect one more."""
_FOUND: WeakKeyDictionary[nn.Module, dict[tuple[object, ...], frozenset[int]]] = WeakKeyDictionary()


def row_gradients_reached(
    grads: Sequence[Tensor], neurons: Neurons, learned: tuple[int, ...], used: tuple[bool, bool, bool], steps: int
) -> list[Tensor | None]:
    """Give the gradients of the rows `learned`, None for those that torch's graph would not reach.

    Args:
        used: whether spikes, membranes, and the states after the last step have gradients.
    """
    if not learned or (used[0] and steps >= ENOUGH):
        return list(grads)
    module = neurons.module
    known = _FOUND.setdefault(module, {})
    key = learned, used, min(steps, ENOUGH), module.reset_mechanism, neurons.immediate
    if key not in known:
        known[key] = _unreached(neurons, used, min(steps, ENOUGH))
    return [None if row in known[key] else grad for row, grad in zip(learned, grads, strict=True)]


@torch.enable_grad()
def _unreached(neurons: Neurons, used: tuple[bool, bool, bool], steps: int) -> frozenset[int]:
    tensors = [*vars(neurons.module).values(), *neurons.module.buffers(recurse=False)]
    without_graph = {id(one): one.detach() for one in tensors if isinstance(one, Tensor) and not one.is_leaf}
    copied = Neurons(deepcopy(neurons.module, without_graph), neurons.surrogate, neurons.size)
    copied.module.init_hidden = False
    refresh(copied.module)
    values = list(copied.learned.values())
    shape = next((value.shape for value in values if value.numel() > 1), (neurons.size,))
    rest = torch.zeros(1, *shape, dtype=values[0].dtype)
    spikes, membranes, end = stepped_states(copied.module, [rest] * steps)
    outputs = [one for one, is_used in zip((spikes, membranes, end), used, strict=True) if is_used]
    reached = _reaches([one.sum() for each in outputs for one in each], values)
    return frozenset(
        row
        for row, value in copied.rows().items()
        if value.requires_grad
        and not any(a and b for a, b in zip(_reaches([value.sum()], values), reached, strict=True))
    )


def _reaches(results: list[Tensor], values: list[nn.Parameter]) -> list[bool]:
    """Tell for each value whether one of the results depends on it."""
    total = sum((one for one in results if one.requires_grad), torch.zeros(()))
    if not total.requires_grad:
        return [False] * len(values)
    return [grad is not None for grad in torch.autograd.grad(total, values, allow_unused=True, retain_graph=True)]
