"""What a training starts from: learned values are taken over, what the new document says stands."""

from __future__ import annotations

import numpy as np
import pytest

from snntrainer3d.errors import MismatchError
from snntrainer3d.spec import (
    Alpha,
    Lapicque,
    Leaky,
    Network,
    Neuron,
    Synaptic,
    TrainedNetwork,
    dense_network,
    fit_start,
    fixed_tensors,
    tensor_shapes,
)


def network(neuron: Neuron, *, bias: bool = True) -> Network:
    return dense_network((4,), [3], 2, neuron, bias=bias)


def trained(net: Network) -> TrainedNetwork:
    random = np.random.default_rng(3)
    arrays = {name: random.uniform(0.3, 0.6, shape).astype(np.float32) for name, shape in tensor_shapes(net).items()}
    return TrainedNetwork(net, {**arrays, **fixed_tensors(net)})


NEURONS: list[Neuron] = [
    Leaky(beta=0.7),
    Leaky(beta=0.7, learn_beta="shared"),
    Leaky(beta=0.7, learn_beta="per_neuron", learn_threshold="shared"),
    Lapicque(resistance_ohm=1.0, capacitance_f=1.0, time_step_s=0.5),
    Synaptic(alpha=0.6, beta=0.5, learn_alpha="per_neuron"),
    Alpha(alpha=0.9, beta=0.5),
]


@pytest.mark.parametrize("before", NEURONS)
@pytest.mark.parametrize("after", NEURONS)
def test_every_neuron_can_follow_every_other(before: Neuron, after: Neuron) -> None:
    start, net = trained(network(before)), network(after)
    begun = fit_start(start, net)
    assert begun.network == net
    for name in ("layers.0.weight", "layers.1.weight", "layers.0.bias"):
        np.testing.assert_array_equal(begun.tensors[name], start.tensors[name])


def test_a_learned_value_is_taken_over_and_a_fixed_one_is_as_the_document_says() -> None:
    start = trained(network(Leaky(beta=0.7, learn_beta="shared")))
    per_neuron = fit_start(start, network(Leaky(beta=0.9, learn_beta="per_neuron", threshold=2.0)))
    learned = start.tensors["layers.0.neuron.beta"]
    np.testing.assert_array_equal(per_neuron.tensors["layers.0.neuron.beta"], np.full(3, learned))
    assert per_neuron.tensors["layers.0.neuron.threshold"] == 2.0
    assert fit_start(start, network(Leaky(beta=0.9))).tensors["layers.0.neuron.beta"] == np.float32(0.9)


def test_other_sizes_and_biases_are_refused() -> None:
    start = trained(network(Leaky()))
    with pytest.raises(MismatchError, match="4-3-2"):
        fit_start(start, dense_network((4,), [5], 2))
    with pytest.raises(MismatchError) as caught:
        fit_start(start, network(Leaky(), bias=False))
    assert [fault.path for fault in caught.value.faults] == ["network.layers[0].bias", "network.layers[1].bias"]
