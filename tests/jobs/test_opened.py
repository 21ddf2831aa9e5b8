"""Neurons of maps and of recurrent layers, opened."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from snntrainer3d.engine import build
from snntrainer3d.engine.build import build_connection
from snntrainer3d.jobs.opened import opened
from snntrainer3d.jobs.shelf import KnownNetwork
from snntrainer3d.spec import Network, Training, parse, receptive_field

LEAKY = {"kind": "leaky"}
MAPS = parse(
    Network,
    {
        "input": {"shape": [1, 12, 11]},
        "layers": [
            {"kind": "conv2d", "channels": 3, "kernel": 3, "padding": 1, "neuron": None},
            {"kind": "batch_norm"},
            {"kind": "max_pool", "neuron": LEAKY},
            {"kind": "conv2d", "channels": 4, "kernel": 3, "stride": 2, "padding": 1, "bias": False, "neuron": None},
            {"kind": "avg_pool", "kernel": 2, "stride": 1, "neuron": LEAKY},
            {"kind": "dropout"},
            {"kind": "flatten"},
            {"kind": "dense", "size": 5},
        ],
    },
)


def known(network: Network) -> KnownNetwork:
    module = build(network, 4)
    return KnownNetwork((0, 0), network, Training(), None, module, tuple(np.array(1.0) for _ in module.spiking), None)


def test_a_neuron_of_pooled_maps_shows_the_kernel_before_it() -> None:
    one = known(MAPS)
    found = opened(one, 0, 30 + 7)
    conv = one.module.layers[0].connection
    assert found["place"] == (1, 1, 2)
    assert found["kernel"] == [1, 3, 3]
    assert found["weights_in"] == conv.weight[1].reshape(-1).tolist()
    assert found["bias"] == conv.bias[1].item()
    assert (found["weights_back"], found["weights_out"]) == ([], [])


def test_what_lies_between_a_neuron_and_its_weights_is_passed_over() -> None:
    one = known(MAPS)
    found = opened(one, 2, 3)
    columns = found["weights_in"]
    assert columns == one.module.layers[7].connection.weight[3].tolist()
    pooled = opened(one, 1, 5)
    assert pooled["bias"] is None
    assert pooled["kernel"] == [3, 3, 3]
    # Behind dropout and flattening the next layer takes each neuron by itself.
    assert pooled["weights_out"] == one.module.layers[7].connection.weight[:, 5].tolist()


def test_pooling_that_follows_neurons_has_none_of_its_own() -> None:
    layers = [
        {"kind": "conv2d", "channels": 2},
        {"kind": "max_pool", "neuron": LEAKY},
        {"kind": "flatten"},
        {"size": 3},
    ]
    found = opened(known(parse(Network, {"input": {"shape": [1, 8, 8]}, "layers": layers})), 1, 4)
    assert (found["weights_in"], found["bias"], found["kernel"]) == ([], None, None)


@pytest.mark.parametrize("feedback", ["all_to_all", "one_to_one"])
def test_a_recurrent_neuron_shows_what_comes_back_to_it(feedback: str) -> None:
    layers = [{"kind": "recurrent", "size": 6, "feedback": feedback}, {"size": 3}]
    one = known(parse(Network, {"input": {"shape": [4]}, "layers": layers}))
    own = one.module.layers[0].neuron.recurrent
    expected = own.weight[2].tolist() if feedback == "all_to_all" else [own.V[2].item()]
    found = opened(one, 0, 2)
    assert found["weights_back"] == expected
    assert len(found["weights_in"]) == 4
    assert (found["place"], found["field"]) == (None, None)


@pytest.mark.slow
@pytest.mark.parametrize("layer", [0, 2, 3, 4])
def test_the_receptive_field_is_where_a_gradient_arrives(layer: int) -> None:
    shapes = MAPS.taken_shapes()
    stages = [build_connection(one, shape) for one, shape in zip(MAPS.layers[: layer + 1], shapes, strict=False)]
    with torch.no_grad():
        for stage in stages:
            if isinstance(stage, nn.Conv2d):
                stage.weight.fill_(1.0)
    # Of the largest value only one place would answer: averaging reaches all that a window holds.
    averaging = [nn.AvgPool2d(2) if isinstance(stage, nn.MaxPool2d) else stage for stage in stages]
    inputs = torch.rand(1, 1, 12, 11, requires_grad=True)
    chain = nn.Sequential(*[stage for stage in averaging if not isinstance(stage, nn.BatchNorm2d)])
    given = chain(inputs).flatten()
    assert len(given) > 5
    for neuron in range(len(given)):
        (gradient,) = torch.autograd.grad(given[neuron], inputs, retain_graph=True)
        rows, columns = (gradient[0, 0] != 0).nonzero(as_tuple=True)
        top, left = int(rows.min()), int(columns.min())
        reached = (top, left, int(rows.max()) - top + 1, int(columns.max()) - left + 1)
        assert receptive_field(MAPS, layer, neuron) == reached


def test_behind_a_row_all_of_the_picture_is_seen() -> None:
    assert receptive_field(MAPS, 7, 2) == (0, 0, 12, 11)
