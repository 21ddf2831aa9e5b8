"""A NumPy script: inference that a person can read in under eighty lines, the weights as text below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from snntrainer3d.exports.contract_python import python_parts
from snntrainer3d.exports.numpy_layers import layered_parts
from snntrainer3d.exports.numpy_parts import MAIN, array_text, neuron_text, steps_text
from snntrainer3d.exports.refusal import EVERY_LAYER, code_faults, refuse
from snntrainer3d.exports.stages import Stage, stages_of
from snntrainer3d.exports.words import title_in_words
from snntrainer3d.spec import TrainedNetwork

FORM = "a NumPy script"
_SCRIPT = (
    '''"""{title}: inference in plain NumPy.

    python {file} samples.npy [record.npz]{usage}    prints the class of each sample

{inputs}
record.npz: spikes of each layer that has neurons, then membranes of each, [step, sample, neuron].
"""
import argparse
import base64

import numpy as np
{windows}
{constants}


def array(text, *shape):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)


{encode}


{functions}


def run(inputs):
    """Give spikes and membranes of each layer that has neurons over the steps: lists of [step, sample, neuron]."""
    states = [None] * len(LAYERS)
    spikes, membranes = [[] for _ in LAYERS], [[] for _ in LAYERS]
    for signal in inputs:
        for index, layer in enumerate(LAYERS):
{step}


{decide}


'''
    + MAIN
    + """


# Weights, float32 as base64.
LAYERS = [
{layers}
]

if __name__ == "__main__":
    main()
"""
)
_DENSE = """\
            current = signal @ layer["weight"].T + layer["bias"]
            state = states[index] or [np.zeros_like(current) + start for start in layer["start"]]
            *states[index], signal = layer["neuron"](current, *state, **layer["values"])
            spikes[index].append(signal)
            membranes[index].append(states[index][0])
    return [np.stack(layer) for layer in spikes], [np.stack(layer) for layer in membranes]"""


def to_numpy_script(trained: TrainedNetwork, file: str = "network.py") -> bytes:
    """Give a script of one file; raises MismatchError, LimitError for what it cannot hold."""
    refuse(FORM, code_faults(trained.network, FORM, EVERY_LAYER))
    stages = stages_of(trained)
    names, steps = steps_text(stages)
    layers, operations, parts = (
        _dense_parts(stages, names) if trained.network.only_dense else layered_parts(stages, names)
    )
    return _SCRIPT.format(
        title=title_in_words(trained.network),
        file=file,
        functions="\n\n\n".join([*operations, *steps]),
        layers="\n".join(layers),
        **parts,
        **python_parts(trained),
    ).encode()


def _dense_parts(stages: Sequence[Stage], names: Mapping[int, str]) -> tuple[list[str], list[str], dict[str, str]]:
    """Give what `layered_parts` gives, in a plainer form."""
    return [_layer(stage, names[stage.index]) for stage in stages], [], {"windows": "", "step": _DENSE}


def _layer(stage: Stage, name: str) -> str:
    bias = array_text(stage.arrays["bias"]) if "bias" in stage.arrays else "0"
    return (
        f"    {{{neuron_text(stage, name)},\n"
        f'     "bias": {bias},\n     "weight": {array_text(stage.arrays["weight"])}}},'
    )
