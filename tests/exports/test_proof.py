"""The proof of an export tells what differs: spikes of rounding from spikes of a fault."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from made_networks import made
from run_here import here

from snntrainer3d.data import with_contract
from snntrainer3d.engine import build, to_trained
from snntrainer3d.errors import FailureError, InputError, NotFoundError
from snntrainer3d.exports import Samples, form_of, prove, prove_files, running, samples_for
from snntrainer3d.exports.proof import ROUNDING, Ran, compare, run_network
from snntrainer3d.spec import OUTPUT, InputContract, Latency, Leaky, Network, TrainedNetwork, Training, parse


def compared(spikes, membranes, found, classes=((0, 0), (0, 0))):
    """Compare what spikes with what never does, with these membranes."""
    expected, got = (np.array(one) for one in classes)
    samples = Samples(np.zeros((spikes.shape[1], 1)), None, "")
    near = np.zeros(spikes.shape[1], bool)
    pair = Ran([spikes], [membranes], expected), Ran([spikes * 0], [found], got)
    return compare(*pair, [np.float32(1)], samples, near, ran="", seconds=0.0)


@pytest.mark.slow
def test_a_network_beside_itself_differs_in_nothing():
    trained = made(Leaky())
    proof = prove(trained, partial(run_network, trained), "run by itself")
    assert (proof.spikes_differ, proof.first_difference_margin, proof.largest_membrane_error) == (0, None, 0.0)
    assert proof.holds
    assert (
        "200 of 200 predictions agree, 13.50% of them right (the network: 13.50%), no spike differs" in proof.sentence()
    )
    assert "1 spike differs of" in replace(proof, spikes_differ=1).sentence()
    assert "2 spikes differ of" in replace(proof, spikes_differ=2).sentence()
    assert proof.samples_from == "test samples of Digits 8×8"


@pytest.mark.slow
def test_another_network_is_found_out():
    trained = made(Leaky())
    other = made(Leaky(), seed=1)
    proof = prove(trained, partial(run_network, other), "run by another")
    assert proof.spikes_differ > 1000
    assert proof.predictions_agree < 100
    assert proof.first_difference_margin > 0.1
    assert not proof.holds
    assert proof.to_dict()["holds"] is False


def test_a_spike_within_rounding_of_the_threshold_is_told_and_forgiven():
    membranes = np.full((3, 2, 4), 0.5, np.float32)
    membranes[1, 0, 2] = 1.0 + ROUNDING / 10
    spikes = (membranes > 1).astype(np.float32)
    rounded = membranes.copy()
    rounded[1, 0, 2] = 1.0
    found = compared(spikes, membranes, rounded)
    assert (found.spikes, found.spikes_differ) == (1, 1)
    assert found.first_difference_margin == pytest.approx(ROUNDING / 10, rel=0.01)
    assert found.largest_membrane_error == 0.0  # of the sample whose spikes agree


def test_what_follows_from_a_first_difference_is_no_difference_of_its_own():
    membranes = np.full((3, 1, 1), 0.5, np.float32)
    membranes[0] = 1.0 + ROUNDING / 10
    membranes[2] = 5.0
    spikes = (membranes > 1).astype(np.float32)
    found = compared(spikes, membranes, membranes)
    assert found.spikes_differ == 2
    assert found.first_difference_margin < ROUNDING


def test_samples_are_drawn_as_they_are_stored_where_there_is_no_data_set():
    trained = made(Leaky(), sizes=(7, 3))
    samples = samples_for(trained, 5)
    assert (samples.raw.shape, samples.raw.dtype, samples.labels) == ((5, 7), np.float32, None)
    assert "at random" in samples.words
    inputs = InputContract(shape=(7,), frames=3, num_steps=6, unit=1 / 16, stored="uint8")
    samples = samples_for(replace(trained, inputs=inputs), 5)
    assert (samples.raw.shape, samples.raw.dtype, samples.raw.max()) == ((5, 3, 7), np.uint8, 16)


def test_a_network_that_does_not_say_how_it_is_fed_cannot_be_proved_nor_written_as_code():
    bare = TrainedNetwork(made(Leaky()).network, made(Leaky()).tensors)
    for name in ("snntorch", "pytorch", "numpy", "c", "c-int8", "onnx"):
        with pytest.raises(InputError, match="do not say how a sample becomes their input") as told:
            form_of(name).write(bare, f"net{form_of(name).ending}")
        assert "--spec" in told.value.hint
    assert form_of("json").write(bare, "net.json")["net.json"].count(b'"input": null') == 1


BROKEN = {
    "coding": {"inputs": {"coding": Latency()}},
    "scale": {"inputs": {"unit": 1 / 20}},
    "steps": {"inputs": {"num_steps": 24}},
    "deviation": {"inputs": {"mean": 0.3, "deviation": 0.4}},
    "reading": {"readout": {"reading": "first_spike"}},
    "population": {"readout": {"population": 2}},
    "last steps": {"readout": {"last_steps": 3}},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["json", "numpy"])
@pytest.mark.parametrize("what", BROKEN)
def test_an_export_that_feeds_or_reads_otherwise_is_found_out(what, name):
    """The weights are the same, spike by spike the network would be; classes tell."""
    trained = with_contract(made(Leaky()))
    broken = replace(
        trained,
        training=None,
        inputs=trained.inputs.model_copy(update=BROKEN[what].get("inputs", {})),
        readouts={OUTPUT: trained.readout.model_copy(update=BROKEN[what].get("readout", {}))},
    )
    form = form_of(name)
    files = form.write(broken, f"net{form.ending}")
    run = here(files) if name == "numpy" else partial(form.run, files)
    if what == "steps":
        with pytest.raises(FailureError, match="of shapes"):
            prove(trained, run, "")
        return
    proof = prove(trained, run, "")
    assert proof.predictions_agree < proof.samples - proof.predictions_rounded
    assert not proof.holds
    assert proof.network_accuracy != proof.accuracy or what == "scale"
    whole = form.write(trained, f"net{form.ending}")
    assert prove(trained, here(whole) if name == "numpy" else partial(form.run, whole), "").holds


def test_a_prediction_that_rounding_turns_is_forgiven_and_any_other_is_not():
    membranes = np.full((3, 2, 4), 0.5, np.float32)
    membranes[1, 0, 2] = 1.0 + ROUNDING / 10
    spikes = (membranes > 1).astype(np.float32)
    turned = compared(spikes, membranes, membranes, classes=([2, 0], [0, 0]))
    assert (turned.predictions_agree, turned.predictions_rounded, turned.holds) == (1, 1, True)
    wrong = compared(spikes, membranes, membranes, classes=([2, 0], [2, 1]))
    assert (wrong.predictions_agree, wrong.predictions_rounded, wrong.holds) == (1, 0, False)


@pytest.mark.slow
def test_an_export_that_does_not_run_is_a_failure_whose_words_are_logged(caplog):
    trained = made(Leaky())
    with caplog.at_level("INFO"), pytest.raises(FailureError, match="does not run on this machine"):
        prove_files(form_of("numpy"), trained, {"net.py": b"1 / 0"})
    assert "ZeroDivisionError" in caplog.text
    with pytest.raises(FailureError, match="needs the package nowhere"):
        prove_files(form_of("numpy"), trained, {"net.py": b"import nowhere"})
    with pytest.raises(FailureError, match="of shapes"):
        prove(trained, lambda raw: Ran([raw], [raw], np.zeros(3, np.int64)), "")
    with pytest.raises(NotFoundError, match="There are json, "):
        form_of("word")


@pytest.mark.slow
def test_an_export_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(running, "LIMIT_S", 0.3)
    with pytest.raises(FailureError, match=r"within 0\.3 seconds"):
        prove_files(form_of("numpy"), made(Leaky()), {"net.py": b"while True: pass"})


@pytest.mark.slow
def test_weight_files_of_networks_that_are_not_dense_are_proved_like_others() -> None:
    """Convolution with values learned per neuron, pooling, recurrence: arrays, names and spikes come back."""
    learned = {"kind": "leaky", "learn_threshold": "per_neuron"}
    layers = [
        {"kind": "conv2d", "channels": 2, "kernel": 3, "neuron": learned},
        {"kind": "max_pool"},
        {"kind": "flatten"},
        {"kind": "recurrent", "size": 5},
        {"size": 3},
    ]
    network = parse(Network, {"input": {"shape": [1, 8, 8]}, "layers": layers})
    trained = to_trained(build(network, seed=1), network, Training(dataset="digits"))
    for name in ("json", "safetensors", "npz"):
        form = form_of(name)
        proof = prove_files(form, trained, form.write(trained, "net"))
        assert proof.holds, name
        assert (proof.spikes_differ, proof.largest_membrane_error) == (0, 0.0)
        assert proof.spikes > 0
