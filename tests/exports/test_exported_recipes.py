"""Whatever the recipe, every export that is not refused decides stored samples as the run does."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from run_here import here

import snntrainer3d as s3d
from snntrainer3d.data import load
from snntrainer3d.errors import MismatchError
from snntrainer3d.exports import FORMS, Samples, prove
from snntrainer3d.exports.c_source import in_bytes
from snntrainer3d.exports.forms import runner
from snntrainer3d.exports.proof import run_network
from snntrainer3d.training import measure
from strategies import fed_networks

SOURCE = Path(__file__).parents[2] / "src" / "snntrainer3d"
IN_PROCESS = ("numpy", "pytorch", "snntorch", "onnx")
WEIGHTS_OF_BYTES = "c-int8"


def rounded(trained):
    """Give the network of the weights that one byte each holds."""
    found = dict(trained.tensors)
    for name in (name for name in found if name.endswith(".weight")):
        whole, scale = in_bytes(found[name])
        found[name] = np.asarray(whole * scale[:, None], np.float32)
    return replace(trained, tensors=found)


def check(case):
    trained, dataset = case
    samples = Samples(dataset.test.inputs, dataset.test.labels, "drawn", dataset)
    run = run_network(trained, samples.raw, dataset)
    assert np.array_equal(run.classes, measure(trained, dataset).evaluation.decisions)
    for form in FORMS.values():
        if not form.runs_here:
            continue
        if form.faults(trained.network, trained.training):
            with pytest.raises(MismatchError):
                form.write(trained, f"net{form.ending}")
            continue
        files = form.write(trained, f"net{form.ending}")
        with TemporaryDirectory() as folder:
            ran = here(files, Path(folder)) if form.name in IN_PROCESS else runner(form, trained, files)
            proof = prove(rounded(trained) if form.name == WEIGHTS_OF_BYTES else trained, ran, form.ran, samples)
        assert proof.holds, f"{form.name}: {proof}"


DRAWN = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.slow
@settings(max_examples=20, **DRAWN)
@given(fed_networks())
def test_every_export_of_twenty_drawn_networks_and_recipes_decides_as_the_run(case):
    check(case)


@pytest.mark.verify
@settings(max_examples=500, **DRAWN)
@given(fed_networks())
def test_every_export_of_five_hundred_drawn_networks_and_recipes_decides_as_the_run(case):
    check(case)


RECIPES = {
    "populations": {"loss": "count", "population": 3, "read_last_steps": 8},
    "latency": {"coding": {"kind": "latency"}},
    "rate": {"coding": {"kind": "rate"}, "loss": "first_spike"},
    "bells, highest membrane": {"coding": {"kind": "population"}, "loss": "max_membrane"},
    "standardised": {"pixels": "standardised"},
}
A_SAMPLE = 1 / 359
"""What rounding may turn."""


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES)
def test_scripts_and_c_give_the_test_accuracy_of_their_run(recipe, tmp_path):
    run = s3d.train(
        s3d.design("digits", hidden=[20], preset="fast", epochs=2, seed=1, **RECIPES[recipe]), home=tmp_path
    )
    trained, test = run.network, load("digits").test
    assert trained.inputs is not None, "it is written with the weights"
    assert run.accuracy > 0.5
    shades = (test.inputs.reshape(len(test), -1) / 16).astype(np.float32)
    for name in ("numpy", "c"):
        form = FORMS[name]
        files = form.write(trained, f"net{form.ending}")
        for samples in (test.inputs, shades) if name == "numpy" else (test.inputs,):
            accuracy = (form.run(files, samples).classes == test.labels).mean()
            assert accuracy == pytest.approx(run.accuracy, abs=A_SAMPLE), name


NOT_OF_OUTPUTS = {
    "spec/contract.py": "the one decision",
    "exports/contract_python.py": "the same, as text of scripts",
    "analysis/statistics.py": "the largest cell of a difference",
    "analysis/responses.py": "the first current that makes a neuron spike",
    "engine/losses.py": "the step of the first spike",
    "circuits/simulation/measures.py": "the first step that differs",
}
"""Files that look for the largest of something else, and of what."""


@pytest.mark.slow
def test_nobody_else_takes_the_largest_of_output_spikes():
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if "data" not in path.relative_to(SOURCE).parts[:1]  # which knows no network
        if re.search(r"argmax|\.max\([^)]*\)\.indices", path.read_text(encoding="utf-8"))
    }
    assert found <= set(NOT_OF_OUTPUTS), "decide by spec.decide or a Readout"


def test_c_is_proved_where_there_is_a_compiler():
    assert FORMS["c"].runs_here == (which("cc") is not None)
