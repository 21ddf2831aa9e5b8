"""A NumPy script: inference that a person can read in under sixty lines, the weights as text below them."""

from __future__ import annotations

import textwrap

import numpy as np

from snntrainer3d.exports.layer_values import LayerValues, layer_values, number, packed
from snntrainer3d.exports.refusal import code_faults, refuse
from snntrainer3d.exports.words import inputs_in_words, title_in_words
from snntrainer3d.spec import TrainedNetwork, Training

FORM = "a NumPy script"
_HEAD = '''"""{title}: inference in plain NumPy.

    python {file} samples.npy [record.npz]    prints the class of each sample

samples.npy: float32 [sample, {features}], the same at each of NUM_STEPS steps, or [step, sample, {features}].
{inputs}
record.npz: spikes of each layer, then membranes of each, [step, sample, neuron].
"""
import base64
import sys

import numpy as np

NUM_STEPS = {num_steps}


def array(text, *shape):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)


{neurons}


def run(samples, num_steps=NUM_STEPS):
    """Give spikes and membranes of each layer: lists of arrays [step, sample, neuron]."""
    over_time = samples if samples.ndim == 3 else [samples] * num_steps
    sizes = [len(layer["weight"]) for layer in LAYERS]
    states = [[np.zeros((over_time[0].shape[0], size), np.float32)] * layer["states"]
              for layer, size in zip(LAYERS, sizes)]
    spikes, membranes = [[] for _ in LAYERS], [[] for _ in LAYERS]
    for signal in over_time:
        for index, layer in enumerate(LAYERS):
            current = signal @ layer["weight"].T + layer["bias"]
            states[index] = layer["neuron"](current, *states[index], **layer["values"])
            signal = (states[index][-1] > layer["values"]["threshold"]).astype(np.float32)
            spikes[index].append(signal)
            membranes[index].append(states[index][-1])
    return [np.stack(layer) for layer in spikes], [np.stack(layer) for layer in membranes]


def main(samples, record=None):
    spikes, membranes = run(np.load(samples))
    print(*spikes[-1].sum(0).argmax(1), sep="\\n")
    if record:
        np.savez(record, *spikes, *membranes)


# Weights, float32 as base64.
LAYERS = [
{layers}
]

if __name__ == "__main__":
    main(*sys.argv[1:3])
'''
_FIRED = "fired = (mem > threshold).astype(np.float32)"
_NEURONS = {
    "leaky": ("mem, beta, threshold", "", "beta * mem + x"),
    "lapicque": (
        "mem, resistance, rate, time_step, decay, threshold",
        "",
        "x * resistance * rate * time_step + decay * mem",
    ),
    "synaptic": ("syn, mem, alpha, beta, threshold", "syn = alpha * syn + x", "beta * mem + syn"),
}
_ALPHA = {
    "subtract": "return exc - fired * threshold, np.where(fired, 0, inh), mem + before * fired",
    "zero": "return np.where(fired, 0, exc), np.where(fired, 0, inh), np.where(fired, 0, mem)",
    "none": "return exc, inh, mem",
}


def to_numpy_script(trained: TrainedNetwork, file: str = "network.py") -> bytes:
    """Give a script of one file; raises MismatchError, LimitError for what it cannot hold."""
    refuse(FORM, code_faults(trained.network, FORM))
    layers = layer_values(trained)
    kinds = dict.fromkeys((layer.kind, layer.reset) for layer in layers)
    recipe = trained.training or Training()
    return _HEAD.format(
        title=title_in_words(trained.network),
        file=file,
        features=trained.network.input.size,
        inputs=inputs_in_words(recipe),
        num_steps=recipe.num_steps,
        neurons="\n\n\n".join(_neuron(kind, reset) for kind, reset in kinds),
        layers="\n".join(_layer(layer) for layer in layers),
    ).encode()


def _neuron(kind: str, reset: str) -> str:
    return _alpha(reset) if kind == "alpha" else _plain(kind, reset)


def _plain(kind: str, reset: str) -> str:
    arguments, before, base = _NEURONS[kind]
    if kind == "leaky" and reset == "zero":
        body = [_FIRED, "return (beta * np.where(fired, 0, mem) + x,)"]
    else:
        mem = {"subtract": f"{base} - fired * threshold", "zero": f"np.where(fired, 0, {base})", "none": base}[reset]
        body = [*([_FIRED] if reset != "none" else []), *([before] if before else [])]
        body.append(f"return syn, {mem}" if kind == "synaptic" else f"return ({mem},)")
    return _function(kind, reset, arguments, body)


def _alpha(reset: str) -> str:
    body = [
        *([_FIRED] if reset != "none" else []),
        *(["before = inh"] if reset == "subtract" else []),
        "exc, inh = alpha * exc + x, beta * inh - x",
        "mem = tau * (exc + inh)",
        _ALPHA[reset],
    ]
    return _function("alpha", reset, "exc, inh, mem, alpha, beta, tau, threshold", body)


def _function(kind: str, reset: str, arguments: str, body: list[str]) -> str:
    return f"def {kind}_{reset}(x, {arguments}):\n" + textwrap.indent("\n".join(body), "    ")


def _layer(layer: LayerValues) -> str:
    values = ", ".join(f"{name}={_value(value)}" for name, value in layer.values.items())
    bias = "0" if layer.bias is None else _array(layer.bias)
    return (
        f'    {{"neuron": {layer.kind}_{layer.reset}, "states": {len(layer.states)}, "values": dict({values}),\n'
        f'     "bias": {bias},\n     "weight": {_array(layer.weight)}}},'
    )


def _value(value: np.ndarray) -> str:
    return f"np.float32({number(value)})" if value.ndim == 0 else _array(value)


def _array(value: np.ndarray) -> str:
    shape = ", ".join(map(str, value.shape))
    return f'array("""\n{packed(value)}\n""", {shape})'
