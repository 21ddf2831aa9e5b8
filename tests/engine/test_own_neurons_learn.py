"""Own neurons learn as built-in ones do: by the same machine code where they say the same."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import torch

from snntrainer3d.engine.build import build, tensors_of
from snntrainer3d.engine.equation_neuron import RecurrentEquationNeuron
from snntrainer3d.engine.fused.learner import FusedLearner, fused_learner
from snntrainer3d.engine.surrogate import derivative_of
from snntrainer3d.spec import Atan, Network, OwnNeuron, OwnSurrogate, Training, parse
from snntrainer3d.spec.neurons.own import OF_MODULES

LEAKY = {
    "kind": "equations",
    "parameters": {"beta": {"value": 0.9, "low": 0, "high": 1, "learn": "per_neuron"}, "threshold": 1.0},
    "states": {"m": 0},
    "step": ["r = heaviside(m - threshold)", "m = beta * m + x - r * threshold", "out = spike(m - threshold)"],
}


def trained(neuron: dict[str, Any]) -> tuple[dict[str, np.ndarray], list[float]]:
    layer = {"kind": "dense", "neuron": neuron}
    network = parse(Network, {"input": {"shape": [16]}, "layers": [{**layer, "size": 20}, {**layer, "size": 4}]})
    module = build(network, 3)
    learner = fused_learner(module, network, parse(Training, {"num_steps": 8, "batch_size": 16}))
    assert isinstance(learner, FusedLearner)
    chance = torch.Generator().manual_seed(0)
    losses = []
    for _ in range(12):
        inputs, labels = torch.rand(16, 16, generator=chance) * 2, torch.randint(0, 4, (16,), generator=chance)
        losses.append(learner.train_batch(inputs, labels, 1e-2).loss)
    return tensors_of(module, network), losses


@pytest.mark.slow
def test_an_equation_that_says_what_leaky_says_gives_its_weights_bit_for_bit():
    built_in, losses = trained({"kind": "leaky", "learn_beta": "per_neuron"})
    own, same = trained(LEAKY)
    assert losses == same
    assert losses[-1] < losses[0]
    assert built_in.keys() == own.keys()
    for name, values in built_in.items():
        assert values.tobytes() == own[name].tobytes(), name


def test_no_parameter_takes_the_place_of_what_a_module_has():
    neuron = parse(OwnNeuron, LEAKY)
    module = RecurrentEquationNeuron(neuron, torch.nn.Linear(1, 1))
    taken = {name for name in dir(module) if not name.startswith("_")}
    free = {"beta", "threshold"}
    for name in sorted(taken - free):
        assert name in OF_MODULES or name.startswith(("register_", "T_")), name


def test_an_own_surrogate_is_the_built_in_one_that_says_the_same():
    z = torch.linspace(-3, 3, 301, dtype=torch.float64)
    own = OwnSurrogate(derivative="slope / 2 / (1 + (pi / 2 * slope * z)**2)", parameters={"slope": 2.0})
    torch.testing.assert_close(derivative_of(own)(z), derivative_of(Atan())(z), rtol=1e-14, atol=0)
    flat = derivative_of(OwnSurrogate(derivative="1"))(z)
    assert flat.shape == z.shape
    assert flat.dtype == z.dtype


@pytest.mark.slow
def test_a_text_never_runs_and_leaves_nothing_in_memory():
    before = set(sys.modules)
    for line in ("v = __import__('ctypes')", "v = exec", "import antigravity"):
        with pytest.raises(Exception, match=r"line 1") as raised:
            parse(OwnNeuron, {"kind": "equations", "states": {"v": 0}, "step": [line]})
        assert type(raised.value).__name__ == "SpecError"
    assert "antigravity" not in set(sys.modules) - before
