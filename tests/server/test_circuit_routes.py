"""Circuits over HTTP: what a run is as one, its print, and simulations that run, fail and are cancelled."""

from __future__ import annotations

import base64
import io
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_runs import Served
from test_routes import fault, fits

from snntrainer3d.circuits import design_circuit
from snntrainer3d.circuits.making.conductances import sheet_of
from snntrainer3d.compose import Choices, compose
from snntrainer3d.exports import read_weights, to_safetensors
from snntrainer3d.server import circuit_models as models

XOR = Path(__file__).parents[1] / "golden" / "networks" / "xor-2-8-2.json"
PATIENCE_S = 600.0
needs_ngspice = pytest.mark.skipif(shutil.which("ngspice") is None, reason="needs ngspice, which is not installed")


@pytest.fixture(scope="module")
def xor(served: Served) -> str:
    """The id of a run of XOR whose weights were trained elsewhere."""
    trained = read_weights(XOR)
    spec = compose(Choices(dataset="xor", hidden=(8,), training={"num_steps": 20, "seed": 1}))
    row = served.store.create(spec.changed(network=trained.network), launcher="cli")
    served.store.folder(row.id).weights.write_bytes(to_safetensors(trained))
    return row.id


def ended(served: Served, run: str, simulation: str) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = served.client.get(f"/api/runs/{run}/circuit/simulations/{simulation}").json()
        if found["status"] != "running":
            return dict(found)
        time.sleep(0.05)
    raise AssertionError("the simulation never ended")


def begin(served: Served, run: str, **body: Any) -> Any:
    return served.client.post(f"/api/runs/{run}/circuit/simulations", json=body)


