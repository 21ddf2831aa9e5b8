"""Networks of every kind of layer, made without training, for the tests of this room."""

from __future__ import annotations

import numpy as np

from snntrainer3d.spec import Network, TrainedNetwork, Training, fixed_tensors, parse, tensor_shapes

LEAKY = {"kind": "leaky", "beta": 0.9}
OUT = [{"kind": "flatten"}, {"kind": "dense", "size": 10, "neuron": LEAKY}]
LAYERED: dict[str, list[dict[str, object]]] = {
    "convolution with neurons": [{"kind": "conv2d", "channels": 3, "kernel": 3, "neuron": LEAKY}, *OUT],
    "convolution, stride, padding, without bias": [
        {"kind": "conv2d", "channels": 4, "kernel": 3, "stride": 2, "padding": 1, "bias": False,
         "neuron": {"kind": "synaptic", "alpha": 0.8, "beta": 0.7, "learn_beta": "per_neuron"}},
        *OUT,
    ],
    "pooled currents": [
        {"kind": "conv2d", "channels": 3, "kernel": 3, "neuron": None},
        {"kind": "max_pool", "kernel": 2, "neuron": LEAKY}, *OUT,
    ],
    "pooled spikes": [
        {"kind": "conv2d", "channels": 3, "kernel": 2, "neuron": {"kind": "leaky", "beta": 0.8, "reset": "zero"}},
        {"kind": "avg_pool", "kernel": 3, "stride": 2}, *OUT,
    ],
    "normalised and dropped out": [
        {"kind": "conv2d", "channels": 3, "kernel": 3, "neuron": None},
        {"kind": "batch_norm", "neuron": {"kind": "lapicque", "beta": 0.7}},
        {"kind": "dropout", "share": 0.5}, *OUT,
    ],
    "two convolutions of alpha": [
        {"kind": "conv2d", "channels": 2, "kernel": 3, "neuron": {"kind": "alpha", "alpha": 0.9, "beta": 0.8}},
        {"kind": "conv2d", "channels": 2, "kernel": 3, "padding": 1, "neuron": LEAKY}, *OUT,
    ],
    "normalised rows": [
        {"kind": "dense", "size": 12, "neuron": LEAKY}, {"kind": "batch_norm", "neuron": None},
        {"kind": "dense", "size": 10, "neuron": LEAKY},
    ],
    **{
        f"recurrent {kind}, {feedback}, {reset}": [
            {"kind": "recurrent", "size": 14, "feedback": feedback,
             "neuron": {"kind": kind, "beta": 0.8, "reset": reset}},
            {"kind": "dense", "size": 10, "neuron": LEAKY},
        ]
        for kind in ("leaky", "synaptic", "adaptive")
        for feedback, reset in (("all_to_all", "subtract"), ("all_to_all", "zero"), ("one_to_one", "zero"))
    },
    **{
        f"recurrent {kind}, reset {reset} within the step": [
            {"kind": "recurrent", "size": 14, "feedback": "one_to_one",
             "neuron": {"kind": kind, "beta": 0.8, "reset": reset, "reset_delay": False}},
            {"kind": "dense", "size": 10, "neuron": LEAKY},
        ]
        for kind in ("leaky", "synaptic")
        for reset in ("subtract", "zero")
    },
}  # fmt: skip


def layered(name: str, seed: int = 0) -> TrainedNetwork:
    """Give a network of these layers for pictures of 8×8, which spikes a good deal."""
    network = parse(Network, {"input": {"shape": [1, 8, 8]}, "layers": LAYERED[name]})
    random = np.random.default_rng(seed)
    tensors = {}
    for at, shape in tensor_shapes(network).items():
        if at.endswith("running_var"):
            values = random.uniform(0.2, 0.6, shape)
        elif ".neuron." in at:
            values = random.uniform(0.7, 0.9, shape)
        elif network.layers[int(at.split(".")[1])].kind == "batch_norm":
            values = random.normal(0.6, 0.3, shape)
        else:
            values = random.normal(0.05, 0.35, shape)
        tensors[at] = np.asarray(values, np.float32)
    return TrainedNetwork(network, tensors | fixed_tensors(network), Training(dataset="digits"))
