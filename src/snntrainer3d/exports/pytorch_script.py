"""A plain PyTorch script: the snnTorch script without snnTorch, its neurons written out."""

from __future__ import annotations

from snntrainer3d.exports.contract_python import python_parts
from snntrainer3d.exports.refusal import EVERY_LAYER, code_faults, refuse
from snntrainer3d.exports.stages import Stage, stages_of
from snntrainer3d.exports.torch_modules import ONE_TO_ONE, changes_in_training, module_of
from snntrainer3d.exports.torch_parts import neuron_classes, neurons_made, spike_class, training_parts, weight_entry
from snntrainer3d.exports.words import title_in_words
from snntrainer3d.spec import Network, Recurrent, TrainedNetwork, tensor_owner, tensor_shapes
from snntrainer3d.spec.equations.torch_text import attribute

FORM = "a PyTorch script"
_SCRIPT = '''"""{title}: plain PyTorch, inference and training.

    python {file} samples.npy [--record record.npz]{usage}    prints the class of each sample
    python {file} samples.npy --train labels.npy --save more.pt   trains on from these weights

{inputs}
record.npz: spikes of each layer, then membranes of each, [step, sample, neuron].
"""
import argparse
import base64
import math

import numpy as np
import torch
from torch import nn

{constants}


{spike}


{neurons}


{one_to_one}class Layer(nn.Module):
    """A connection and the neurons that it feeds; from input and state to the new state, spikes first."""

    def __init__(self, connection, neuron{back_argument}):
        super().__init__()
        self.connection, self.neuron{back_kept}

    def forward(self, signal, state):
        current = self.connection(signal)
        spikes, *state = state or [torch.zeros_like(current) + start for start in [0, *self.neuron.start()]]
{back_added}        return self.neuron(current, *state)


class Network(nn.Module):
    """Layers in order; `forward` takes the inputs of all steps, gives spikes and membranes [step, sample, neuron]."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([
{layers}
        ])

    def forward(self, inputs):
        states = [None] * len(self.layers)
        spikes, membranes = [[] for _ in states], [[] for _ in states]
        for signal in inputs:
            for index, layer in enumerate(self.layers):
{plain}                states[index] = layer(signal, states[index])
                signal = states[index][0]
                spikes[index].append(signal)
                membranes[index].append(states[index][-1])
        return [{stacked} for layer in spikes{some}], [{stacked} for layer in membranes{some}]


def trained():
    """Give the network with the weights at the end of this file."""
    network = Network()
    state = {{name: torch.from_numpy(array(*entry).copy()) for name, entry in WEIGHTS.items()}}
    network.load_state_dict(state, strict=False)
    return network{eval}


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


def to_pytorch_script(trained: TrainedNetwork, file: str = "network.py") -> bytes:
    """Give a script of one file; raises MismatchError for what it cannot hold."""
    refuse(FORM, code_faults(trained.network, FORM, EVERY_LAYER))
    network, stages, parts = trained.network, stages_of(trained), python_parts(trained)
    names, classes = neuron_classes(stages)
    modes = changes_in_training(network)
    return _SCRIPT.format(
        title=title_in_words(network),
        file=file,
        spike=spike_class(),
        neurons=classes,
        layers="\n".join(_layer(stage, names.get(stage.index)) for stage in stages),
        eval=".eval()" if modes else "",
        training=training_parts(trained, parts, modes=modes),
        weights="\n".join(_weights(trained)),
        **parts,
        **_shaped(network),
        **_feedback(network),
    ).encode()


def _shaped(network: Network) -> dict[str, str]:
    """Give what a script needs for layers without neurons, and for maps."""
    if network.only_dense:
        return {"plain": "", "stacked": "torch.stack(layer)", "some": ""}
    takes = ", ".join(repr(tuple(shape)) for shape in network.taken_shapes())
    plain = (
        f"                signal = signal.reshape(len(signal), *[{takes}][index])\n"
        "                if not isinstance(layer, Layer):\n"
        "                    signal = layer(signal)\n"
        "                    continue\n"
    )
    return {"plain": plain, "stacked": "torch.stack(layer).flatten(2)", "some": " if layer"}


def _feedback(network: Network) -> dict[str, str]:
    """Give what a script needs for spikes that come back to their layer."""
    recurrent = [layer for layer in network.layers if isinstance(layer, Recurrent)]
    if not recurrent:
        return {"back_argument": "", "back_kept": " = connection, neuron", "back_added": "", "one_to_one": ""}
    added = "        if self.back is not None:\n            current = current + self.back(spikes)\n"
    single = any(layer.feedback == "one_to_one" for layer in recurrent)
    return {
        "back_argument": ", back=None",
        "back_kept": ", self.back = connection, neuron, back",
        "back_added": added,
        "one_to_one": ONE_TO_ONE if single else "",
    }


def _layer(stage: Stage, name: str | None) -> str:
    layer = stage.layer
    if name is None:
        return f"            {module_of(stage)},"
    back = ""
    if isinstance(layer, Recurrent):
        all_to_all = f"nn.Linear({layer.size}, {layer.size}, bias=False)"
        back = f",\n            {all_to_all if layer.feedback == 'all_to_all' else f'OneToOne({layer.size})'}"
    return f"            Layer({module_of(stage)}, {neurons_made(stage, name)}{back}),"


def _weights(trained: TrainedNetwork) -> list[str]:
    found = []
    for name in tensor_shapes(trained.network):
        index, part = tensor_owner(name)
        rest, neuron = part.split("."), trained.network.layers[index].neuron
        if rest[0] == "recurrent":
            found.append(weight_entry(f"layers.{index}.back.weight", trained.tensors[name]))
        elif rest[0] != "neuron":
            owner = "" if neuron is None else "connection."
            found.append(weight_entry(f"layers.{index}.{owner}{rest[0]}", trained.tensors[name]))
        elif neuron is not None and neuron.learning()[rest[1]] != "fixed":
            found.append(weight_entry(f"layers.{index}.neuron.{attribute(rest[1])}", trained.tensors[name]))
    return found
