"""One neuron under an input: what it does over time, its firing curve, its phase plane, its figure and tables."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import numpy as np
import pytest

from snntrainer3d.analysis import (
    CurveChoice,
    bench_csv,
    bench_neuron,
    curve_csv,
    draw_bench,
    firing_curve,
    phase_plane,
    render,
    respond,
    step_seconds,
)
from snntrainer3d.errors import LimitError
from snntrainer3d.spec import (
    NEURONS,
    Adaptive,
    FieldFault,
    Integrator,
    Izhikevich,
    Lapicque,
    Leaky,
    NeuronModel,
    StepInput,
    Synaptic,
    usual_neuron,
)


def constant(value: float, steps: int = 100) -> np.ndarray:
    return np.full(steps, value, np.float32)


def test_a_leaky_membrane_follows_its_closed_form() -> None:
    found = respond(Leaky(beta=0.9, threshold=100.0), constant(0.5, 50))
    expected = 0.5 * (1 - 0.9 ** np.arange(1, 51)) / 0.1
    assert np.allclose(found.membrane[:, 0], expected, rtol=1e-5)
    assert not found.spikes.any()
    assert found.finite_steps.tolist() == [50]


def test_columns_of_currents_are_neurons_of_their_own() -> None:
    neuron = Izhikevich()
    currents = np.stack([constant(0.05), constant(0.1)], axis=1)
    both = respond(neuron, currents)
    for lane in (0, 1):
        alone = respond(neuron, currents[:, lane])
        assert np.array_equal(both.membrane[:, lane], alone.membrane[:, 0])
        assert np.array_equal(both.spikes[:, lane], alone.spikes[:, 0])
    assert both.spikes.sum(axis=0).tolist() == [1, 3]


def test_where_a_state_leaves_the_finite_numbers_is_told() -> None:
    found = respond(Synaptic(beta=1.0, alpha=1.0, reset="none"), constant(1e37))
    # i = t·1e37, m = t·(t+1)/2·1e37: above the largest number of single precision, 3.4e38, after step 7.
    assert found.finite_steps.tolist() == [8 - 1]
    assert np.isfinite(found.membrane[:7]).all()
    assert not np.isfinite(found.membrane[7:]).any()
    bench = bench_neuron(Synaptic(beta=1.0, alpha=1.0, reset="none"), StepInput(current=1e9), 10, curve=None)
    assert bench.summary()["diverged_at"] is None


def test_the_firing_curve_of_a_leaky_neuron_has_its_rheobase() -> None:
    # The membrane tends to x / (1 − β); above 1 − β = .05 it passes a threshold of 1 in the end.
    curve = firing_curve(Leaky(beta=0.95), np.linspace(0, 0.2, 21, dtype=np.float32), num_steps=2000)
    assert curve.rheobase is not None
    assert 0.05 < curve.rheobase < 0.0505
    assert (curve.rates[:6] == 0).all()
    assert (np.diff(curve.rates[6:]) > 0).all()
    # Reset to 0, the time between spikes is ln(1 − (1 − β)/x) / ln β, rounded up; the reset takes one step more.
    reset = firing_curve(Leaky(beta=0.95, reset="zero", reset_delay=False), constant(0.1, 1), num_steps=2000)
    wait = math.ceil(math.log(1 - 0.05 / 0.1) / math.log(0.95))
    assert reset.rates[0] == pytest.approx(1 / wait, abs=1e-3)


def test_currents_of_the_curve_are_found_for_any_scale() -> None:
    for neuron, least in ((Leaky(beta=0.9), 0.1), (Leaky(beta=0.9, threshold=500.0), 50.0), (Izhikevich(), 0.034)):
        curve = firing_curve(neuron)
        assert curve.rheobase == pytest.approx(least, rel=0.03)
        assert curve.currents[0] == 0
        assert 3 < curve.currents[-1] / least < 12
    silent = firing_curve(Integrator())
    assert silent.rheobase is None
    assert silent.currents[-1] == 1
    with pytest.raises(FieldFault, match="from 2 to 1"):
        bench_neuron(Leaky(), StepInput(), curve=CurveChoice(lowest=2.0, highest=1.0))


def test_nullclines_lie_where_a_step_changes_nothing() -> None:
    """Izhikevich's: u = .04v² + 5v + 140 + I as the step becomes short, and u = b·v."""
    neuron = Izhikevich(time_step_ms=0.01)
    plane = phase_plane(neuron, respond(neuron, constant(0.1, 1200)), 0.1)
    assert plane is not None
    assert plane.names == ("v", "u")
    first, second = plane.nullclines
    v, u = first[:, 0], first[:, 1]
    assert np.allclose(u, 0.04 * v * v + 5 * v + 140 + 10, atol=0.05)
    # What u follows is v after the step, which moves fast only far from rest.
    rest = second[:, 0] < -50
    assert np.allclose(second[rest, 1], 0.2 * second[rest, 0], atol=0.1)
    assert len(first) > 20
    assert rest.sum() > 5


