"""The script beside an ONNX file: it feeds stored samples, goes through time with onnxruntime, and decides."""

from __future__ import annotations

from pathlib import Path

from snntrainer3d.exports.contract_python import python_parts
from snntrainer3d.exports.numpy_parts import MAIN
from snntrainer3d.exports.words import title_in_words
from snntrainer3d.spec import TrainedNetwork

_SCRIPT = (
    '''"""{title}: {model} over time, by onnxruntime.

    python {file} samples.npy [record.npz]{usage}    prints the class of each sample

{inputs}
record.npz: spikes of each layer that has neurons, then membranes of each, [step, sample, neuron].
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime

{constants}


{encode}


def run(inputs):
    """Give spikes and membranes of each layer that has neurons over the steps: lists of [step, sample, neuron]."""
    model = str(Path(__file__).with_name({model!r}))
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    layers = json.loads(session.get_modelmeta().custom_metadata_map["states"])
    start = {{f"{{layer}}.{{name}}": value for layer, held in layers.items() for name, value in held.items()}}
    membranes = [f"{{layer}}.{{next(iter(held))}}.next" for layer, held in layers.items()]
    recorded = [f"{{layer}}.spikes" for layer in layers], membranes
    first, *kept = session.get_inputs()
    names = [one.name for one in session.get_outputs()]
    steps, states = [], {{}}
    for values in inputs:
        given = {{first.name: values.reshape(-1, *map(int, first.shape[1:]))}}
        zeros = {{one.name: np.zeros((len(values), *one.shape[1:]), np.float32) for one in kept}}
        states = states or {{name: zero + np.float32(start[name]) for name, zero in zeros.items()}}
        found = dict(zip(names, session.run(names, {{**given, **states}})))
        states = {{name: found[name + ".next"] for name in start}}
        steps.append({{name: value.reshape(len(value), -1) for name, value in found.items()}})
    return [[np.stack([step[name] for step in steps]) for name in part] for part in recorded]


{decide}


'''
    + MAIN
    + """


if __name__ == "__main__":
    main()
"""
)


def onnx_runner(trained: TrainedNetwork, model: str) -> dict[str, bytes]:
    """Give the script by its name; raises InputError where nothing says how the network is fed and read."""
    file = f"{Path(model).stem}_onnx.py"
    title = title_in_words(trained.network)
    return {file: _SCRIPT.format(title=title, file=file, model=Path(model).name, **python_parts(trained)).encode()}
