"""ONNX of one time step: onnxruntime computes what the network computes, and what has no form is refused by name."""

from __future__ import annotations

import builtins

import numpy as np
import pytest
from made_layers import LAYERED, layered
from made_networks import NEURONS, made, over_time
from run_here import here

from snntrainer3d.errors import InputError
from snntrainer3d.exports import Samples, form_of, prove, prove_files
from snntrainer3d.exports.onnx_writing import onnx_faults, starts_of, to_onnx
from snntrainer3d.exports.proof import ROUNDING
from snntrainer3d.spec import Leaky, Network, parse

onnxruntime = pytest.importorskip("onnxruntime")
MEMBRANES_GROW = 1e-3
"""Without reset or with slow synapses they reach hundreds, whose float32 is that coarse."""


@pytest.mark.parametrize(
    # Of every kind the form that subtracts is quick enough for each change.
    "neuron",
    [pytest.param(name, marks=() if name.endswith("subtract") else pytest.mark.slow) for name in NEURONS],
)
def test_every_neuron_gives_the_same_spikes_on_200_samples(neuron, tmp_path):
    trained = made(NEURONS[neuron])
    proof = prove(trained, here(form_of("onnx").write(trained, "net.onnx"), tmp_path), "run here")
    assert proof.spikes > 100
    assert (proof.samples, proof.spikes_differ, proof.predictions_agree) == (200, 0, 200), proof.sentence()
    assert proof.largest_membrane_error < (MEMBRANES_GROW if "none" in neuron else ROUNDING)


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYERED)
def test_every_kind_of_layer_gives_the_same_spikes_on_200_samples(name, tmp_path):
    trained = layered(name)
    proof = prove(trained, here(form_of("onnx").write(trained, "net.onnx"), tmp_path), "run here")
    assert proof.spikes > 100
    assert (proof.samples, proof.predictions_agree) == (200, 200), proof.sentence()
    assert proof.holds


@pytest.mark.slow
def test_it_runs_in_a_process_of_its_own_with_input_that_changes():
    trained = over_time(made(Leaky(), NEURONS["alpha that learned, zero"], sizes=(5, 8, 4), bias=False), 7)
    changing = np.random.default_rng(1).normal(0, 2, (12, 7, 5)).astype(np.float32)
    samples = Samples(changing, None, "made up")
    form = form_of("onnx")
    proof = prove_files(form, trained, form.write(trained, "net.onnx"), samples)
    assert (proof.num_steps, proof.samples, proof.spikes_differ) == (7, 12, 0)
    assert proof.spikes > 20


def test_its_inputs_are_the_states_at_rest():
    trained = made(Leaky(), NEURONS["alpha that learned, zero"], sizes=(5, 8, 4))
    session = onnxruntime.InferenceSession(to_onnx(trained), providers=["CPUExecutionProvider"])
    starts = {f"layers.{at}.{name}": start for at, found in starts_of(trained).items() for name, start in found.items()}
    assert [one.name for one in session.get_inputs()] == ["input", *starts]
    assert not any(start.any() for start in starts.values())


def test_what_has_no_form_is_refused_by_name():
    network = parse(Network, {"input": {"shape": [4]}, "layers": [{"size": 3}, {"size": 2}]})
    strange = network.layers[0].model_copy(update={"kind": "hopfield"})
    [fault] = onnx_faults(network.model_copy(update={"layers": (strange, network.layers[1])}))
    assert (fault.path, "hopfield" in fault.message) == ("network.layers[0].kind", True)


def test_without_onnx_it_says_how_to_install_it(monkeypatch):
    usual = builtins.__import__

    def without(name, *arguments):
        if name == "onnx":
            raise ImportError(name)
        return usual(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError) as told:
        to_onnx(made(Leaky()))
    assert "snntrainer3d[onnx]" in told.value.hint
