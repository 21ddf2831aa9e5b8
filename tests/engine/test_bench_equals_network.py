"""What the bench computes by NumPy is what the network's modules compute by torch."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from snntrainer3d.analysis import respond
from snntrainer3d.engine.build import build_neuron
from snntrainer3d.engine.reference import neurons_over_time
from snntrainer3d.spec import NEURONS, NeuronModel, equation_of, usual_neuron
from snntrainer3d.spec.equations import ordered

STEPS, LANES = 60, 7
EXACT = {"add", "sub", "mul", "div", "neg", "abs", "gt", "ge", "lt", "le", "minimum", "maximum", "clamp", "select"}
NO_SUM = {"input", "state", "parameter", "constant", "spike", "heaviside", "detach", "with_gradient"}


def every_form() -> list[NeuronModel]:
    """Return each model with every reset that it can have."""
    found = []
    for model in NEURONS:
        choices: dict[str, list[Any]] = {"reset": ["subtract", "zero", "none"], "reset_delay": [True, False]}
        named = {name: values for name, values in choices.items() if name in model.model_fields}
        found += [usual_neuron(model).changed(**dict(zip(named, one, strict=True))) for one in product(*named.values())]
    return found


def exact(neuron: NeuronModel) -> bool:
    """Tell whether a neuron's step only adds, multiplies, divides and chooses."""
    made = equation_of(neuron)
    wanted = [*made.states.values(), *([] if made.spike is None else [made.spike]), *made.starts.values()]
    return {node.operation for node in ordered(wanted, gradients=False)} <= EXACT | NO_SUM


@pytest.mark.slow
def test_every_neuron_does_on_the_bench_what_it_does_in_a_network() -> None:
    bit_equal = 0
    for neuron in every_form():
        highest = 0.3 if neuron.in_millivolts else 2.0
        currents = np.random.default_rng(0).uniform(-0.1, highest, (STEPS, LANES)).astype(np.float32)
        module = build_neuron(neuron, (LANES,))
        with torch.no_grad():
            spikes, membranes = neurons_over_time(module, [torch.from_numpy(current)[None] for current in currents])
        found = respond(neuron, currents)
        fired, membrane = torch.cat(spikes).numpy(), torch.cat(membranes).numpy()
        if exact(neuron):
            bit_equal += 1
            assert np.array_equal(found.membrane, membrane), neuron
            assert np.array_equal(found.spikes, fired) or neuron.never_spikes, neuron
        else:
            largest = max(1.0, float(np.abs(membrane).max()))  # a spike's rise multiplies what rounding leaves
            assert np.allclose(found.membrane, membrane, rtol=1e-5, atol=1e-5 * largest), neuron
    assert bit_equal >= 8
