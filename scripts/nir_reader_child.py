"""Reads a NIR file with another framework's own importer and runs it; nir_readers.py starts it.

It imports nothing of ours.

`python nir_reader_child.py FRAMEWORK file.nir inputs.npy steps settings out.npz`: inputs are [sample feature], the same
at every step; the spikes of each layer come out as [time sample neuron].
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import nir
import numpy as np
import torch

Step = Callable[[torch.Tensor], Any]
DT_S = 1e-4


def by_snntorch(graph: nir.NIRGraph, settings: set[str]) -> torch.nn.Module:
    """snnTorch: `import_from_nir`; resets are always zero and at once."""
    import snntorch
    from snntorch.import_nir import import_from_nir

    module = import_from_nir(graph)
    for part in module.modules():
        if isinstance(part, snntorch.SpikingNeuron):
            part.reset_delay = "delay" in settings
            if "subtract" in settings:
                part.reset_mechanism = "subtract"
                # Chosen once in __init__; setting the mechanism alone changes nothing.
                part.state_function = part._base_sub
    return module


def by_norse(graph: nir.NIRGraph, settings: set[str]) -> torch.nn.Module:
    """Norse: `from_nir`; dt is 1 ms unless it is told, the r of LIF is left out, resets are to a value."""
    from norse.torch import from_nir

    if "gain" in settings:
        put_gain_into_weights(graph)
    module = from_nir(graph, ignore_warnings=True, dt=DT_S if "dt" in settings else 1e-3)
    if "subtract" in settings:
        for part in module.modules():
            if hasattr(getattr(part, "p", None), "reset_method"):
                part.p = part.p._replace(reset_method=taking_off(1.0 - DT_S * part.p.tau_mem_inv))
    return module


def put_gain_into_weights(graph: nir.NIRGraph) -> None:
    """Multiply what leads to a LIF by its r, which Norse leaves out."""
    sources = {target: source for source, target in graph.edges}
    for name, node in graph.nodes.items():
        if isinstance(node, nir.LIF):
            before = graph.nodes[sources[name]]
            before.weight = before.weight * node.r[:, None]
            before.bias = before.bias * node.r


def taking_off(decay: torch.Tensor) -> Callable[..., torch.Tensor]:
    """Give a reset by subtraction for a framework that resets before it decays; ours takes the threshold off after."""

    def reset(spikes: torch.Tensor, v: torch.Tensor, _: torch.Tensor, threshold: torch.Tensor) -> torch.Tensor:
        return v - spikes * threshold / decay

    return reset


def by_spikingjelly(graph: nir.NIRGraph, settings: set[str]) -> torch.nn.Module:
    """SpikingJelly: `import_from_nir`; resets are to a value at once, or by subtraction where v_reset is None."""
    from spikingjelly.activation_based import neuron
    from spikingjelly.activation_based.nir_exchange import import_from_nir

    module = import_from_nir(graph, dt=DT_S)
    for part in module.modules():
        if isinstance(part, neuron.BaseNode) and "subtract" in settings:
            part.v_reset = None
    return module


def carrying(module: torch.nn.Module) -> Step:
    """Give a step that hands the module the state it gave back."""
    state: Any = None

    def step(inputs: torch.Tensor) -> Any:
        nonlocal state
        given = module(inputs) if state is None else module(inputs, state)
        output, state = given if isinstance(given, tuple) else (given, None)
        return output

    return step


def layers_of(module: torch.nn.Module) -> Iterator[torch.nn.Module]:
    """Give the modules that read the graph's neurons, in order."""
    found = {int(name[3:]): part for name, part in module.named_modules() if re.fullmatch(r"lif\d+", name)}
    for place in sorted(found):
        yield found[place]


def main(framework: str, file: str, inputs: str, steps: str, settings: str, out: str) -> None:
    """Run and write."""
    importer = {"snntorch": by_snntorch, "norse": by_norse, "spikingjelly": by_spikingjelly}[framework]
    module = importer(nir.read(file), set(settings.split(",")))
    step = carrying(module)
    recorded: dict[str, list[np.ndarray]] = {}

    def keep(name: str) -> Callable[..., None]:
        return lambda _module, _given, output: recorded.setdefault(name, []).append(
            (output[0] if isinstance(output, tuple) else output).detach().numpy().copy()
        )

    for index, layer in enumerate(layers_of(module)):
        layer.register_forward_hook(keep(f"layer{index}"))
    samples = torch.from_numpy(np.load(inputs))
    with torch.no_grad():
        for _ in range(int(steps)):
            step(samples)
    np.savez(out, **{name: np.stack(spikes) for name, spikes in recorded.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
