"""Own neurons that say what a built-in one does, in whatever words: found, and taken home where only that is known."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snntrainer3d.circuits import circuit_faults, design_circuit
from snntrainer3d.errors import MismatchError, SpecError
from snntrainer3d.exports import to_nir, to_paper_json
from snntrainer3d.spec import Network, OwnNeuron, TrainedNetwork, equation_of, fixed_tensors, parse, tensor_shapes
from snntrainer3d.spec.equations.numbers import numbers_of
from snntrainer3d.spec.equivalent import equivalent_of, trained_as_built_in
from snntrainer3d.spec.neurons import NeuronModel

LATE = "heaviside(m - threshold)"


def own(step: list[str], states: dict[str, Any] | None = None, /, **changes: Any) -> OwnNeuron:
    known = {"parameters": {"beta": 0.9, "threshold": 1.0}, "membrane": "m"}
    return parse(OwnNeuron, {"kind": "equations", "states": states or {"m": 0}, "step": step, **known, **changes})


SPIKE = "out = spike(m - threshold)"
TAU: dict[str, Any] = {"parameters": {"tau": 20.0, "threshold": 0.5}}
SAME = {
    "as Leaky has it": (own([f"r = {LATE}", "m = beta*m + x - r*threshold", SPIKE]), {"kind": "leaky"}),
    "a branch": (
        own(["m = beta*m + x - where(threshold < m, threshold, 0)", "out = spike(m/threshold - 1)"]),
        {"kind": "leaky", "reset": "subtract"},
    ),
    "the spike kept": (
        own(["m = beta*m + x - s*threshold", SPIKE, "s = detach(out)"], {"m": 0, "s": 0}),
        {"kind": "leaky", "reset": "subtract", "reset_delay": True},
    ),
    "the spike kept, to zero": (
        own(["m = where(s > 0.5, 0, beta*m) + x", SPIKE, "s = out"], {"s": 0, "m": 0}),
        {"kind": "leaky", "reset": "zero"},
    ),
    "to zero within the step": (
        own(["m = beta*m + x", SPIKE, "m = where(out > 0, 0, m)"]),
        {"kind": "leaky", "reset": "zero", "reset_delay": False},
    ),
    "no reset, twice the membrane": (
        own(["m = clip(beta, 0, 1)*m + x", "out = spike(2*m - 2*threshold)"]), {"kind": "leaky", "reset": "none"},
    ),
    "by a time constant": (
        own([f"m = m + (x - m)/tau - {LATE}*threshold", SPIKE], **TAU),
        {"kind": "lapicque", "capacitance_f": 20.0, "time_step_s": 1.0, "threshold": 0.5},
    ),
    "with seconds": (
        own(["m += dt/tau * (x - m)", f"m = m - {LATE}*m", SPIKE], time_step_s=0.001,
            parameters={"tau": 0.02, "threshold": 0.5}),
        None,
    ),
    "seconds, reset of the step before": (
        own([f"r = {LATE}", "m += dt/tau * (x - m)", "m = m - r*m", SPIKE], time_step_s=0.001,
            parameters={"tau": 0.02, "threshold": 0.5}),
        {"kind": "lapicque", "reset": "zero", "time_step_s": 0.001, "capacitance_f": 0.02},
    ),
    "two time constants": (
        own(["i = exp(-1/5)*i + x", f"m = exp(-1/tau)*m + i - {LATE}*threshold", SPIKE], {"i": 0, "m": 0}, **TAU),
        {"kind": "synaptic", "alpha": np.exp(-0.2), "beta": np.exp(-0.05), "threshold": 0.5},
    ),
    "two exponentials": (
        own(
            [
                "tau = log(0.95) / (log(beta) - log(0.95)) + 1", f"r = {LATE}", "e = 0.95*e + x", "h = beta*h - x",
                "m = tau*(e + h)", "m = m*(1 - r)", "e = e*(1 - r)", "h = h*(1 - r)", SPIKE,
            ],
            {"m": 0, "h": 0, "e": 0},
        ),
        {"kind": "alpha", "alpha": 0.95, "beta": 0.9, "reset": "zero"},
    ),
    "no spike": (own(["m = x + m*beta"]), {"kind": "integrator", "beta": 0.9}),
    "a product of the input": (own(["m = beta*m + x + 0.01*x*m", SPIKE]), None),
    "a floor": (own(["m = max(beta*m + x, 0)", SPIKE]), None),
    "a start": (own([f"m = beta*m + x - {LATE}*threshold", SPIKE], {"m": 0.5}), None),
    "a spike remembered from before the first step": (
        own(["m = beta*m + x - s*threshold", SPIKE, "s = out"], {"m": 0, "s": 1}), None,
    ),
    "half the reset": (own([f"m = beta*m + x - {LATE}*threshold/2", SPIKE]), None),
    "another threshold of the reset": (own(["m = beta*m + x - heaviside(m - 2)*threshold", SPIKE]), None),
    "subtracted within the step": (own(["m = beta*m + x", SPIKE, "m = m - out*threshold"]), None),
    "a decay above 1": (own(["m = 1.01*m + x - heaviside(m - threshold)*threshold", SPIKE]), None),
    "a threshold below 0": (
        own([f"m = beta*m + x - {LATE}*threshold", SPIKE], parameters={"beta": 0.9, "threshold": -1.0}), None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_what_a_neuron_equals_is_found_whatever_it_looks_like(name: str) -> None:
    neuron, wanted = SAME[name]
    found = equivalent_of(neuron)
    assert (found is None) is (wanted is None), found
    if found is not None:
        for field, value in (wanted or {}).items():
            said = getattr(found.neuron, field)
            assert said == (pytest.approx(value) if isinstance(value, float) else value), field


@pytest.mark.slow
@given(st.sampled_from([name for name, (_, wanted) in SAME.items() if wanted]), st.integers(0, 2**32 - 1))
def test_what_equals_it_gives_its_states_and_spikes(name: str, seed: int) -> None:
    neuron = SAME[name][0]
    found = equivalent_of(neuron)
    assert found is not None
    inputs = np.random.default_rng(seed).normal(0.3, 1.0, (60, 8))
    (first, spikes), (second, same) = membranes(neuron, inputs), membranes(found.neuron, inputs)
    np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(spikes, same)


def membranes(neuron: NeuronModel, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    equation = equation_of(neuron)
    leaves: dict[tuple[str, str], Any] = {
        ("parameter", name): neuron.number(name) for name in neuron.model.numbers if neuron.number(name) is not None
    }
    starts = numbers_of(equation.starts.values(), leaves, np.float64)
    leaves |= {("state", name): np.full(8, one) for name, one in zip(equation.states, starts, strict=True)}
    found = []
    for given_now in inputs:
        leaves["input", equation.input] = given_now
        after = dict(zip(equation.results, numbers_of(equation.results.values(), leaves, np.float64), strict=True))
        leaves |= {("state", name): after[name] for name in equation.states}
        found.append((after["m"], after.get("spike", np.zeros(8))))
    return np.array([one for one, _ in found]), np.array([one for _, one in found])


def trained(neuron: dict[str, Any], seed: int = 3) -> TrainedNetwork:
    layer = {"kind": "dense", "neuron": neuron}
    network = parse(Network, {"input": {"shape": [16]}, "layers": [{**layer, "size": 12}, {**layer, "size": 4}]})
    chance = np.random.default_rng(seed)
    drawn = {
        name: chance.uniform(0.6, 0.9, shape).astype(np.float32)
        if ".neuron." in name
        else chance.normal(0.1, 0.4, shape).astype(np.float32)
        for name, shape in tensor_shapes(network).items()
    }
    return TrainedNetwork(network, drawn | fixed_tensors(network))


def lif(learn: str = "fixed") -> dict[str, Any]:
    step = [f"r = {LATE}", "m = keep * m + x - r * threshold", SPIKE]
    parameters = {"keep": {"value": 0.8, "learn": learn}, "threshold": 1.0}
    return {"kind": "equations", "title": "My LIF", "states": {"m": 0}, "step": step, "parameters": parameters}


def test_learned_values_become_those_of_the_built_in_neuron() -> None:
    network = trained(lif("per_neuron"))
    found = trained_as_built_in(network)
    for index, layer in enumerate(found.network.layers):
        assert layer.neuron is not None
        assert (layer.neuron.kind, layer.neuron.learning()["beta"]) == ("leaky", "per_neuron")
        kept = network.tensors[f"layers.{index}.neuron.keep"]
        assert found.tensors[f"layers.{index}.neuron.beta"].tobytes() == kept.tobytes()
    shared = trained_as_built_in(trained(lif("shared")))
    assert shared.network.layers[0].neuron is not None
    assert shared.network.layers[0].neuron.learning()["beta"] == "fixed"
    rising = TrainedNetwork(network.network, {**network.tensors, "layers.0.neuron.keep": np.full(12, 1.1, np.float32)})
    assert isinstance(trained_as_built_in(rising).network.layers[0].neuron, OwnNeuron)


@pytest.mark.slow
def test_it_goes_where_only_the_built_in_neuron_is_known() -> None:
    network, leaky = trained(lif()), trained({"kind": "leaky", "beta": 0.8})
    assert json.loads(to_paper_json(network)) == json.loads(to_paper_json(leaky))
    assert design_circuit(network).crossbars[1].decay.tolist() == design_circuit(leaky).crossbars[1].decay.tolist()
    np.testing.assert_array_equal(design_circuit(network).crossbars[0].plus, design_circuit(leaky).crossbars[0].plus)


def test_what_equals_nothing_is_refused_by_its_title() -> None:
    network = trained({**lif(), "step": ["m = keep * max(m, 0) + x", SPIKE]})
    with pytest.raises(MismatchError, match="no form for 'My LIF'") as raised:
        to_nir(network)
    assert [fault.path for fault in raised.value.faults] == [f"network.layers[{at}].neuron.kind" for at in (0, 1)]
    with pytest.raises(MismatchError, match="My LIF"):
        to_paper_json(network)
    with pytest.raises(SpecError, match="'My LIF' has no circuit"):
        design_circuit(network)
    assert len(circuit_faults(network.network)) == 2
    assert not circuit_faults(trained(lif()).network)
