"""A plain PyTorch script: the snnTorch script without snnTorch, its neurons written out."""

from __future__ import annotations

import textwrap

from snntrainer3d.exports.contract_python import python_parts
from snntrainer3d.exports.refusal import EVERY_LAYER, code_faults, refuse
from snntrainer3d.exports.stages import Stage, stages_of
from snntrainer3d.exports.torch_modules import ONE_TO_ONE, changes_in_training, module_of
from snntrainer3d.exports.torch_parts import derivative, spike_class, training_parts, weight_entry
from snntrainer3d.exports.words import title_in_words
from snntrainer3d.spec import Lapicque, Network, Recurrent, TrainedNetwork, neuron_values, tensor_shapes

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


{one_to_one}class Layer(nn.Module):
    """A connection and its neurons: `step` gives the new states, the membrane last."""

    def __init__(self, connection, step, states, derivative, values, learned{back_argument}):
        super().__init__()
        self.connection = connection
{back_kept}        self.step, self.states, self.derivative = step, states, derivative
        for name, value in values.items():
            value = torch.tensor(value)
            if name in learned:
                self.register_parameter(name, nn.Parameter(value.expand(learned[name]).clone()))
            else:
                self.register_buffer(name, value)

    def forward(self, signal, state):
        current = self.connection(signal)
        state = state or [torch.zeros_like(current)] * self.states
{back_added}        fired = (state[-1] > self.threshold).to(current.dtype).detach()
        state = self.step(self, current, fired, *state)
        return Spike.apply(state[-1] - self.threshold, self.derivative), state


{neurons}


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
{plain}                signal, states[index] = layer(signal, states[index])
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
_BASES = {
    "leaky": ("mem", [], "beta.clamp(0, 1) * mem + x"),
    "lapicque": ("mem", [], "x * p.R * (1 / (p.R * c)) * p.time_step + (1 - p.time_step / (p.R * c)) * mem"),
    "synaptic": ("syn, mem", ["syn = p.alpha.clamp(0, 1) * syn + x"], "p.beta.clamp(0, 1) * mem + syn"),
}
_LOG = [
    "alpha, beta = p.alpha.clamp(0, 1), p.beta.clamp(0, 1)",
    "tau = torch.log(alpha) / (torch.log(beta) - torch.log(alpha)) + 1",
]
_ALPHA = {
    "subtract": "return exc - p.threshold * fired, inh_now - inh_now * fired, mem + inh * fired",
    "zero": "return exc - exc * fired, inh_now - inh_now * fired, mem - mem * fired",
    "none": "return exc, inh_now, mem",
}


def to_pytorch_script(trained: TrainedNetwork, file: str = "network.py") -> bytes:
    """Give a script of one file; raises MismatchError for what it cannot hold."""
    refuse(FORM, code_faults(trained.network, FORM, EVERY_LAYER))
    network, stages, parts = trained.network, stages_of(trained), python_parts(trained)
    kinds = dict.fromkeys(_equation(stage) for stage in stages if stage.fires)
    modes = changes_in_training(network)
    return _SCRIPT.format(
        title=title_in_words(network),
        file=file,
        spike=spike_class(),
        neurons="\n\n\n".join(_function(*kind.rsplit("_", 1)) for kind in kinds),
        layers="\n".join(_layer(stage) for stage in stages),
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
        return dict.fromkeys(("back_argument", "back_kept", "back_added", "one_to_one"), "")
    added = (
        "        if self.back is not None:\n"
        "            spikes = Spike.apply(state[-1] - self.threshold, self.derivative)\n"
        "            current = current + self.back(spikes)\n"
    )
    single = any(layer.feedback == "one_to_one" for layer in recurrent)
    return {
        "back_argument": ", back=None",
        "back_kept": "        self.back = back\n",
        "back_added": added,
        "one_to_one": ONE_TO_ONE if single else "",
    }


def _equation(stage: Stage) -> str:
    neuron = stage.layer.neuron
    by_circuit = isinstance(neuron, Lapicque) and neuron.beta is None
    return stage.equation.replace("lapicque_", "lapicque_rc_") if by_circuit else stage.equation


def _function(kind: str, reset: str) -> str:
    if kind == "alpha":
        body = [*_LOG, "exc, inh_now = alpha * exc + x, beta * inh - x", "mem = tau * (exc + inh_now)", _ALPHA[reset]]
        return _text(kind, reset, "exc, inh, mem", body)
    # A recurrent Leaky's reset to zero takes the input of the step with it.
    states, before, base = _BASES[kind.removesuffix("_rc").removeprefix("r")]
    base = base.replace("beta.clamp", "p.beta.clamp").replace("p.p.", "p.")
    if kind == "lapicque":
        before = ["c = p.time_step / (p.R * torch.log(1 / p.beta))"]
    elif kind == "lapicque_rc":
        before = ["c = p.C"]
    lead = "syn, " if kind == "synaptic" else ""
    if kind == "leaky" and reset == "zero":
        return _text(kind, reset, states, ["return (p.beta.clamp(0, 1) * ((1 - fired) * mem) + x,)"])
    body = [*before, f"base = {base}"]
    ends = {"subtract": "base - fired * p.threshold", "zero": "base - fired * base", "none": "base"}
    body.append(f"return {lead}{ends[reset]}" if lead else f"return ({ends[reset]},)")
    return _text(kind, reset, states, body)


def _text(kind: str, reset: str, states: str, body: list[str]) -> str:
    return f"def {kind}_{reset}(p, x, fired, {states}):\n" + textwrap.indent("\n".join(body), "    ")


def _layer(stage: Stage) -> str:
    layer, neuron = stage.layer, stage.layer.neuron
    if neuron is None:
        return f"            {module_of(stage)},"
    values = {name: float(getattr(neuron, name)) for name in ("alpha", "beta", "threshold")
              if getattr(neuron, name, None) is not None}  # fmt: skip
    if isinstance(neuron, Lapicque):
        values |= {"R": neuron.resistance_ohm or 1.0, "time_step": neuron.time_step_s}
        if neuron.capacitance_f is not None:
            values["C"] = neuron.capacitance_f
    learned = {
        name: list(stage.given) if learning == "per_neuron" else []
        for name, learning in neuron_values(neuron).items()
        if learning != "fixed"
    }
    back = ""
    if isinstance(layer, Recurrent):
        all_to_all = f"nn.Linear({layer.size}, {layer.size}, bias=False)"
        back = f",\n                  {all_to_all if layer.feedback == 'all_to_all' else f'OneToOne({layer.size})'}"
    return (
        f"            Layer({module_of(stage)}, {_equation(stage)}, {len(stage.states)},\n"
        f"                  lambda z: {derivative(neuron.surrogate)},\n"
        f"                  {values!r}, {learned!r}{back}),"
    )


def _weights(trained: TrainedNetwork) -> list[str]:
    found = []
    for name in tensor_shapes(trained.network):
        _, index, *rest = name.split(".")
        neuron = trained.network.layers[int(index)].neuron
        if rest[0] == "recurrent":
            found.append(weight_entry(f"layers.{index}.back.weight", trained.tensors[name]))
        elif rest[0] != "neuron":
            owner = "" if neuron is None else "connection."
            found.append(weight_entry(f"layers.{index}.{owner}{rest[0]}", trained.tensors[name]))
        elif getattr(neuron, f"learn_{rest[1]}", "fixed") != "fixed":
            found.append(weight_entry(f"layers.{index}.{rest[1]}", trained.tensors[name]))
    return found
