"""A NumPy script: inference that a person can read in under eighty lines, the weights as text below them."""

from __future__ import annotations

from snntrainer3d.exports.contract_python import python_parts
from snntrainer3d.exports.numpy_layers import layered_numpy_script
from snntrainer3d.exports.numpy_parts import SCRIPT_END, array_text, neuron_text, steps_text
from snntrainer3d.exports.refusal import EVERY_LAYER, code_faults, refuse
from snntrainer3d.exports.stages import Stage, stages_of
from snntrainer3d.exports.words import title_in_words
from snntrainer3d.spec import TrainedNetwork

FORM = "a NumPy script"
_HEAD = (
    '''"""{title}: inference in plain NumPy.

    python {file} samples.npy [record.npz]{usage}    prints the class of each sample

{inputs}
record.npz: spikes of each layer, then membranes of each, [step, sample, neuron].
"""
import argparse
import base64

import numpy as np

{constants}


def array(text, *shape):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)


{encode}


{neurons}


def run(inputs):
    """Give spikes and membranes of each layer over the steps of `inputs`: lists of arrays [step, sample, neuron]."""
    states = [None] * len(LAYERS)
    spikes, membranes = [[] for _ in LAYERS], [[] for _ in LAYERS]
    for signal in inputs:
        for index, layer in enumerate(LAYERS):
            current = signal @ layer["weight"].T + layer["bias"]
            state = states[index] or [np.zeros_like(current) + start for start in layer["start"]]
            *states[index], signal = layer["neuron"](current, *state, **layer["values"])
            spikes[index].append(signal)
            membranes[index].append(states[index][0])
    return [np.stack(layer) for layer in spikes], [np.stack(layer) for layer in membranes]

'''
    + SCRIPT_END
)


def to_numpy_script(trained: TrainedNetwork, file: str = "network.py") -> bytes:
    """Give a script of one file; raises MismatchError, LimitError for what it cannot hold."""
    refuse(FORM, code_faults(trained.network, FORM, EVERY_LAYER))
    if not trained.network.only_dense:
        return layered_numpy_script(trained, file)
    stages = stages_of(trained)
    names, functions = steps_text(stages)
    return _HEAD.format(
        title=title_in_words(trained.network),
        file=file,
        neurons=functions,
        layers="\n".join(_layer(stage, names[stage.index]) for stage in stages),
        **python_parts(trained),
    ).encode()


def _layer(stage: Stage, name: str) -> str:
    bias = array_text(stage.arrays["bias"]) if "bias" in stage.arrays else "0"
    return (
        f"    {{{neuron_text(stage, name)},\n"
        f'     "bias": {bias},\n     "weight": {array_text(stage.arrays["weight"])}}},'
    )
