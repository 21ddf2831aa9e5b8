"""Imperfect devices: wires as badcrossbar and ngspice have them, the fast network as ngspice has it, and the study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from circuit_networks import drawn, inputs_of, labels_of, needs_ngspice

from snntrainer3d.circuits import (
    CircuitSettings,
    Decider,
    Design,
    Imperfections,
    design_circuit,
    draw_study,
    imperfect,
    run_clocked,
    run_ngspice,
    seen_through_wires,
    simulate,
    study_devices,
    study_table,
    summarise,
)
from snntrainer3d.circuits.devices.wires import effective_conductances
from snntrainer3d.errors import SpecError
from snntrainer3d.spec import Leaky, TrainedNetwork

CROSSBARS = sorted((Path(__file__).parents[1] / "golden" / "crossbars").glob("*.json"))


def test_there_are_crossbars_of_badcrossbar() -> None:
    assert len(CROSSBARS) == 3


@pytest.mark.parametrize("path", CROSSBARS, ids=lambda path: path.stem)
def test_wires_are_as_badcrossbar_has_them(path: Path) -> None:
    told = json.loads(path.read_text())
    sheet = 1.0 / np.array(told["resistances_ohm"])
    currents = effective_conductances(sheet, told["wire_ohm"]).T @ np.array(told["row_volts"])
    assert np.allclose(currents, np.array(told["column_amperes"]), rtol=1e-9, atol=0.0)


@needs_ngspice
def test_wires_are_as_ngspice_has_them() -> None:
    random = np.random.default_rng(0)
    sheet = random.uniform(1e-6, 1e-4, (4, 6))
    volts = random.uniform(-0.1, 0.1, 4)
    lines = ["* crossbar with wires"]
    for row in range(4):
        lines.append(f"Vr{row} r{row}_0 0 {volts[row]:.12g}")
        for column in range(6):
            lines.append(f"Rr{row}_{column} r{row}_{column} r{row}_{column + 1} 30")
            lines.append(f"Rd{row}_{column} r{row}_{column + 1} c{row}_{column} {1 / sheet[row, column]:.12g}")
            lines.append(f"Rc{row}_{column} c{row}_{column} c{row + 1}_{column} 30")
    for column in range(6):
        lines.append(f"Vc{column} c4_{column} 0 0")
        lines.append(f"Hc{column} i{column} 0 Vc{column} 1e6")
    saved = " ".join(f"V(i{column})" for column in range(6))
    lines += [f".save {saved}", ".tran 1m 2m", ".end", ""]
    waves = run_ngspice("\n".join(lines), 2e-3, time_limit_s=600)
    measured = np.array([waves.volts[f"i{column}"][-1] for column in range(6)]) * 1e-6
    assert np.allclose(effective_conductances(sheet, 30.0).T @ volts, measured, rtol=1e-6)


def test_wires_without_resistance_change_nothing() -> None:
    random = np.random.default_rng(1)
    plus, minus = random.uniform(1e-6, 1e-4, (2, 5, 7))
    seen_plus, seen_minus = seen_through_wires(plus, minus, 1e-6)
    assert np.allclose(seen_plus, plus, rtol=1e-6)
    assert np.allclose(seen_minus, minus, rtol=1e-6)
    worn, _ = seen_through_wires(plus, minus, 100.0)
    assert (worn < plus).all()


WRONG = [
    Imperfections(levels=6, spread=0.2),
    Imperfections(stuck=0.1, on_off_ratio=10.0),
    Imperfections(wire_ohm=20.0, drift=0.03, drift_spread=0.01),
]


@needs_ngspice
@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG, ids=["spread", "stuck", "wires"])
def test_ngspice_confirms_the_fast_network_on_imperfect_devices(wrong: Imperfections, digits: TrainedNetwork) -> None:
    design = imperfect(digits, CircuitSettings(form="ideal"), wrong, np.random.default_rng(3))
    inputs = inputs_of(digits, list(range(4)))
    found = sorted(simulate(design, inputs), key=lambda one: one.place)
    together = summarise([one.agreement for one in found])
    assert together.residual < 5e-4
    assert together.unexplained == 0
    assert together.spikes_differing <= 2
    decider = Decider.of_inputs(inputs[:, :1], labels_of(digits, list(range(4))), inputs.shape[1])
    counts = np.array([one.agreement.circuit_counts for one in found])
    assert np.abs(counts_of(decider, design) - counts).max() <= 1


def counts_of(decider: Decider, design: Design, **noise: Any) -> np.ndarray:
    """Return the spikes of each output."""
    return np.concatenate([fired.sum(axis=1) for fired, _ in decider.outputs(design, **noise)])


@pytest.mark.slow
def test_the_fast_network_is_the_clocked_one(digits: TrainedNetwork) -> None:
    inputs = inputs_of(digits, list(range(100)))
    design = design_circuit(digits)
    decider = Decider.of_inputs(inputs[:, :1], labels_of(digits, list(range(100))), inputs.shape[1])
    assert (counts_of(decider, design) == run_clocked(design, inputs).counts()).all()


def test_read_noise_is_that_of_every_device_for_itself() -> None:
    """Membranes of one step: their scatter against noise drawn device by device."""
    trained = drawn((6, 3), Leaky())
    design = design_circuit(trained)
    bar = design.crossbars[0]
    values = np.random.default_rng(0).random(6)
    random = np.random.default_rng(1)
    driven = np.append(values, 1.0)
    shape = (4000, *bar.plus.shape)
    noisy = bar.plus * (1 + 0.2 * random.standard_normal(shape)) - bar.minus * (1 + 0.2 * random.standard_normal(shape))
    wanted = (noisy @ driven / bar.siemens_per_weight).std(axis=0)
    variance = driven**2 @ (bar.plus**2 + bar.minus**2).T
    assert np.allclose(0.2 * np.sqrt(variance) / bar.siemens_per_weight, wanted, rtol=0.06)
    decider = Decider.of_inputs(np.repeat(values[None, None], 3000, axis=0), np.zeros(3000, int), 1)
    fired = counts_of(decider, design, read_noise=0.2, generator=np.random.default_rng(2)).mean(axis=0)
    device_by_device = (noisy @ driven / bar.siemens_per_weight > 1.0).mean(axis=0)
    assert np.allclose(fired, device_by_device, atol=0.05)


def test_imperfections_are_what_they_say(digits: TrainedNetwork) -> None:
    def conductances(wrong: Imperfections, seed: int = 0) -> np.ndarray:
        design = imperfect(digits, CircuitSettings(), wrong, np.random.default_rng(seed))
        return np.concatenate([np.stack([bar.plus, bar.minus]).ravel() for bar in design.crossbars])

    perfect = conductances(Imperfections())
    assert np.log(conductances(Imperfections(spread=0.3)) / perfect).std() == pytest.approx(0.3, rel=0.05)
    stuck = conductances(Imperfections(stuck=0.2))
    assert (stuck != perfect).mean() == pytest.approx(0.2, abs=0.06)
    assert set(np.round(stuck[stuck != perfect] * 1e6, 6)) == {1.0, 100.0}
    assert np.allclose(conductances(Imperfections(drift=0.05, drift_time=1e4)), perfect * 1e4**-0.05)
    assert conductances(Imperfections(on_off_ratio=4.0)).min() == pytest.approx(25e-6)
    assert (conductances(Imperfections(spread=0.3), 1) != conductances(Imperfections(spread=0.3), 2)).all()
    assert (conductances(Imperfections(spread=0.3), 1) == conductances(Imperfections(spread=0.3), 1)).all()


@pytest.mark.slow
def test_a_study_of_devices(digits: TrainedNetwork) -> None:
    samples = list(range(60))
    inputs = inputs_of(digits, samples)
    decider = Decider.of_inputs(inputs[:, :1], labels_of(digits, samples), inputs.shape[1])
    told: list[float] = []
    study = study_devices(digits, decider, draws=3, on_share=told.append)
    again = study_devices(digits, decider, draws=3)
    assert study == again
    assert told[-1] == 1.0
    assert told == sorted(told)
    assert study.software > 0.9
    curve = {name: [point.mean for point in study.points if point.imperfection == name] for name in ("levels", "stuck")}
    assert curve["levels"][0] < curve["levels"][-1]
    assert curve["stuck"][0] > curve["stuck"][-1]
    assert all(point.low - 1e-12 <= point.mean <= point.high + 1e-12 for point in study.points)
    together = {point.imperfection: point.mean for point in study.together}
    assert together["without stuck"] > together["together"]
    needed = {requirement.imperfection: requirement for requirement in study.requirements}
    assert needed["levels"].worst in (4, 5, 6, 7, 8)
    assert needed["stuck"].worst is not None
    assert study_table(study).count("\n") == 1 + len(study.points) + len(study.together)
    assert len(draw_study(study).axes) == 8


@pytest.mark.parametrize("values", [{"draws": 1}, {"target": 0.0}, {"target": 1.5}])
def test_impossible_studies_are_refused(values: dict[str, float], xor: TrainedNetwork) -> None:
    decider = Decider.of_inputs(inputs_of(xor, [0])[:, :1], labels_of(xor, [0]), 20)
    with pytest.raises(SpecError) as caught:
        study_devices(xor, decider, **values)  # type: ignore[arg-type]
    assert [fault.path for fault in caught.value.faults] == list(values)
