"""Counts of operations and the estimate of energy, by hand and against a recording."""

import pytest

from snntrainer3d.analysis import Activity, EnergyModel
from snntrainer3d.errors import SpecError
from snntrainer3d.spec import (
    Adaptive,
    Alpha,
    Dense,
    Izhikevich,
    Lapicque,
    Leaky,
    Network,
    Recurrent,
    Synaptic,
    dense_network,
)


def activity(neuron=None):
    network = dense_network((4,), (3,), 2, neuron or Leaky())
    return Activity(network, samples=5, num_steps=10, spikes=(60, 30), active=(12, 5), nonzero_inputs=15)


def test_counts_per_sample():
    found = activity()
    assert found.rates == (60 / (5 * 10 * 3), 30 / (5 * 10 * 2))
    assert found.sparsity == pytest.approx(1 - 90 / (5 * 10 * 5))
    assert found.silent == pytest.approx((1 - 12 / 15, 1 - 5 / 10))
    assert found.spikes_per_sample == 18
    assert found.synaptic_operations == 60 * 2 / 5  # the output's spikes reach nobody
    assert found.input_operations == 15 * 3 / 5
    assert found.membrane_updates == 10 * 5


def test_a_recurrent_first_layer_meets_its_inputs_once():
    network = Network(input={"shape": (4,)}, layers=[Recurrent(size=3), Dense(size=2)])
    found = Activity(network, samples=5, num_steps=10, spikes=(60, 30), active=(12, 5), nonzero_inputs=15)
    assert found.input_operations == 15 * 3 / 5
    assert found.synaptic_operations == 60 * (2 + 3) / 5


@pytest.mark.parametrize(
    ("neuron", "each"),
    [(Leaky(), 1), (Leaky(reset="zero"), 1), (Leaky(reset_delay=False), 1), (Lapicque(beta=0.9), 2), (Synaptic(), 2),
     (Alpha(), 3), (Alpha(reset="subtract"), 3), (Adaptive(), 4), (Adaptive(reset="none"), 3), (Izhikevich(), 11)],
    ids=lambda v: str(v)[:5],
)  # fmt: skip
def test_every_product_of_a_neurons_equation_costs(neuron, each):
    assert activity(neuron).neuron_operations == 10 * 5 * each


def test_energy_is_operations_times_their_price():
    found = activity().energy_nj()
    assert found.inputs == pytest.approx(9 * 4.6e-3)
    assert found.synapses == pytest.approx(24 * 0.9e-3)
    assert found.neurons == pytest.approx(50 * 4.6e-3)
    assert found.conventional == pytest.approx((12 + 6) * 4.6e-3)
    assert found.total == pytest.approx(found.inputs + found.synapses + found.neurons)
    assert "Horowitz" in found.source


def test_the_prices_can_be_changed():
    found = activity().energy_nj(EnergyModel(1000.0, 0.0, "mine"))
    assert (found.inputs, found.synapses, found.source) == (pytest.approx(9.0), 0.0, "mine")


@pytest.mark.parametrize("price", [-1.0, float("nan"), float("inf"), "much"])
def test_impossible_prices_are_refused(price):
    with pytest.raises(SpecError, match="accumulate_pj"):
        EnergyModel(accumulate_pj=price)


def test_document():
    document = activity().to_dict()
    assert document["parameters"] == 4 * 3 + 3 + 3 * 2 + 2
    assert document["parameter_bytes"] == 4 * document["parameters"]
    assert document["flops"] == 2 * 18
    assert document["flops_all_steps"] == 20 * 18
    assert set(document["energy_nj"]) == {"inputs", "synapses", "neurons", "conventional", "source", "total"}
