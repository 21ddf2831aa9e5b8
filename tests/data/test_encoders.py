"""Samples become input over time as snnTorch's generators do, and chance follows from seed, draw and sample alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from snntorch import spikegen

from snntrainer3d.data import check_fit, describe, load
from snntrainer3d.data.encoders import Encoder, encoder_for
from snntrainer3d.errors import SpecError
from snntrainer3d.spec import Delta, Direct, Latency, Population, Rate, Training, dense_network, parse


@pytest.mark.slow
def test_direct_scales_flattens_and_holds_still():
    raw = torch.tensor([[[[0, 128], [255, 51]]]], dtype=torch.uint8)
    encoded = Encoder(Direct(), 1 / 255, -0.5, num_steps=7).encode(raw)
    assert encoded.constant
    assert encoded.values.shape == (1, 4)
    assert encoded.values.dtype == torch.float32
    torch.testing.assert_close(encoded.values, torch.tensor([[-0.5, 128 / 255 - 0.5, 0.5, 0.2 - 0.5]]))
    steps = encoded.over_time()
    assert steps.shape == (7, 1, 4)
    assert steps.data_ptr() == encoded.values.data_ptr(), "a constant input is not copied per step"


def test_samples_are_left_as_they_were():
    raw = torch.from_numpy(load("xor").train.inputs.copy())
    for coding in (Direct(), Rate(), Latency(), Population()):
        Encoder(coding, 2.0, -1.0, num_steps=3).encode(raw)
    assert torch.equal(raw, torch.from_numpy(load("xor").train.inputs))


def test_frames_are_spread_evenly_over_the_steps():
    raw = torch.arange(6, dtype=torch.uint8).reshape(1, 3, 2)
    once = Encoder(num_steps=3, timed=True).encode(raw)
    assert not once.constant
    assert once.values[:, 0].tolist() == [[0, 1], [2, 3], [4, 5]]
    twice = Encoder(num_steps=6, timed=True).encode(raw)
    assert twice.values[:, 0, 0].tolist() == [0, 0, 2, 2, 4, 4]


@pytest.mark.slow
def test_rate_spikes_as_often_as_values_say():
    values = torch.tensor([[0.0, 0.1, 0.5, 0.9, 1.0]])
    spikes = Encoder(Rate(), num_steps=20_000).encode(values).values
    assert set(spikes.unique().tolist()) == {0.0, 1.0}
    means = spikes.mean(0)[0]
    assert means[0] == 0.0
    assert means[4] == 1.0
    # Five standard deviations of the mean of 20,000 draws.
    assert torch.all((means - values[0]).abs() < 5 * (0.25 / 20_000) ** 0.5)
    neighbours = spikes[:-1, 0, 2] * spikes[1:, 0, 2]
    assert abs(float(neighbours.mean()) - 0.25) < 0.02, "steps are drawn independently"


@pytest.mark.slow
def test_the_gain_of_rate_is_snntorchs():
    values = torch.rand(4, 9, generator=torch.Generator().manual_seed(1))
    mine = Encoder(Rate(gain=0.5), num_steps=4000).encode(values).values.mean(0)
    torch.manual_seed(0)
    theirs = spikegen.rate(values, num_steps=4000, gain=0.5).mean(0)
    assert (mine - theirs).abs().max() < 0.06


def test_what_is_drawn_depends_on_the_sample_not_on_its_batch():
    raw = torch.rand(12, 30, generator=torch.Generator().manual_seed(2))
    encoder = Encoder(Rate(), num_steps=8, seed=5)
    whole = encoder.encode(raw, np.arange(12), draw=3).values
    part = encoder.encode(raw[7:9], np.array([7, 8]), draw=3).values
    assert torch.equal(whole[:, 7:9], part)
    assert not torch.equal(whole, encoder.encode(raw, np.arange(12), draw=4).values)
    assert not torch.equal(whole, Encoder(Rate(), num_steps=8, seed=6).encode(raw, np.arange(12), draw=3).values)
    same = encoder.encode(raw[:1].expand(2, -1), np.array([0, 1]), draw=3).values
    assert not torch.equal(same[:, 0], same[:, 1]), "equal samples at two places are drawn apart"


@pytest.mark.slow
@given(st.integers(2, 40), st.floats(0.005, 0.5), st.sampled_from(["linear", "logarithmic"]), st.integers(0, 99))
def test_latency_is_snntorchs(steps: int, threshold: float, scale: str, seed: int) -> None:
    values = torch.rand(3, 7, generator=torch.Generator().manual_seed(seed))
    values[0, 0] = 0.0  # snnTorch stretches to the weakest value that comes, ours to the weakest that may
    mine = Encoder(Latency(scale=scale, threshold=threshold), num_steps=steps).encode(values).values
    theirs = spikegen.latency(
        values, num_steps=steps, threshold=threshold, linear=scale == "linear", normalize=True, clip=True
    )
    times = spikegen.latency_code(
        values, num_steps=steps, threshold=threshold, linear=scale == "linear", normalize=True
    )[0]
    near_half = ((times % 1.0) - 0.5).abs() < 1e-4  # rounding may go either way
    differs = (mine != theirs).any(0)
    assert not bool((differs & ~near_half).any())
    assert torch.equal(mine.sum(0), (values >= threshold).float()), "one spike for each value heard"


@pytest.mark.slow
@given(st.floats(0.01, 0.9), st.booleans(), st.integers(0, 99))
def test_delta_is_snntorchs(threshold: float, off_spikes: bool, seed: int) -> None:
    frames = torch.rand(2, 9, 5, generator=torch.Generator().manual_seed(seed))
    mine = Encoder(Delta(threshold=threshold, off_spikes=off_spikes), num_steps=9, timed=True).encode(frames).values
    theirs = spikegen.delta(frames.transpose(0, 1), threshold=threshold, off_spike=off_spikes)
    assert torch.equal(mine, theirs)


def test_population_gives_each_value_a_row_of_bells():
    coding = Population(neurons=4, width=1.0)
    encoded = Encoder(coding, num_steps=5).encode(torch.tensor([[0.125, 0.625, 1.0]]))
    assert encoded.constant
    rows = encoded.values.reshape(4, 3)
    assert rows.argmax(0).tolist() == [0, 2, 3]
    assert rows[0, 0] == rows[2, 1] == 1.0
    assert rows[1, 0] == pytest.approx(np.exp(-0.5))


def test_codings_that_make_no_sense_are_refused_at_their_field():
    digits, spoken = describe("digits"), describe("spoken-digits")
    network = dense_network((1, 8, 8), [], 10)
    assert not check_fit(network, digits, Training(coding=Rate()))
    assert [fault.path for fault in check_fit(network, digits, Training(coding=Delta()))] == ["training.coding.kind"]
    faults = check_fit(network, digits, Training(coding=Population(neurons=4)))
    assert [fault.path for fault in faults] == ["network.input.shape"]
    assert "4×8×8" in faults[0].hint
    assert not check_fit(dense_network((4, 8, 8), [], 10), digits, Training(coding=Population(neurons=4)))
    sound = dense_network((32,), [], 10)
    told = check_fit(sound, spoken, Training(coding=Latency(), num_steps=20))
    assert [fault.path for fault in told] == ["training.coding.kind", "training.num_steps"]
    assert not check_fit(sound, spoken, Training(coding=Delta(), num_steps=40))
    with pytest.raises(SpecError) as caught:
        parse(Training, {"pixels": "standardised", "coding": {"kind": "latency"}, "num_steps": 1})
    assert [fault.path for fault in caught.value.faults] == ["pixels", "num_steps"]


def test_the_encoder_of_a_training_is_told_by_data_set_and_document():
    digits = load("digits")
    encoder = encoder_for(digits, Training(pixels="standardised", num_steps=9, seed=4))
    assert encoder.plain
    assert (encoder.scale, encoder.offset) == digits.affine("standardised")
    assert (encoder.num_steps, encoder.seed) == (9, 4)
    assert not encoder_for(digits, Training(coding=Rate())).plain
