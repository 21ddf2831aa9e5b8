"""The promise of this room: under ngspice a circuit does what its network does, and every exception is explained."""

from __future__ import annotations

import numpy as np
import pytest
from circuit_networks import drawn, inputs_of, labels_of, needs_ngspice

from snntrainer3d.circuits import CircuitSettings, Simulated, design_circuit, simulate, summarise
from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine import build, load_tensors, play
from snntrainer3d.errors import LimitError, SpecError
from snntrainer3d.spec import Lapicque, Leaky, TrainedNetwork

EXACT = 5e-4
"""One-step residual of the forms without op-amps: the solver's own error."""

pytestmark = needs_ngspice


def simulated(trained: TrainedNetwork, samples: list[int], form: str, **values: object) -> list[Simulated]:
    design = design_circuit(trained, CircuitSettings(form=form, **values))
    found = sorted(simulate(design, inputs_of(trained, samples)), key=lambda one: one.place)
    assert [one.place for one in found] == list(range(len(samples)))
    return found


def engines_spikes(trained: TrainedNetwork, inputs: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    module = build(trained.network)
    load_tensors(module, trained)
    return [play(module, Encoder(num_steps=len(sample)), sample[0]).spikes for sample in inputs]


@pytest.mark.slow
def test_xor_by_controlled_sources_is_the_trained_network(xor: TrainedNetwork) -> None:
    found = simulated(xor, [0, 1, 2, 3], "vccs")
    assert [one.agreement.circuit_decision for one in found] == labels_of(xor, [0, 1, 2, 3]).tolist() == [0, 1, 1, 0]
    for one, spikes in zip(found, engines_spikes(xor, inputs_of(xor, [0, 1, 2, 3])), strict=True):
        assert all((mine == theirs).all() for mine, theirs in zip(one.circuit.spikes, spikes, strict=True))
    together = summarise([one.agreement for one in found])
    assert (together.spikes_differing, together.spikes, together.largest_count_error) == (0, 800, 0)
    assert together.residual < EXACT


@pytest.mark.slow
def test_xor_by_a_resistor_crossbar_is_the_trained_network(xor: TrainedNetwork) -> None:
    found = simulated(xor, [0, 1, 2, 3], "ideal")
    assert [one.agreement.circuit_decision for one in found] == [0, 1, 1, 0]
    for one, spikes in zip(found, engines_spikes(xor, inputs_of(xor, [0, 1, 2, 3])), strict=True):
        assert all((mine == theirs).all() for mine, theirs in zip(one.circuit.spikes, spikes, strict=True))
    assert summarise([one.agreement for one in found]).residual < EXACT


@pytest.mark.slow
def test_xor_by_op_amps_decides_right(xor: TrainedNetwork) -> None:
    found = simulated(xor, [0, 1, 2, 3], "opamp")
    assert [one.agreement.circuit_decision for one in found] == [0, 1, 1, 0]
    together = summarise([one.agreement for one in found])
    assert together.unexplained == 0
    assert together.residual < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("form", ["vccs", "ideal"])
def test_digits_are_decided_as_by_the_network(form: str, digits: TrainedNetwork) -> None:
    together = summarise([one.agreement for one in simulated(digits, list(range(20)), form)])
    assert together.predictions_equal == together.samples == 20
    assert together.unexplained == 0
    assert together.residual < EXACT
    assert together.spikes_differing <= 10


@pytest.mark.slow
def test_digits_by_op_amps(digits: TrainedNetwork) -> None:
    together = summarise([one.agreement for one in simulated(digits, list(range(20)), "opamp")])
    assert together.predictions_equal >= 19
    assert together.unexplained == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "neuron",
    [
        Leaky(beta=0.5, reset="zero"),
        Lapicque(beta=0.8),
        Lapicque(resistance_ohm=5.0, capacitance_f=1.5, reset="zero"),
        Leaky(beta=0.99, threshold=0.3),
    ],
)
def test_other_neurons_three_layers_and_inputs_that_vary(neuron: Leaky | Lapicque) -> None:
    trained = drawn((4, 6, 5, 3), neuron, scale=3.0)
    varying = np.random.default_rng(5).normal(size=(2, 15, 4))
    for form in ("vccs", "ideal"):
        design = design_circuit(trained, CircuitSettings(form=form, threshold_v=0.4, time_step_s=2e-4, levels=32))
        together = summarise([one.agreement for one in simulate(design, varying)])
        assert together.unexplained == 0
        assert together.residual < EXACT
        assert together.spikes_differing <= 2


@pytest.mark.slow
def test_a_wrong_netlist_is_found_out(xor: TrainedNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its root causes the rule would pass anything: a device swapped behind its back must be noticed."""
    from snntrainer3d.circuits.simulation import run as running

    write = running.netlist
    monkeypatch.setattr(
        running, "netlist", lambda *given: write(*given).replace("Grst1_0 sum1_0 0", "Grst1_0 0 sum1_0")
    )
    together = summarise([one.agreement for one in simulated(xor, [0, 1, 2, 3], "vccs")])
    assert together.residual > 0.1


def test_too_large_a_network_is_refused_with_the_estimate() -> None:
    design = design_circuit(drawn((784, 500, 10), Leaky()), CircuitSettings(form="ideal"))
    with pytest.raises(LimitError, match=r"about [\d,]+ s, the limit is 600 s"):
        simulate(design, np.zeros((1, 25, 784)))


def test_inputs_of_another_network_are_refused(xor: TrainedNetwork) -> None:
    with pytest.raises(SpecError, match="expected"):
        simulate(design_circuit(xor), np.zeros((1, 5, 3)))


@pytest.mark.verify
@pytest.mark.mnist
def test_one_mnist_image_by_controlled_sources() -> None:
    from snntrainer3d.compose import Choices, compose
    from snntrainer3d.data import load
    from snntrainer3d.training import train

    class Kept:
        wants_frame = False

        def __getattr__(self, _name: str) -> object:
            return lambda *_: None

        def finished(self, trained: TrainedNetwork, _results: object) -> None:
            self.trained = trained

    kept = Kept()
    spec = compose(Choices(dataset="mnist", hidden=(30,), training={"seed": 1}))
    for _ in train(spec, load("mnist"), sink=kept):  # type: ignore[arg-type]
        pass
    (one,) = simulated(kept.trained, [0], "vccs")
    assert one.agreement.circuit_decision == one.agreement.network_decision == 7
    assert summarise([one.agreement]).unexplained == 0
    assert one.agreement.residual < EXACT
