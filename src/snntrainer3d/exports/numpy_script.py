"""A NumPy script: inference that a person can read in under sixty lines, the weights as text below them."""

from __future__ import annotations

from snntrainer3d.exports.layer_values import LayerValues, layer_values
from snntrainer3d.exports.numpy_layers import layered_numpy_script
from snntrainer3d.exports.numpy_parts import SCRIPT_END, array_text, neuron_function, value_text
from snntrainer3d.exports.refusal import EVERY_LAYER, code_faults, refuse
from snntrainer3d.exports.words import inputs_in_words, title_in_words
from snntrainer3d.spec import TrainedNetwork, Training

FORM = "a NumPy script"
_HEAD = (
    '''"""{title}: inference in plain NumPy.

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

'''
    + SCRIPT_END
)


def to_numpy_script(trained: TrainedNetwork, file: str = "network.py") -> bytes:
    """Give a script of one file; raises MismatchError, LimitError for what it cannot hold."""
    refuse(FORM, code_faults(trained.network, FORM, EVERY_LAYER))
    if not trained.network.only_dense:
        return layered_numpy_script(trained, file)
    layers = layer_values(trained)
    kinds = dict.fromkeys((layer.kind, layer.reset) for layer in layers)
    recipe = trained.training or Training()
    return _HEAD.format(
        title=title_in_words(trained.network),
        file=file,
        features=trained.network.input.size,
        inputs=inputs_in_words(recipe),
        num_steps=recipe.num_steps,
        neurons="\n\n\n".join(neuron_function(kind, reset) for kind, reset in kinds),
        layers="\n".join(_layer(layer) for layer in layers),
    ).encode()


def _layer(layer: LayerValues) -> str:
    values = ", ".join(f"{name}={value_text(value)}" for name, value in layer.values.items())
    bias = "0" if layer.bias is None else array_text(layer.bias)
    return (
        f'    {{"neuron": {layer.kind}_{layer.reset}, "states": {len(layer.states)}, "values": dict({values}),\n'
        f'     "bias": {bias},\n     "weight": {array_text(layer.weight)}}},'
    )
