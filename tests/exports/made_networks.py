"""Networks of every neuron, reset and way of learning, made without training, for the tests of this room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from snntrainer3d.spec import NEURONS as MODELS
from snntrainer3d.spec import (
    OUTPUT,
    Adaptive,
    Alpha,
    InputContract,
    Integrator,
    Izhikevich,
    Lapicque,
    Leaky,
    Network,
    Neuron,
    Readout,
    Sigmoid,
    Synaptic,
    TrainedNetwork,
    Training,
    Triangular,
    fixed_tensors,
    parse,
    tensor_shapes,
)

LEARNED = {"alpha": 0.95, "beta": 0.85, "threshold": 1.1, "rho": 0.9, "adaptation": 0.5} | {
    "a": 0.02,
    "b": 0.2,
    "c": -65.0,
    "d": 8.0,
}
RESETS = ("subtract", "zero", "none")


def neurons(reset: str) -> dict[str, Neuron]:
    """Give neurons of all kinds with one reset, named for what is special in them."""
    return {
        "leaky": Leaky(reset=reset),
        "lapicque": Lapicque(beta=0.6, reset=reset),
        "lapicque by R and C": Lapicque(resistance_ohm=5.0, capacitance_f=1.3, time_step_s=0.5, reset=reset),
        "synaptic": Synaptic(reset=reset),
        "alpha": Alpha(reset=reset),
        "leaky that learned": Leaky(
            reset=reset, learn_beta="per_neuron", learn_threshold="shared", surrogate=Sigmoid()
        ),
        "lapicque that learned": Lapicque(beta=0.6, reset=reset, learn_beta="per_neuron"),
        "synaptic that learned": Synaptic(reset=reset, learn_alpha="shared", learn_beta="per_neuron"),
        "alpha that learned": Alpha(
            reset=reset, learn_alpha="shared", learn_beta="per_neuron", surrogate=Triangular()
        ),
    }  # fmt: skip


NEURONS = {f"{name}, {reset}": neuron for reset in RESETS for name, neuron in neurons(reset).items()}

OTHERS: dict[str, tuple[Neuron, ...]] = {
    "adaptive": (Adaptive(),),
    "adaptive that learned, zero": (Adaptive(reset="zero", learn_rho="per_neuron", learn_adaptation="shared"),),
    "izhikevich": (Izhikevich(input_gain=50.0),),
    "izhikevich that learned": (Izhikevich(input_gain=50.0, learn_a="shared", learn_b="per_neuron"),),
    **{model.title: (model(),) for model in MODELS if not model.snntorch},
    "integrators": (Leaky(), Integrator(learn_beta="per_neuron")),
    "reset within the step": (Leaky(reset_delay=False), Synaptic(reset="zero", reset_delay=False)),
}
"""Equations that snnTorch does not have, or that code once had not; a neuron for each layer."""


def made(*cells: Neuron, sizes: tuple[int, ...] = (64, 30, 10), bias: bool = True, seed: int = 0) -> TrainedNetwork:
    """Give a network of these neurons, one per layer, which spikes a good deal."""
    chosen = cells if len(cells) == len(sizes) - 1 else cells * (len(sizes) - 1)
    layers = [
        {"size": size, "bias": bias, "neuron": cell.model_dump(mode="json")}
        for size, cell in zip(sizes[1:], chosen, strict=True)
    ]
    shape = [1, 8, 8] if sizes[0] == 64 else [sizes[0]]
    network = parse(Network, {"input": {"shape": shape}, "layers": layers})
    random = np.random.default_rng(seed)
    tensors = {}
    for name, size in tensor_shapes(network).items():
        if ".neuron." in name:
            spread = random.uniform(0.99, 1.0, size)
            tensors[name] = np.asarray(LEARNED.get(name.rsplit(".", 1)[1], 1.0) * spread, np.float32)
        else:
            tensors[name] = np.asarray(random.normal(0.02, 0.3, size), np.float32)
    tensors |= fixed_tensors(network)
    if sizes[0] == 64:
        return TrainedNetwork(network, tensors, Training(dataset="digits"))
    return TrainedNetwork(network, tensors, None, InputContract(shape=(sizes[0],)), {OUTPUT: Readout()})


def over_time(trained: TrainedNetwork, frames: int) -> TrainedNetwork:
    """Give the network for samples of so many frames, one at each step."""
    inputs = InputContract(shape=(trained.network.input.size,), frames=frames, num_steps=frames)
    return replace(trained, training=None, inputs=inputs, readouts={OUTPUT: Readout()})
