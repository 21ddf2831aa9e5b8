"""A snnTorch script: network, weights, inference, and the training that goes on from here, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from snntrainer3d.exports.contract_python import python_parts
from snntrainer3d.exports.refusal import EVERY_LAYER, code_faults, refuse
from snntrainer3d.exports.stages import Stage, stages_of
from snntrainer3d.exports.torch_modules import ONE_TO_ONE, changes_in_training, module_of
from snntrainer3d.exports.torch_parts import (
    derivative,
    neuron_classes,
    neurons_made,
    spike_class,
    training_parts,
    weight_entry,
)
from snntrainer3d.exports.words import title_in_words
from snntrainer3d.spec import (
    Atan,
    FastSigmoid,
    Network,
    Neuron,
    Recurrent,
    SpikeRateEscape,
    StraightThrough,
    Surrogate,
    TrainedNetwork,
    neuron_values,
    tensor_owner,
    tensor_shapes,
)
from snntrainer3d.spec.equations import Graph, Trace, leaves_of
from snntrainer3d.spec.equations.text import expression
from snntrainer3d.spec.equations.torch_text import TORCH, attribute

FORM = "a snnTorch script"
_OWN = " that snnTorch has not, or not finite"
_SCRIPT = '''"""{title}: snnTorch, inference and training.

    python {file} samples.npy [--record record.npz]{usage}    prints the class of each sample
    python {file} samples.npy --train labels.npy --save more.pt   trains on from these weights

{inputs}
record.npz: spikes of each layer, then membranes of each, [step, sample, neuron].
Needs torch and snntorch 1.0 or newer.
"""
import argparse
import base64
{math}
import numpy as np
import snntorch as snn
import torch
from snntorch import surrogate
from torch import nn

{constants}
{own_classes}

class Network(nn.Module):
    """Layers in order; `forward` takes the inputs of all steps, gives spikes and membranes [step, sample, neuron]."""

    def __init__(self):
        super().__init__()
{modules}
{learned}
    def forward(self, inputs):
        layers = [{pairs}]
        states = [None] * len(layers)
        spikes, membranes = [[] for _ in layers], [[] for _ in layers]
        for signal in inputs:
            for index, (connection, neuron) in enumerate(layers):
{current}
                state = states[index] or at_rest(neuron, current)
{step}
                spikes[index].append(signal)
                membranes[index].append(states[index][-1])
        return [{stacked} for layer in spikes{some}], [{stacked} for layer in membranes{some}]


def at_rest(neuron, current):
    """Give the states before the first step; snnTorch keeps the shape of its last batch, and begins at zero."""
{starts}    states = neuron.reset_mem()
    states = states if isinstance(states, tuple) else (states,)
    return [torch.zeros_like(current) for state in states]

{learnable}
def trained():
    """Give the network with the weights at the end of this file."""
    network = Network()
    state = {{name: torch.from_numpy(array(*entry).copy()) for name, entry in WEIGHTS.items()}}
    network.load_state_dict(state, strict=False)
    return {network}{eval}


def array(shape, text):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)


{encode}
{training}
# Weights: name -> (shape, float32 as base64).
WEIGHTS = {{
{weights}
}}

if __name__ == "__main__":
    main()
'''
_LEARNABLE = '''
def learnable(neuron, name, size):
    """Turn a fixed value into a parameter; snnTorch's own switches fail for some of its neurons."""
    value = getattr(neuron, name).detach().to(torch.float32)
    delattr(neuron, name)
    neuron.register_parameter(name, nn.Parameter(value.expand(size).clone() if size else value.clone()))

'''
_REFRESH = '''

def refresh(network):
    """Compute again what snnTorch derives from a learned value only once, when it makes its neurons."""
    for neuron in network.modules():
        if isinstance(neuron, snn.{kind}) and isinstance(neuron.{learned}, nn.Parameter):
            neuron.{name} = {value}
    return network
