"""How samples become input is made in one place, goes with the weights, and is found out for those without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from snntrainer3d.data import contract_for, contract_of, load, with_contract
from snntrainer3d.data.contract import _kept
from snntrainer3d.data.encoders import encoder_for
from snntrainer3d.engine import build, to_trained
from snntrainer3d.errors import InputError
from snntrainer3d.spec import InputContract, Population, Rate, Training, dense_network


def network_of(training):
    network = dense_network((1, 8, 8), [5], 10)
    return to_trained(build(network), network, training)


@pytest.mark.slow
@pytest.mark.parametrize(
    "training",
    [Training(pixels="standardised"), Training(coding=Rate(gain=0.5), seed=4, num_steps=7), Training(loss="count")],
)
def test_a_contract_says_what_the_training_did(training):
    digits = load("digits")
    contract, encoder = contract_of(digits, training), encoder_for(digits, training)
    assert (contract.scale, contract.offset) == (encoder.scale, encoder.offset)
    assert (contract.coding, contract.num_steps, contract.seed) == (training.coding, training.num_steps, training.seed)
    assert (contract.stored, contract.shape, contract.unit, contract.timed) == ("uint8", (1, 8, 8), 1 / 16, False)
    if training.pixels == "standardised":
        assert (contract.mean, contract.deviation) == (digits.mean, digits.std)
    assert contract_for(network_of(training)) == contract


def test_a_network_is_fed_as_it_was_trained_whatever_the_data_are_now():
    digits, training = load("digits"), Training(pixels="standardised")
    known = contract_of(digits, training)
    brighter = replace(digits, train=replace(digits.train, inputs=digits.train.inputs // 2))
    assert contract_of(brighter, training).mean != known.mean
    assert contract_of(brighter, training, known) == known


def test_frames_and_names_go_with_the_network():
    task = load("memory-25")
    features, frames = int(np.prod(task.info.input_shape)), task.info.frames
    network = dense_network((features,), [5], task.info.classes)
    training = Training(dataset="memory-25", num_steps=frames)
    trained = with_contract(to_trained(build(network), network, training), task)
    assert frames > 1
    assert (trained.inputs.frames, trained.inputs.shape) == (frames, task.info.input_shape)
    assert trained.readout.class_names == task.info.class_names


def test_what_was_kept_of_known_data_is_what_they_are():
    for name in ("digits", "xor", "moons"):
        dataset = load(name)
        assert _kept(name) == (dataset.input_scale, "uint8" if dataset.train.inputs.dtype == np.uint8 else "float32")


def test_what_is_missing_is_told_by_name():
    bare = network_of(None)
    assert with_contract(bare) is bare
    with pytest.raises(InputError, match="do not say how a sample becomes their input") as told:
        contract_for(bare)
    assert "--spec" in told.value.hint
    gone = network_of(Training(dataset="own-that-is-gone"))
    with pytest.raises(InputError, match="own-that-is-gone") as told:
        contract_for(gone)
    assert told.value.path == "training.dataset"


def test_without_its_data_set_a_network_of_values_from_0_to_1_is_fed_those(monkeypatch):
    monkeypatch.setattr("snntrainer3d.data.contract.available", lambda _: False)
    assert contract_for(network_of(Training(coding=Population()))).unit == 1.0
    with pytest.raises(InputError, match="mean and deviation"):
        contract_for(network_of(Training(pixels="standardised")))


def test_start_words_are_those_that_rate_coding_draws_from():
    contract = InputContract(coding=Rate(), seed=9, num_steps=3)
    raw = torch.full((2, 5), 0.5)
    from snntrainer3d.data.encoders import encoder_of
    from snntrainer3d.data.encoding import mixed

    first, second = (np.uint32(word) for word in contract.start_words())
    keys = mixed(mixed(np.array([7, 8], np.uint32) + first) ^ second)
    drawn = mixed(mixed(np.arange(15, dtype=np.uint32).reshape(3, 1, 5)) ^ keys[:, None]) >> np.uint32(8)
    spikes = encoder_of(contract).encode(raw, np.array([7, 8])).values.numpy()
    assert np.array_equal(spikes, drawn * np.float32(2.0**-24) < np.float32(0.5))
