"""Which layers a module's own forward calls, in which order: known of nn.Sequential, seen of others as they run once.

A module of somebody's own is a chain where each layer gets, unchanged, what the one before gives, and neurons get their
own states back. What it computes beside that cannot be seen from its layers, and is refused by the layer that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import snntorch
import torch
from torch import Tensor, nn

from snntrainer3d.engine.equation_neuron import EquationNeuron
from snntrainer3d.errors import MismatchError

Named = tuple[str, nn.Module]
_HINT = (
    "Make it a module of its own, such as nn.ReLU or nn.Flatten, or give the layers in order: nn.Sequential or "
    "nn.ModuleList."
)
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


class ForwardUnknownError(MismatchError):
    """A module's own forward could not be run with its input alone, so that nothing is known of it."""


@dataclass(frozen=True, eq=False, slots=True)
class _Call:
    place: int
    given: tuple[Any, ...]
    versions: tuple[int, ...]
    """How often each of `given` had been changed in place."""
    results: tuple[Tensor, ...]
    result_versions: tuple[int, ...]

    def gets(self, at: int, source: Tensor, version: int) -> bool:
        """Tell whether what it gets at a place is `source`, and as it was."""
        given = self.given[at]
        alike = given.shape == source.shape and given.stride() == source.stride()
        return alike and given.data_ptr() == source.data_ptr() and self.versions[at] == version


def is_neuron(module: nn.Module) -> bool:
    """Tell whether a module is a neuron of snnTorch, or one of ours that is stepped alike."""
    return isinstance(module, snntorch.SpikingNeuron)


def has_hooks(module: nn.Module) -> bool:
    """Tell whether somebody's own code runs whenever the module does."""
    return any(getattr(module, name) for name in _HOOKS)


def layers_of(module: nn.Module, prefix: str = "") -> Iterator[Named]:
    """Give names and layers in order of definition; blocks that hold neurons and nn.Sequential are unfolded."""
    for name, child in module._modules.items():
        if child is None:
            continue
        path = f"{prefix}{name}"
        inside = any(is_neuron(one) for one in child.modules())
        if not is_neuron(child) and (_in_order(child) or inside):
            yield from layers_of(child, f"{path}.")
        else:
            yield path, child


def is_in_order(module: nn.Module) -> bool:
    """Tell whether a module computes its layers one after the other: nn.Sequential, nested or not, or a mere list."""
    blocks = [child for _, child in _blocks(module)]
    return all(_in_order(block) for block in [module, *blocks])


def refuse_hooks(module: nn.Module) -> None:
    """Refuse blocks whose hooks would not run, for their layers are called without them; raises MismatchError."""
    for name, block in [("module", module), *_blocks(module)]:
        if has_hooks(block):
            raise MismatchError("has hooks, which would not be called.", path=name, hint="Put them on its layers.")


def refuse_shared(layers: Sequence[Named], reasons: Sequence[str]) -> None:
    """Refuse a layer with states that stands in two places; raises MismatchError.

    Args:
        reasons: why each layer must be stepped through; empty where it treats every sample and step for itself.
    """
    known: dict[int, str] = {}
    for (name, layer), reason in zip(layers, reasons, strict=True):
        if id(layer) in known and (is_neuron(layer) or reason):
            raise MismatchError(
                f"is the same {type(layer).__name__} as {known[id(layer)]}, whose states both would share.",
                path=name,
                hint="Make one for each place.",
            )
        known.setdefault(id(layer), name)


def chain_of_forward(module: nn.Module, tries: Iterable[Tensor]) -> list[Named]:
    """Give the layers in the order in which a module's own forward calls them at each step.

    Args:
        tries: inputs to run it with, of which the first that shows a chain counts: of one step, or of all.

    Raises:
        MismatchError: it computes something else than a chain, with the layer that shows it.
        ForwardUnknownError: it cannot be run with any of them.
    """
    layers = list(layers_of(module))
    unlike: MismatchError | None = None
    failed = ""
    for given in tries:
        try:
            given = (given.detach().requires_grad_() * 1).view_as(given)  # so that what depends on it is seen
            calls, returned = _record(module, layers, given)
        except Exception as error:
            failed = failed or f"{type(error).__name__}: {error}".splitlines()[0][:200]
            continue
        try:
            return [layers[place] for place in _chain(calls, layers, given, returned)]
        except MismatchError as error:
            unlike = unlike if unlike is not None and unlike.path != "module" else error
    if unlike is not None:
        raise unlike
    raise ForwardUnknownError(
        f"Its forward could not be run with its input alone ({failed}).", path="module", hint=_HINT
    )


def _in_order(module: nn.Module) -> bool:
    forward = type(module).forward
    return forward in (nn.Sequential.forward, nn.Module.forward)


def _blocks(module: nn.Module, prefix: str = "") -> Iterator[Named]:
    """Give what `layers_of` unfolds."""
    for name, child in module._modules.items():
        if child is None or is_neuron(child):
            continue
        if _in_order(child) or any(is_neuron(one) for one in child.modules()):
            if child._modules or type(child).forward is nn.Sequential.forward:
                yield f"{prefix}{name}", child
            yield from _blocks(child, f"{prefix}{name}.")