'''


_STARTS = """\
    if hasattr(neuron, "start"):
        return [torch.zeros_like(current) + start for start in neuron.start()]
"""
_RECURRENT = '''class Recurrent(nn.Module):
    """Neurons that are driven by their own spikes of the step before too."""

    def __init__(self, neuron, back):
        super().__init__()
        self.neuron, self.back = neuron, back

    def start(self):
        return [0, *self.neuron.start()]

    def forward(self, current, spikes, *state):
        return self.neuron(current + self.back(spikes), *state)'''


_DENSE = {
    "current": "                current = connection(signal)",
    "step": "                signal, *states[index] = neuron(current, *state)",
    "stacked": "torch.stack(layer)",
    "some": "",
}
_LAYERED = {
    "current": (
        "                current = connection(signal.reshape(len(signal), *[{takes}][index]))\n"
        "                if neuron is None:\n"
        "                    signal = current\n"
        "                    continue"
    ),
    "step": (
        "                signal, *rest = neuron(current, *state)\n"
        "                # A recurrent neuron keeps its spikes too.\n"
        "                states[index] = [signal, *rest] if len(rest) < len(state) else rest"
    ),
    "stacked": "torch.stack(layer).flatten(2)",
    "some": " if layer",
}


def to_snntorch_script(trained: TrainedNetwork, file: str = "network.py") -> bytes:
    """Give a script of one file; raises MismatchError, LimitError for what it cannot hold."""
    refuse(FORM, code_faults(trained.network, FORM, EVERY_LAYER))
    network, stages, parts = trained.network, stages_of(trained), python_parts(trained)
    refresh = _refresh(network)
    learned = _learned(stages)
    generated = [stage for stage in stages if stage.step is not None and not stage.step.neuron.snntorch]
    names, classes = neuron_classes(generated)
    own = generated or any(not _known(neuron.surrogate) for neuron in network.neurons())
    parts_of_own = [
        *([spike_class(_OWN)] if own else []),
        *([classes] if generated else []),
        *([ONE_TO_ONE.rstrip()] if any(_one_to_one(stage) for stage in generated) else []),
        *([_RECURRENT] if any(isinstance(stage.layer, Recurrent) for stage in generated) else []),
    ]
    modes = changes_in_training(network)
    return _SCRIPT.format(
        title=title_in_words(network),
        file=file,
        own_classes="".join(f"\n\n{part}\n" for part in parts_of_own),
        starts=_STARTS if generated else "",
        math="import math\n" if generated else "",
        modules="\n".join(_modules(stage, names.get(stage.index)) for stage in stages),
        learned=learned,
        pairs=", ".join(_pair(stage) for stage in stages),
        learnable=("" if not learned else _LEARNABLE) + refresh,
        network="refresh(network)" if refresh else "network",
        eval=".eval()" if modes else "",
        training=training_parts(trained, parts, "\n            refresh(network)" if refresh else "", modes=modes),
        weights="\n".join(_weights(trained)),
        **parts,
        **(_DENSE if network.only_dense else _layered(network)),
    ).encode()


def _layered(network: Network) -> dict[str, str]:
    """Give the lines of `forward` for layers without neurons, for maps, and for spikes that come back."""
    takes = ", ".join(repr(tuple(shape)) for shape in network.taken_shapes())
    return {**_LAYERED, "current": _LAYERED["current"].format(takes=takes)}


def _refresh(network: Network) -> str:
    """Return the function that computes what follows from learned values; empty where nothing does."""
    for neuron in network.neurons():
        for name, node in neuron.snntorch_follows(Trace(Graph())).items():
            for learned in leaves_of([node], "parameter"):
                if neuron_values(neuron).get(learned, "fixed") != "fixed":
                    called = partial(_of_module, neuron.snntorch_names)
                    value = expression(replace(TORCH, parameter=called), node)
                    return _REFRESH.format(kind=neuron.snntorch, learned=learned, name=name, value=value)
    return ""


def _of_module(names: Mapping[str, str], name: str) -> str:
    return f"neuron.{names.get(name, name)}"


def _one_to_one(stage: Stage) -> bool:
    return isinstance(stage.layer, Recurrent) and stage.layer.feedback == "one_to_one"


def _pair(stage: Stage) -> str:
    number = stage.index + 1
    return f"(self.fc{number}, {f'self.lif{number}' if stage.step is not None else None})"


def _modules(stage: Stage, own: str | None) -> str:
    number, layer = stage.index + 1, stage.layer
    lines = [f"        self.fc{number} = {module_of(stage)}"]
    if own is not None:
        made = neurons_made(stage, own)
        if isinstance(layer, Recurrent):
            all_to_all = f"nn.Linear({layer.size}, {layer.size}, bias=False)"
            made = f"Recurrent({made}, {all_to_all if layer.feedback == 'all_to_all' else f'OneToOne({layer.size})'})"
        lines.append(f"        self.lif{number} = {made}")
    elif isinstance(layer, Recurrent):
        lines += _recurrent(number, layer)
    elif layer.neuron is not None:
        lines.append(f"        self.lif{number} = {_neuron(layer.neuron)}")
    return "\n".join(lines)


def _recurrent(number: int, layer: Recurrent) -> list[str]:
    """Give snnTorch's neurons whose spikes come back; the layer has a bias, the way back has none of its own."""
    every = layer.feedback == "all_to_all"
    back = (
        f"all_to_all=True, linear_features={layer.size}" if every else f"all_to_all=False, V=torch.zeros({layer.size})"
    )
    lines = [f"        self.lif{number} = {_neuron(layer.neuron, 'R', back + ', ')}"]
    return [*lines, f"        self.lif{number}.recurrent.bias = None"] if every else lines


def _neuron(neuron: Neuron, prefix: str = "", more: str = "") -> str:
    given = {name: value for name, value in neuron.snntorch_given().items() if (name, value) != ("reset_delay", True)}
    values = ", ".join(f"{name}={value!r}" for name, value in given.items())
    return (
        f"snn.{prefix}{neuron.snntorch}({values}, {more}threshold={neuron.threshold!r}, "
        f"reset_mechanism={neuron.reset!r},\n"
        f"            spike_grad={_surrogate(neuron.surrogate)})"
    )


def _known(surrogate: Surrogate) -> bool:
    return isinstance(surrogate, Atan | FastSigmoid | StraightThrough | SpikeRateEscape)


def _surrogate(surrogate: Surrogate) -> str:
    match surrogate:
        case Atan(slope=slope):
            return f"surrogate.atan(alpha={slope!r})"
        case FastSigmoid(slope=slope):
            return f"surrogate.fast_sigmoid(slope={slope!r})"
        case StraightThrough():
            return "surrogate.straight_through_estimator()"
        case SpikeRateEscape(beta=beta, slope=slope):
            return f"surrogate.spike_rate_escape(beta={beta!r}, slope={slope!r})"
        case _:
            return f"lambda z: Spike.apply(z, lambda z: {derivative(surrogate)})"


def _learned(stages: list[Stage]) -> str:
    lines = [
        f"        learnable(self.lif{stage.index + 1}, {name!r}, {_size(stage) if learning == 'per_neuron' else None})"
        for stage in stages
        if stage.step is not None and stage.step.neuron.snntorch
        for name, learning in neuron_values(stage.layer.neuron).items()
        if learning != "fixed"
    ]
    return "\n".join(lines) + "\n" if lines else ""


def _size(stage: Stage) -> int | tuple[int, ...]:
    return stage.given[0] if len(stage.given) == 1 else stage.given


def _weights(trained: TrainedNetwork) -> list[str]:
    """Give weights, biases and what neurons learned, by the names of the script's state dict."""
    found = []
    for name in tensor_shapes(trained.network):
        index, part = tensor_owner(name)
        rest, number, layer = part.split("."), index + 1, trained.network.layers[index]
        generated = layer.neuron is not None and not layer.neuron.snntorch
        if rest[0] == "recurrent" and generated:
            found.append(weight_entry(f"lif{number}.back.weight", trained.tensors[name]))
        elif rest[0] == "recurrent":
            own = "weight" if isinstance(layer, Recurrent) and layer.feedback == "all_to_all" else "V"
            found.append(weight_entry(f"lif{number}.recurrent.{own}", trained.tensors[name]))
        elif rest[0] != "neuron":
            found.append(weight_entry(f"fc{number}.{rest[0]}", trained.tensors[name]))
        elif layer.neuron is not None and layer.neuron.learning()[rest[1]] != "fixed":
            inside = "neuron." if generated and isinstance(layer, Recurrent) else ""
            told = attribute(rest[1]) if generated else rest[1]
            found.append(weight_entry(f"lif{number}.{inside}{told}", trained.tensors[name]))
    return found
