"""The proof of an export tells what differs: spikes of rounding from spikes of a fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_networks import made

from snntrainer3d.engine import build, to_trained
from snntrainer3d.engine.truth import record_arrays
from snntrainer3d.errors import FailureError, NotFoundError
from snntrainer3d.exports import form_of, prove, prove_files, running, samples_for
from snntrainer3d.exports.proof import ROUNDING, compare
from snntrainer3d.spec import Leaky, Network, TrainedNetwork, parse


def recorded(trained, samples):
    return record_arrays(trained, samples.inputs, samples.num_steps)


def test_a_network_beside_itself_differs_in_nothing():
    trained = made(Leaky())
    proof = prove(trained, lambda inputs, steps: record_arrays(trained, inputs, steps), "run by itself")
    assert (proof.spikes_differ, proof.first_difference_margin, proof.largest_membrane_error) == (0, None, 0.0)
    assert proof.holds
    assert "200 of 200 predictions agree, no spike differs" in proof.sentence()
    assert "1 spike differs of" in replace(proof, spikes_differ=1).sentence()
    assert "2 spikes differ of" in replace(proof, spikes_differ=2).sentence()
    assert proof.samples_from == "test samples of Digits 8×8"


def test_another_network_is_found_out():
    trained = made(Leaky())
    other = made(Leaky(), seed=1)
    proof = prove(trained, lambda inputs, steps: record_arrays(other, inputs, steps), "run by another")
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
    about = {"ran": "", "samples_from": "", "seconds": 0.0}
    found = compare(([spikes], [membranes]), ([spikes * 0], [rounded]), [np.float32(1)], **about)
    assert (found.spikes, found.spikes_differ) == (1, 1)
    assert found.first_difference_margin == pytest.approx(ROUNDING / 10, rel=0.01)
    assert found.largest_membrane_error == 0.0  # of the sample whose spikes agree


def test_what_follows_from_a_first_difference_is_no_difference_of_its_own():
    membranes = np.full((3, 1, 1), 0.5, np.float32)
    membranes[0] = 1.0 + ROUNDING / 10
    membranes[2] = 5.0
    spikes = (membranes > 1).astype(np.float32)
    found = compare(
        ([spikes], [membranes]), ([spikes * 0], [membranes]), [np.float32(1)], ran="", samples_from="", seconds=0.0
    )
    assert found.spikes_differ == 2
    assert found.first_difference_margin < ROUNDING


def test_samples_are_drawn_where_there_is_no_data_set():
    trained = made(Leaky(), sizes=(7, 3))
    for network in (trained, TrainedNetwork(trained.network, trained.tensors)):
        samples = samples_for(network, 5)
        assert samples.inputs.shape == (5, 7)
        assert "at random" in samples.words


def test_an_export_that_does_not_run_is_a_failure_with_its_last_words():
    trained = made(Leaky())
    with pytest.raises(FailureError, match="ZeroDivisionError"):
        prove_files(form_of("numpy"), trained, {"net.py": b"1 / 0"})
    with pytest.raises(FailureError, match="of shapes"):
        prove(trained, lambda inputs, _: ([inputs], [inputs]), "")
    with pytest.raises(NotFoundError, match="There are json, "):
        form_of("word")


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
    trained = to_trained(build(network, seed=1), network)
    for name in ("json", "safetensors", "npz"):
        form = form_of(name)
        proof = prove_files(form, trained, form.write(trained, "net"))
        assert proof.holds, name
        assert (proof.spikes_differ, proof.largest_membrane_error) == (0, 0.0)
        assert proof.spikes > 0
