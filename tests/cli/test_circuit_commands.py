"""The commands about circuits: what they write, what they print, what they refuse."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snntrainer3d.cli import run
from snntrainer3d.compose import Choices, compose
from snntrainer3d.exports import read_weights, to_safetensors
from snntrainer3d.runs import RunStore

XOR = Path(__file__).parents[1] / "golden" / "networks" / "xor-2-8-2.json"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def xor() -> str:
    """The id of a finished run of XOR, made without training."""
    with RunStore() as store:
        row = store.create(compose(Choices(dataset="xor", hidden=(8,))), launcher="cli")
        store.folder(row.id).weights.write_bytes(to_safetensors(read_weights(XOR)))
        return row.id


def told_json(capsys: Capture, *arguments: str, code: int = 0) -> Any:
    assert run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def faults(capsys: Capture, *arguments: str) -> set[str]:
    return {fault["path"] for fault in told_json(capsys, *arguments, code=2)["error"]["faults"]}


@pytest.mark.slow
def test_a_netlist_with_samples_and_a_sub_circuit_without(capsys: Capture, xor: str, tmp_path: Path) -> None:
    path = tmp_path / "xor.cir"
    command = ["export", xor, "--to", "spice", "--output", str(path)]
    made = [*command, "--form", "opamp", "--simulator", "ltspice", "--sample", "1", "--sample", "2"]
    assert told_json(capsys, *made) == {"run": xor, "to": "spice", "files": [str(path)], "proof": None}
    assert "form opamp, for ltspice, 2 sample(s) of 20 steps" in path.read_text()
    told_json(capsys, *command, "--form", "vccs", "--set", "levels=8", "--force")
    assert ".subckt snn phi_int phi_latch clear1 clear2 bias in_0 in_1 spk2_0 spk2_1" in path.read_text()
    assert "levels 8" in path.read_text()


@pytest.mark.slow
def test_a_netlist_says_how_its_network_is_fed_and_read(capsys: Capture, tmp_path: Path) -> None:
    spec = compose(Choices(dataset="xor", hidden=(8,), training={"coding": {"kind": "latency"}, "loss": "first_spike"}))
    with RunStore() as store:
        row = store.create(spec, launcher="cli")
        store.folder(row.id).weights.write_bytes(to_safetensors(replace(read_weights(XOR), training=spec.training)))
    path = tmp_path / "xor.cir"
    told_json(capsys, "export", row.id, "--to", "spice", "--sample", "1", "--output", str(path))
    text = path.read_text()
    assert "latency" in text.partition(".model")[0]
    assert "earliest spike" in text.partition(".model")[0]
    assert "Vin_0 in_0 0 PWL(" in text or "Vin_1 in_1 0 PWL(" in text


@pytest.mark.slow
def test_wrong_circuits_are_refused_and_nothing_is_written(capsys: Capture, xor: str, tmp_path: Path) -> None:
    path = tmp_path / "xor.cir"
    command = ["export", xor, "--to", "spice", "--output", str(path)]
    wrong = ["--form", "analog", "--set", "levels=1", "--set", "max_conductance_siemens=-1", "--set", "gmax=1"]
    named = {"--form", "--set levels", "--set max_conductance_siemens", "--set gmax"}
    assert faults(capsys, *command, *wrong) == named
    assert faults(capsys, *command, "--set", "levels") == {"--set"}
    assert faults(capsys, *command, "--sample", "4") == {"--sample"}
    assert faults(capsys, *command, "--sample", "-1") == {"--sample"}
    assert faults(capsys, "export", xor, "--to", "csv", "-o", str(path), "--form", "vccs", "--sample", "0") == {
        "--form",
        "--sample",
    }
    assert not path.exists()


@pytest.mark.slow
def test_networks_without_a_circuit_are_refused_with_the_reason(capsys: Capture, tmp_path: Path) -> None:
    spec = compose(Choices(dataset="xor", hidden=(3,), neuron="synaptic"))
    from snntrainer3d.engine import build, to_trained
    from snntrainer3d.exports import to_json

    path = tmp_path / "synaptic.json"
    path.write_bytes(to_json(to_trained(build(spec.network), spec.network, spec.training)))
    error = told_json(capsys, "simulate", str(path), code=2)["error"]
    assert [fault["path"] for fault in error["faults"]] == ["layers[0].neuron.kind", "layers[1].neuron.kind"]
    assert "Synaptic" in error["faults"][0]["message"]


@pytest.mark.slow
def test_without_ngspice_a_simulation_is_a_failure(capsys: Capture, xor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    error = told_json(capsys, "simulate", xor, code=1)["error"]
    assert error["code"] == "simulation"
    assert "apt-get" in error["hint"]


@pytest.mark.slow
def test_a_simulation_that_would_never_end_is_refused_with_the_estimate(capsys: Capture, xor: str) -> None:
    error = told_json(capsys, "simulate", xor, "--time-limit", "0.001", code=2)["error"]
    assert error["code"] == "limit"
    assert "about" in error["message"]


@pytest.mark.slow
def test_more_samples_than_the_test_set_has_are_refused(capsys: Capture, xor: str) -> None:
    error = told_json(capsys, "simulate", xor, "--samples", "5", code=2)["error"]
    assert (error["path"], error["message"]) == ("--samples", "The test set has 4 samples.")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ngspice") is None, reason="needs ngspice, which is not installed")
def test_a_simulation_reports_the_measures(capsys: Capture, xor: str) -> None:
    report = told_json(capsys, "simulate", xor, "--samples", "4", "--form", "vccs")
    assert report["right"] == report["agreement"]["samples"] == 4
    assert report["trained"] == {"predictions_equal": 4, "spikes_differing": 0}
    assert report["agreement"]["residual"] < 5e-4
    assert [row["sample"] for row in report["samples"]] == [0, 1, 2, 3]
    assert run(["simulate", str(XOR), "--sample", "2", "--form", "vccs"]) == 0
    out, err = capsys.readouterr()
    assert "1 of 1 (1 of 1 with the trained network)" in out
    assert "100% simulated" in err


@pytest.mark.slow
@pytest.mark.parametrize("command", [["simulate", "--samples", "1"], ["devices", "--draws", "3"]])
def test_what_is_assumed_of_a_file_without_a_recipe_is_told(
    capsys: Capture, command: list[str], tmp_path: Path
) -> None:
    known, path = read_weights(XOR), tmp_path / "bare.safetensors"
    path.write_bytes(to_safetensors(replace(known, training=None, inputs=None, readouts={})))
    name, *options = command
    assert run([name, str(path), "--dataset", "xor", *options]) == 0
    assert "The file does not say how its network is fed and read: values from 0 to 1" in capsys.readouterr().err


@pytest.mark.slow
def test_a_device_study_writes_table_and_curves(capsys: Capture, xor: str, tmp_path: Path) -> None:
    command = ["devices", xor, "--draws", "3", "--device", "stuck=0.02", "--output", str(tmp_path / "study")]
    study = told_json(capsys, *command)
    assert study["software"] == 1.0
    assert {Path(path).name for path in study["files"]} == {"devices.csv", "devices.json", "devices.svg"}
    assert (tmp_path / "study" / "devices.svg").read_text().startswith("<?xml")
    assert told_json(capsys, *command, code=2)["error"]["code"] == "conflict"
    assert faults(capsys, "devices", xor, "--device", "stuck=2", "--device", "luck=1") == {
        "--device stuck",
        "--device luck",
    }
    assert faults(capsys, "devices", xor, "--draws", "1", "--target", "2") == {"draws", "target"}


@pytest.mark.slow
def test_tables_of_conductances_and_a_bill(capsys: Capture, xor: str, tmp_path: Path) -> None:
    tables = ["export", xor, "--to", "conductances", "--output", str(tmp_path / "g.csv")]
    names = [Path(path).name for path in told_json(capsys, *tables)["files"]]
    assert names == ["g-layer1.csv", "g-layer2.csv"]
    assert told_json(capsys, *tables, code=2)["error"]["code"] == "conflict"
    told_json(capsys, "export", xor, "--to", "conductances", "--output", str(tmp_path / "g.json"))
    assert json.loads((tmp_path / "g.json").read_text())["network"] == "2-8-2"
    told_json(capsys, "export", xor, "--to", "bill", "--output", str(tmp_path / "parts.csv"))
    assert "op-amp,24," in (tmp_path / "parts.csv").read_text()
    told_json(capsys, "export", xor, "--to", "bill", "--sample", "1", "--output", str(tmp_path / "parts.json"))
    assert json.loads((tmp_path / "parts.json").read_text())["energy_nj"]["crossbars"] > 0.0


@pytest.mark.slow
def test_print_files_beside_each_other_and_wrong_sizes_by_their_option(
    capsys: Capture, xor: str, tmp_path: Path
) -> None:
    drawn = told_json(capsys, "export", xor, "--to", "dxf", "--output", str(tmp_path / "xor.dxf"))["files"]
    inks = ["1-rows", "1-devices", "1-columns", "1-vias", "2-rows", "2-devices", "2-columns"]
    assert [Path(path).name for path in drawn] == [f"xor-layer{ink}.dxf" for ink in inks]
    for to in ("gds", "stl", "glb"):
        path = tmp_path / f"xor.{to}"
        command = ["export", xor, "--to", to, "--output", str(path)]
        assert told_json(capsys, *command, "--print", "pitch_m=0.001")["files"] == [str(path)]
        assert path.stat().st_size > 2_000
    wrong = ["export", xor, "--to", "svg", "--output", str(tmp_path / "xor.svg")]
    assert faults(capsys, *wrong, "--print", "pitch_m=-1", "--print", "ink=2") == {"--print pitch_m", "--print ink"}
    named = {"--print wire_m", "--print pad_m", "--print sheet_width_m"}
    sizes = ["pitch_m=0.0002", "sheet_width_m=0.001"]
    assert faults(capsys, *wrong, *(word for size in sizes for word in ("--print", size))) == named
    assert faults(capsys, "export", xor, "--to", "json", "-o", str(tmp_path / "a.json"), "--print", "wire_m=1") == {
        "--print"
    }
    assert not list(tmp_path.glob("*.svg"))
    bill = ["export", xor, "--to", "bill", "--output", str(tmp_path / "parts.json"), "--print", "pitch_m=0.001"]
    told_json(capsys, *bill)
    assert json.loads((tmp_path / "parts.json").read_text())["area_m2"] == pytest.approx(17e-3 * 4e-3 + 5e-3 * 10e-3)