def _record(module: nn.Module, layers: list[Named], given: Tensor) -> tuple[list[_Call], list[Tensor]]:
    """Run a module once, and leave it as it was; gives the calls of its layers, and every tensor that it returned."""
    calls: list[_Call] = []
    begun: list[tuple[tuple[Any, ...], tuple[int, ...]]] = []

    def before(_module: nn.Module, positional: tuple[Any, ...], named: dict[str, Any]) -> None:
        tensors = tuple(one for one in (*positional, *named.values()) if isinstance(one, Tensor))
        begun.append((tensors, tuple(one._version for one in tensors)))

    def after(place: int, result: Any) -> None:
        results = tuple(result) if isinstance(result, tuple) else (result,)
        calls.append(_Call(place, *begun.pop(), results, tuple(one._version for one in results)))

    handles = []
    for place in {id(layer): place for place, (_, layer) in reversed(list(enumerate(layers)))}.values():
        layer = layers[place][1]
        handles.append(layer.register_forward_pre_hook(before, with_kwargs=True))
        handles.append(layer.register_forward_hook(lambda _m, _given, result, place=place: after(place, result)))
    try:
        with _as_it_was(module), torch.enable_grad(), torch.random.fork_rng(devices=[]):
            returned = list(_tensors(module(given)))
    finally:
        for handle in handles:
            handle.remove()
    return calls, returned


@contextmanager
def _as_it_was(module: nn.Module) -> Iterator[None]:
    """Leave running means and hidden states as they were."""
    kept = [(one, name, value, None if value is None else value.clone())
            for one in module.modules() for name, value in one._buffers.items()]  # fmt: skip
    try:
        yield
    finally:
        for one, name, value, copy in kept:
            if value is not None and copy is not None and value.shape == copy.shape:
                with torch.no_grad():
                    value.copy_(copy)
            one._buffers[name] = value


def _tensors(returned: Any) -> Iterator[Tensor]:
    if isinstance(returned, Tensor):
        yield returned
    elif isinstance(returned, dict):
        yield from _tensors(list(returned.values()))
    elif isinstance(returned, list | tuple):
        for one in returned:
            yield from _tensors(one)


def _chain(calls: list[_Call], layers: list[Named], given: Tensor, returned: list[Tensor]) -> list[int]:
    """Give the places of the layers of one step; raises MismatchError where steps are no chain."""
    steps = _steps(calls, given)
    if not steps:
        name = layers[calls[0].place][0] if calls else "module"
        raise MismatchError("does not get the input as it is.", path=name, hint=_HINT)
    order = [call.place for call in steps[0]]
    newest: dict[int, _Call] = {}
    for step in steps:
        if [call.place for call in step] != order:
            raise MismatchError("does not call the same layers at every step.", path="module", hint=_HINT)
        for before, call in pairwise(step):
            if not call.given or not call.gets(0, before.results[0], before.result_versions[0]):
                told = f"does not get what {layers[before.place][0]} gives: forward computes something in between."
                raise MismatchError(told, path=layers[call.place][0], hint=_HINT)
        for call in step:
            if is_neuron(layers[call.place][1]):
                _check_states(call, newest.get(call.place), layers[call.place])
                newest[call.place] = call
    _check_returned(steps, returned, layers[order[-1]][0])
    return order


def _steps(calls: list[_Call], given: Tensor) -> list[list[_Call]]:
    """Cut calls into steps: each begins with a layer that gets the input, the same or that of its step."""
    steps: list[list[_Call]] = []
    for call in calls:
        fresh = bool(call.given) and call.gets(0, given, given._version)
        one = given[len(steps)] if not fresh and given.dim() > 1 and len(steps) < len(given) else None
        if fresh or (one is not None and call.given and call.gets(0, one, one._version)):
            steps.append([])
        elif not steps:
            return []
        steps[-1].append(call)
    return steps


def _check_states(call: _Call, before: _Call | None, layer: Named) -> None:
    """See that neurons start from rest and then get the states that they gave."""
    states = call.given[1:]
    for at, state in enumerate(states):
        if before is None:
            rest = layer[1].reset_mem()[at] if isinstance(layer[1], EquationNeuron) else 0.0
            fits = bool((state == rest).all())
        else:
            place = len(before.results) - len(states) + at
            fits = place >= 0 and call.gets(at + 1, before.results[place], before.result_versions[place])
        if not fits:
            told = "does not start from rest." if before is None else "does not get the states that it gave."
            raise MismatchError(told, path=layer[0], hint=_HINT)


def _check_returned(steps: list[list[_Call]], returned: list[Tensor], name: str) -> None:
    """See that forward returns what its last neurons give, or what follows from that alone, as a sum over steps."""
    last = [result for step in steps for result in step[-1].results]
    itself = {result.data_ptr() for result in last}
    ends = {result.grad_fn for result in last}
    if any(one.data_ptr() in itself or (one.grad_fn is not None and _only_from(one.grad_fn, ends)) for one in returned):
        return
    raise MismatchError("is the last layer, but forward returns something else.", path=name, hint=_HINT)


def _only_from(node: Any, ends: set[Any]) -> bool:
    """Tell whether a result follows from `ends` alone: no way back, past them, leads to the input or to weights."""
    seen, waiting = set(ends), [node]
    while waiting:
        one = waiting.pop()
        if one in seen or one is None:
            continue
        seen.add(one)
        if not one.next_functions:
            return False
        waiting += [before for before, _ in one.next_functions]
    return True