def test_a_reset_is_no_nullcline() -> None:
    """The membrane of Synaptic jumps at its threshold; it stands still only at m = (i·α + x) / (1 − β)."""
    neuron = Synaptic(alpha=0.5, beta=0.9)
    plane = phase_plane(neuron, respond(neuron, constant(0.1)), 0.1)
    assert plane is not None
    m, i = plane.nullclines[0][:, 0], plane.nullclines[0][:, 1]
    assert len(m)
    assert np.allclose(m, (0.5 * i + 0.1) / 0.1, atol=2e-3)
    assert np.allclose(plane.nullclines[1][:, 1], 0.2, atol=1e-3)
    # The next step spikes from where .9·m + .5·i + .1 > 1.
    assert np.allclose(0.9 * plane.threshold[:, 0] + 0.5 * plane.threshold[:, 1], 0.9, atol=2e-3)


def test_only_two_states_have_a_plane() -> None:
    found = {type(neuron): bench_neuron(neuron, StepInput(), 20).plane for neuron in map(usual_neuron, NEURONS)}
    assert {model for model, plane in found.items() if plane is not None} >= {Synaptic, Adaptive, Izhikevich}
    assert found[Leaky] is None


def test_figures_in_words() -> None:
    found = bench_neuron(Izhikevich(), StepInput(current=0.1, begin=20), 200).summary()
    assert (found["spikes"], found["first_spike"], found["rate"], found["rate_hz"]) == (4, 24, 0.02, 20.0)
    assert found["highest_membrane"] == pytest.approx(350.56, abs=0.01)
    silent = bench_neuron(Integrator(), StepInput(current=0.1), 5).summary()
    assert (silent["spikes"], silent["first_spike"], silent["rheobase"], silent["rate_hz"]) == (0, None, None, None)
    assert silent["last_membrane"] == pytest.approx(0.1 * (1 - 0.9**5) / 0.1, rel=1e-6)


def test_seconds_of_a_step_stand_in_the_document_or_nowhere() -> None:
    cases: tuple[tuple[NeuronModel, float | None], ...] = (
        (Leaky(), None), (Izhikevich(time_step_ms=0.5), 0.0005), (Lapicque(beta=0.9), None),
        (Lapicque(resistance_ohm=5.0, capacitance_f=0.01, time_step_s=1e-3), 1e-3),
    )  # fmt: skip
    for neuron, seconds in cases:
        assert step_seconds(neuron) == seconds


def test_more_than_can_be_computed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snntrainer3d.analysis.neuron_bench.MOST_OPERATIONS", 1000)
    with pytest.raises(LimitError, match="too many to compute"):
        bench_neuron(Leaky(), StepInput(), 500)


def test_tables_hold_every_step_and_every_current() -> None:
    benches = [bench_neuron(neuron, StepInput(current=0.3), 12) for neuron in (Leaky(), Izhikevich())]
    rows = list(csv.DictReader(io.StringIO(bench_csv(benches))))
    assert list(rows[0]) == ["step", "input", "m_1", "spike_1", "v_2", "u_2", "s_2", "spike_2"]
    for name, column in (("m_1", benches[0].response.membrane), ("v_2", benches[1].response.membrane)):
        assert [np.float32(row[name]) for row in rows] == column[:, 0].tolist()
    curve = list(csv.DictReader(io.StringIO(curve_csv(benches))))
    assert len(curve) == 2 * 61
    assert {row["rate_hz"] == "" for row in curve if row["neuron"] == "Leaky"} == {True}


@pytest.mark.slow
def test_the_figure_shows_two_neurons_and_is_the_same_each_time() -> None:
    def drawn(*neurons: NeuronModel) -> tuple[Any, bytes]:
        figure = draw_bench([bench_neuron(one, StepInput(current=0.1), 60) for one in neurons], "step:0.1")
        return figure, render(figure, "svg")

    figure, svg = drawn(Izhikevich(), Leaky())
    # Input, v, u, plane; input, m; both curves.
    assert len(figure.axes) == 4 + 2 + 1
    assert svg == drawn(Izhikevich(), Leaky())[1]
    assert len(drawn(Integrator())[0].axes) == 3


@pytest.mark.slow
def test_the_rheobase_is_found_to_many_digits_whatever_currents_are_given() -> None:
    for beta, theta in ((0.9, 1.0), (0.5, 1.0), (0.95, 0.5)):
        neuron = Leaky(beta=beta, threshold=theta)
        wanted = theta * (1 - beta) / (1 - beta**500)
        for currents in (None, np.array([wanted * 3, wanted * 5], np.float32)):
            assert firing_curve(neuron, currents).rheobase == pytest.approx(wanted, rel=2e-5)