def pretend(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    program = folder / "ngspice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


@pytest.mark.slow
def test_a_run_says_what_it_is_as_a_circuit(served: Served, xor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    card = fits(served.client.get(f"/api/runs/{xor}/circuit"), models.CircuitCard)
    assert (card["network"], card["devices"], card["neurons"], card["test_samples"]) == ("2-8-2", 84, 10, 4)
    assert [form["form"] for form in card["forms"]] == ["vccs", "ideal", "opamp", "async"]
    assert all(form["bearable"] and 0 < form["seconds"] < 10 for form in card["forms"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert "apt-get install ngspice" in served.client.get(f"/api/runs/{xor}/circuit").json()["ngspice"]
    refused = begin(served, xor, samples=[0])
    assert refused.json()["error"]["code"] == "simulation"
    fault(served.client.get("/api/runs/nothing/circuit"), 404, "not_found")


@pytest.mark.slow
def test_the_crossbars_are_those_of_the_design(served: Served, xor: str) -> None:
    plan = fits(served.client.get(f"/api/runs/{xor}/circuit/crossbars"), models.CircuitPlan)
    bars = design_circuit(read_weights(XOR)).crossbars
    for told, bar in zip(plan["crossbars"], bars, strict=True):
        values = np.frombuffer(base64.b64decode(told["siemens"]), "<f4").reshape(told["rows"], told["columns"])
        assert np.allclose(values, sheet_of(bar))
        assert told["bias"] == bar.bias
    assert plan["max_siemens"] == pytest.approx(1e-4)


@pytest.mark.slow
def test_the_print_is_downloaded(served: Served, xor: str) -> None:
    drawn = served.client.get(f"/api/runs/{xor}/export/print.zip?form=dxf")
    with zipfile.ZipFile(io.BytesIO(drawn.content)) as archive:
        assert len(archive.namelist()) == 7
    solid = served.client.get(f"/api/runs/{xor}/export/print.zip?form=glb")
    assert solid.content[:4] == b"glTF"
    assert solid.headers["content-disposition"].endswith('.glb"')


@needs_ngspice
@pytest.mark.slow
def test_a_simulation_runs_and_reports_with_waveforms(served: Served, xor: str) -> None:
    begun = begin(served, xor, form="ideal", samples=[1, 3])
    assert begun.status_code == 202
    found = ended(served, xor, begun.json()["id"])
    models.Simulation.model_validate(found)
    assert (found["status"], found["share"], found["error"]) == ("done", 1.0, None)
    report = found["report"]
    assert report["agreement"]["predictions_equal"] == report["right"] == 2
    assert (report["agreement"]["spikes_differing"], report["agreement"]["unexplained"]) == (0, 0)
    assert [row["sample"] for row in report["samples"]] == [1, 3]
    trace = report["traces"][0]["neurons"][-1]
    assert trace["circuit_spikes"] == trace["network_spikes"]
    wave, network, read = (
        np.frombuffer(base64.b64decode(trace[name]), "<f4") for name in ("circuit_v", "network_v", "read_ms")
    )
    at = np.interp(read, np.linspace(0.0, report["traces"][0]["end_ms"], len(wave)), wave)
    assert np.abs(at - network).max() < 0.02, "circuit and network are drawn over each other"
    packed = served.client.get(f"/api/runs/{xor}/circuit/simulations/{found['id']}/report.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.namelist() == ["simulation.json", "waveforms-1.svg", "waveforms-3.svg"]


def test_wrong_questions_are_refused(served: Served, xor: str) -> None:
    for body in ({"samples": []}, {"samples": [0], "form": "paper"}, {"samples": list(range(21))}, {"samples": [1, 1]}):
        fault(begin(served, xor, **body), 422, "spec")
    fault(begin(served, xor, samples=[4]), 404, "not_found")
    fault(served.client.get(f"/api/runs/{xor}/circuit/simulations/none"), 404, "not_found")


def test_a_simulation_is_cancelled_and_leaves_nothing(
    served: Served, xor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, tmp_path, "exec sleep 300")
    begun = begin(served, xor, form="vccs", samples=[0, 1]).json()
    assert begun["status"] == "running"
    fault(begin(served, xor, samples=[0]), 409, "conflict")
    place = f"/api/runs/{xor}/circuit/simulations/{begun['id']}"
    fault(served.client.get(f"{place}/report.zip"), 409, "conflict")
    cancelled = served.client.delete(place).json()
    assert cancelled["status"] == "cancelled"
    assert "cancelled" in cancelled["error"]["message"]
    assert served.client.get(place).json()["status"] == "cancelled"


@pytest.mark.slow
def test_an_ngspice_that_fails_is_told_with_its_last_lines(
    served: Served, xor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, tmp_path, "echo singular matrix; exit 1")
    found = ended(served, xor, begin(served, xor, form="vccs", samples=[0]).json()["id"])
    assert found["status"] == "failed"
    assert "singular matrix" in found["error"]["message"]
    assert found["report"] is None


@pytest.mark.slow
def test_too_large_a_network_is_refused_with_the_estimate(
    served: Served, xor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snntrainer3d.server.simulations.TIME_LIMIT_S", 1e-4)
    refused = begin(served, xor, form="vccs", samples=[0])
    fault(refused, 413, "limit")
    assert "about" in refused.json()["error"]["message"]


@pytest.mark.slow
@needs_ngspice
def test_what_another_simulator_made_of_a_sample_is_measured_alike(served: Served, xor: str) -> None:
    from snntrainer3d.circuits import run_ngspice

    told = fits(served.client.get(f"/api/runs/{xor}/circuit/netlist?form=vccs&sample=1"), models.CircuitNetlist)
    waves = run_ngspice(told["netlist"], told["stop_s"], time_limit_s=600)

    def text(values: Any) -> str:
        return base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()

    body = {"form": "vccs", "sample": 1, "seconds": 0.5, "nodes": list(waves.volts), "times": text(waves.times_s)}
    body["values"] = text(list(waves.volts.values()))
    place = f"/api/runs/{xor}/circuit/measures"
    report = fits(served.client.post(place, json=body), models.CircuitReport)
    assert report["right"] == report["agreement"]["predictions_equal"] == 1
    assert report["agreement"]["spikes_differing"] == 0
    assert report["agreement"]["residual"] < 5e-4
    half = len(waves.times_s) // 2
    early = {**body, "times": text(waves.times_s[:half]), "values": text([v[:half] for v in waves.volts.values()])}
    assert "early" in fault(served.client.post(place, json=early), 500, "simulation")["message"]
    fault(served.client.post(place, json={**body, "times": text([0.0])}), 422, "spec")
    fault(served.client.post(place, json={**body, "times": "?"}), 422, "spec")
    fault(served.client.post(place, json={**body, "sample": 4}), 404, "not_found")


@pytest.mark.slow
def test_only_the_simulators_worker_may_compile_webassembly(served: Served) -> None:
    policies = {
        path: served.client.get(path).headers["content-security-policy"]
        for path in ("/", "/assets/index-abc123.js", "/assets/simulator-worker-abc123.js")
    }
    assert ["wasm-unsafe-eval" in policy for policy in policies.values()] == [False, False, True]
    assert "'unsafe-eval'" not in "".join(policies.values())
