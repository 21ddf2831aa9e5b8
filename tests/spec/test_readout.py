"""One function decides for every room, as its words say; how a network is fed is a document."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snntrainer3d.errors import InputError, SpecError
from snntrainer3d.spec import (
    OUTPUT,
    InputContract,
    Latency,
    Readout,
    TrainedNetwork,
    Training,
    decide,
    dense_network,
    parse,
    readout_of,
)


def arrays_of(network):
    from snntrainer3d.engine import build, tensors_of

    return tensors_of(build(network), network)


def naive(readout, spikes, membranes):
    """Decide sample by sample, as the words of the readout say it."""
    steps, samples, outputs = spikes.shape
    first = 0 if readout.last_steps is None else steps - readout.last_steps
    found = []
    for sample in range(samples):
        scores = [0.0] * (outputs // readout.population)
        if readout.reading == "membrane":
            scores = [max(membranes[step, sample, at] for step in range(first, steps)) for at in range(outputs)]
        for step in range(first, steps):
            for at in np.flatnonzero(spikes[step, sample]):
                if readout.reading == "count":
                    scores[at // readout.population] += 1
                elif readout.reading == "first_spike":
                    scores[at] = scores[at] or steps - step
        found.append(scores.index(max(scores)))
    return found


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    reading=st.sampled_from(["count", "membrane", "first_spike"]),
    last=st.none() | st.integers(1, 6),
    population=st.integers(1, 3),
    seed=st.integers(0, 999),
)
def test_a_readout_decides_as_its_words_say(reading, last, population, seed):
    readout = Readout(reading=reading, last_steps=last, population=population if reading == "count" else 1)
    chance = np.random.default_rng(seed)
    membranes = chance.normal(0, 1, (6, 7, 6)).astype(np.float32)
    spikes = (chance.random(membranes.shape) < 0.2).astype(np.float32)
    assert readout.decisions(spikes, membranes).tolist() == naive(readout, spikes, membranes)
    over_time = readout.scores_over_time(spikes, membranes)
    assert over_time.shape == (6, 7, 6 // readout.population)
    assert np.array_equal(over_time[-1], readout.scores(spikes, membranes))
    assert not over_time[: 6 - (last or 6)].any()


def test_equal_scores_are_decided_for_the_lowest_class():
    assert decide(np.array([[0, 2, 2], [1, 1, 1], [0, 0, 3]])).tolist() == [1, 0, 2]


def test_a_readout_is_that_of_the_training_and_travels_with_the_network():
    network = dense_network((4,), [], 6)
    training = Training(loss="count", population=3, read_last_steps=4, dataset="xor")
    trained = TrainedNetwork(network, arrays_of(network), training)
    assert trained.readouts == {OUTPUT: readout_of(training)}
    assert trained.readout == Readout(population=3, last_steps=4)
    assert readout_of(Training(loss="first_spike")).reading == "first_spike"
    bare = TrainedNetwork(network, trained.tensors)
    with pytest.raises(InputError, match="do not say how their outputs become a class") as told:
        _ = bare.readout
    assert "--spec" in told.value.hint


def test_a_contract_is_a_document_that_tells_scale_and_offset():
    contract = InputContract(coding=Latency(), unit=1 / 16, mean=0.25, deviation=0.5, shape=(1, 8, 8), stored="uint8")
    assert (contract.scale, contract.offset) == (1 / 8, -0.5)
    assert parse(InputContract, json.loads(contract.model_dump_json())) == contract
    assert (InputContract(unit=0.5).scale, InputContract().offset) == (0.5, 0.0)
    assert InputContract(seed=3).start_words() != InputContract(seed=3).start_words(1)
    with pytest.raises(SpecError) as told:
        parse(InputContract, {"num_steps": 0, "deviation": -1.0})
    assert {fault.path for fault in told.value.faults} == {"num_steps", "deviation"}
