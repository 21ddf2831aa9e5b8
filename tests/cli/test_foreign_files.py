"""Files of other programs by command and from Python: what they do not say is said with them."""

from __future__ import annotations

import io
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snntrainer3d as s3d
from snntrainer3d.cli import run
from snntrainer3d.errors import InputError, MismatchError
from snntrainer3d.exports import read_weights
from snntrainer3d.spec import dense_network

Capture = pytest.CaptureFixture[str]
SQUARE = dense_network((64,), [64, 64], 10)
PLACES = {"b": "layers.0", "a": "layers.1"}


@pytest.fixture
def nir_file(tmp_path: Path) -> Path:
    """A file that says no time step: four milliseconds of membrane, from 64 values to 10 neurons."""
    nir = pytest.importorskip("nir")
    cells = nir.LIF(tau=np.full(10, 4e-3), r=np.ones(10), v_leak=np.zeros(10), v_threshold=np.ones(10))
    nodes = {
        "input": nir.Input(input_type={"input": np.array([64])}),
        "fc": nir.Linear(weight=np.random.default_rng(0).normal(0.1, 0.3, (10, 64))),
        "cells": cells,
        "output": nir.Output(output_type={"output": np.array([10])}),
    }
    path = tmp_path / "theirs.nir"
    nir.write(path, nir.NIRGraph(nodes=nodes, edges=[("input", "fc"), ("fc", "cells"), ("cells", "output")]))
    return path


@pytest.fixture
def state_dict(tmp_path: Path) -> tuple[Path, Path]:
    """Two layers of one shape whose names say no order, in the order of their names; and their architecture."""
    shapes = {"a": (64, 64), "b": (64, 64), "c": (10, 64)}
    values = {"a": 0.02, "b": 0.03, "c": 0.04}
    arrays = {f"{name}.bias": np.zeros(shape[0], np.float32) for name, shape in shapes.items()}
    arrays |= {f"{name}.weight": np.full(shape, values[name], np.float32) for name, shape in shapes.items()}
    out = io.BytesIO()
    np.savez(out, **{name: arrays[name] for name in sorted(arrays)})
    (tmp_path / "theirs.npz").write_bytes(out.getvalue())
    (tmp_path / "spec.json").write_text(SQUARE.model_dump_json())
    return tmp_path / "theirs.npz", tmp_path / "spec.json"


def faults_of(capsys: Capture, *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 2
    return json.loads(capsys.readouterr().out)["error"]["faults"]


@pytest.mark.slow
def test_the_time_step_is_said_to_every_command_and_in_python(nir_file: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "ours.json"
    say = ["--to", "json", "-o", str(out), "--no-verify", "--force"]
    assert run(["export", str(nir_file), *say]) == 0
    assert "--dt-s 1e-3" in capsys.readouterr().err
    assert read_weights(out).network.output.neuron.beta == pytest.approx(1 - 1e-4 / 4e-3)
    assert run(["export", str(nir_file), *say, "--dt-s", "1e-3"]) == 0
    assert "time step" not in capsys.readouterr().err
    assert read_weights(out).network.output.neuron.beta == pytest.approx(0.75)
    assert s3d.export(nir_file, "json", out, dt_s=2e-3, verify=False, force=True).proof is None
    assert read_weights(out).network.output.neuron.beta == pytest.approx(0.5)
    assert run(["evaluate", str(nir_file), "--dataset", "digits", "--num-steps", "5", "--dt-s", "1e-3"]) == 0
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        s3d.evaluate(nir_file, dataset="digits", num_steps=5, dt_s=1e-3)
    assert any("assumed to reset to zero" in str(one.message) for one in told)
    options = ["--epochs", "1", "--num-steps", "2", "--dataset", "digits", "--dt-s", "1e-3"]
    assert run(["train", "--from", str(nir_file), *options]) == 0


@pytest.mark.slow
def test_modules_are_named_to_every_command_and_in_python(
    state_dict: tuple[Path, Path], tmp_path: Path, capsys: Capture
) -> None:
    path, document = str(state_dict[0]), str(state_dict[1])
    out = tmp_path / "ours.json"
    export = ["export", path, "--spec", document, "--to", "json", "-o", str(out), "--no-verify", "--force"]
    faults = faults_of(capsys, *export)
    assert {fault["path"] for fault in faults} == {"a", "b"}
    assert "--map a=layers.0" in faults[0]["hint"]
    assert run([*export, "--map", "b=layers.0"]) == 0
    assert [float(read_weights(out).tensors[f"layers.{at}.weight"].max()) for at in (0, 1)] == pytest.approx(
        [0.03, 0.02]
    )
    s3d.export(path, "json", out, spec=SQUARE, modules=PLACES, verify=False, force=True)
    assert float(read_weights(out).tensors["layers.0.weight"].max()) == pytest.approx(0.03)
    with pytest.raises(MismatchError, match="more than one way"):
        s3d.evaluate(path, dataset="digits", num_steps=2, spec=document)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        s3d.evaluate(path, dataset="digits", num_steps=2, spec=document, modules=PLACES)
    assert any("holds no values of neurons" in str(one.message) for one in told)
    evaluate = ["evaluate", path, "--spec", document, "--dataset", "digits", "--num-steps", "2"]
    assert run([*evaluate, "--map", "b=layers.0", "--map", "a=layers.1"]) == 0


@pytest.mark.slow
def test_what_is_said_of_the_wrong_thing_is_told_by_its_option(
    state_dict: tuple[Path, Path], tmp_path: Path, capsys: Capture
) -> None:
    path, document = str(state_dict[0]), str(state_dict[1])
    about = ["evaluate", path, "--spec", document, "--dataset", "digits"]
    assert faults_of(capsys, *about, "--map", "nothing")[0]["path"] == "--map"
    assert faults_of(capsys, *about, "--map", "x=layers.0")[0]["path"] == "--map"
    assert faults_of(capsys, *about, "--map", "b=layers.0", "--dt-s", "1e-3")[0]["path"] == "--dt-s"
    assert faults_of(capsys, "train", "--dt-s", "1e-3")[0]["path"] == "--dt-s"
    with pytest.raises(InputError, match="only told of NIR"):
        s3d.export(path, "json", tmp_path / "x.json", spec=SQUARE, modules=PLACES, dt_s=1e-3)
