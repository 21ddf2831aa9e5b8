"""The multi-step learner equals the reference learner for networks of every kind: loss, rates, gradients, updates."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from snntrainer3d.engine import ReferenceLearner, build, load_tensors, open_learner, tensors_of, to_trained
from snntrainer3d.engine.multistep import MultiStepLearner, products_of
from snntrainer3d.spec import AdamW, Network, Sgd, Training, parse
from strategies import map_networks, recurrent_networks

EXACT_LOSS = 1e-9
"""Float64 losses differ in the order of sums only, but maximum pooling and normalisation widen that."""
EXACT_GRADIENT = 1e-7
"""So do gradients, which sum more; compared with the largest of a parameter."""


def batch(network: Network, size: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.rand(size, network.input.size, dtype=torch.float64, generator=generator) * 4
    return inputs, torch.randint(0, network.output.size, (size,), generator=generator)


def convolutional() -> Network:
    """Give a network with most kinds of layer, its neurons shared and per neuron."""
    learned = {"kind": "leaky", "learn_beta": "per_neuron", "learn_threshold": "shared"}
    layers = [
        {"kind": "conv2d", "channels": 4, "kernel": 3, "neuron": None},
        {"kind": "max_pool", "neuron": {"kind": "leaky"}},
        {"kind": "dropout", "share": 0.2},
        {"kind": "conv2d", "channels": 6, "kernel": 2, "neuron": None},
        {"kind": "batch_norm", "neuron": learned},
        {"kind": "avg_pool"},
        {"kind": "flatten"},
        {"kind": "recurrent", "size": 8},
        {"size": 3},
    ]
    return parse(Network, {"input": {"shape": [1, 10, 10]}, "layers": layers})


@pytest.mark.slow
@settings(max_examples=50)
@given(
    network=st.one_of(map_networks(), recurrent_networks()),
    steps=st.integers(1, 6),
    size=st.sampled_from([2, 5]),
    loss=st.sampled_from(["membrane", "count", "rate", "max_membrane", "rate_mse", "first_spike"]),
)
def test_one_update_of_any_network_equals_the_references(network: Network, steps: int, size: int, loss: str) -> None:
    assume(steps > 1 or loss != "first_spike")
    training = Training(num_steps=steps, batch_size=size, loss=loss, seed=3)  # type: ignore[arg-type]
    first, second = build(network, 1).double(), build(network, 1).double()
    reference, fast = ReferenceLearner(first, training), MultiStepLearner(second, training)
    inputs, labels = batch(network, size)
    expected, found = reference.train_batch(inputs, labels, 0.0), fast.train_batch(inputs, labels, 0.0)
    assert found.loss == pytest.approx(expected.loss, rel=EXACT_LOSS, abs=EXACT_LOSS)
    assert found.correct == expected.correct
    assert found.rates == pytest.approx(expected.rates, abs=1e-6)
    for (name, one), other in zip(first.named_parameters(), second.parameters(), strict=True):
        if one.grad is None:
            assert other.grad is None, name
            continue
        limit = EXACT_GRADIENT * max(1.0, float(one.grad.abs().max()))
        assert float((one.grad - other.grad).abs().max()) <= limit, name
    for name, value in first.named_buffers():
        if name.endswith("running_var"):
            torch.testing.assert_close(value, second.state_dict()[name])


LEARNED = {
    "leaky": {"learn_beta": "shared"},
    "lapicque": {"beta": 0.8, "learn_beta": "per_neuron"},
    "synaptic": {"learn_alpha": "shared", "learn_beta": "per_neuron"},
    "alpha": {"alpha": 0.9, "beta": 0.8, "learn_alpha": "shared", "learn_beta": "shared"},
    "adaptive": {"learn_beta": "shared", "learn_rho": "shared", "learn_adaptation": "per_neuron"},
    "izhikevich": {f"learn_{name}": "shared" for name in "abcd"},
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "layer"),
    [*((kind, "dense") for kind in LEARNED), *((kind, "recurrent") for kind in ("leaky", "synaptic", "adaptive"))],
)
def test_values_that_the_loss_does_not_reach_have_no_gradient_as_in_torch(kind: str, layer: str) -> None:
    unreached = set()
    delays = [{}, {"reset_delay": False}] if kind in ("leaky", "synaptic") else [{}]
    resets = [{}] if kind == "izhikevich" else [{"reset": reset} for reset in ("subtract", "zero", "none")]
    for reset, delay, steps, loss in itertools.product(resets, delays, (1, 2, 4), ("membrane", "count")):
        neuron = {"kind": kind, "learn_threshold": "shared", **LEARNED[kind], **reset, **delay}
        layers = [{"kind": layer, "size": size, "neuron": neuron} for size in (5, 3)]
        network = parse(Network, {"input": {"shape": [4]}, "layers": layers})
        training = Training(num_steps=steps, batch_size=6, loss=loss)  # type: ignore[arg-type]
        first, second = build(network, 1), build(network, 1)
        inputs, labels = batch(network, 6)
        for learner in (ReferenceLearner(first, training), MultiStepLearner(second, training)):
            learner.train_batch(inputs.float(), labels, 1e-3)
        wanted = {name for name, value in first.named_parameters() if value.grad is None}
        assert {name for name, value in second.named_parameters() if value.grad is None} == wanted, (neuron, steps)
        unreached |= wanted
    assert any("threshold" in name for name in unreached)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", [AdamW(weight_decay=0.5), Sgd(weight_decay=0.05, momentum=0.9)])
def test_what_the_loss_does_not_reach_is_not_decayed(optimizer: AdamW | Sgd) -> None:
    neuron = {"kind": "leaky", "reset": "zero", "threshold": 0.7, "learn_threshold": "shared"}
    network = parse(
        Network, {"input": {"shape": [4]}, "layers": [{"size": 5, "neuron": neuron}, {"size": 3, "neuron": neuron}]}
    )
    training = Training(num_steps=5, batch_size=6, loss="membrane", optimizer=optimizer)
    inputs, labels = batch(network, 6)
    found = []
    for kind in (ReferenceLearner, MultiStepLearner):
        module = build(network, 1)
        learner = kind(module, training)
        for _ in range(3):
            learner.train_batch(inputs.float(), labels, 0.01)
        # A checkpoint of before, when the threshold had a gradient of 0, remembers something of it.
        state = learner.optimizer_state()
        place = [name for name, _ in module.named_parameters()].index("layers.1.neuron.threshold")
        assert not any(name.startswith(f"{place}.") for name in state)
        names = {name.split(".")[1] for name in state}
        resumed = kind(module, training)
        resumed.load_optimizer_state({**{f"{place}.{name}": np.zeros((), np.float32) for name in names}, **state})
        resumed.train_batch(inputs.float(), labels, 0.01)
        found.append(tensors_of(module, network))
    reference, fast = found
    assert fast["layers.1.neuron.threshold"] == np.float32(0.7)
    assert fast["layers.0.neuron.threshold"] != np.float32(0.7)
    for name, array in fast.items():
        np.testing.assert_allclose(array, reference[name], atol=1e-6, err_msg=name)


def test_evaluation_equals_the_references() -> None:
    network, training = convolutional(), Training(num_steps=6, loss="count")
    module = build(network, 1).double()
    inputs, labels = batch(network, 11)
    expected = ReferenceLearner(module, training).evaluate_batch(inputs, labels)
    found = MultiStepLearner(module, training).evaluate_batch(inputs, labels)
    assert torch.equal(found.counts, expected.counts)
    assert found.loss_sum == pytest.approx(expected.loss_sum, rel=1e-6)
    assert found.rates == pytest.approx(expected.rates, abs=1e-6)
    assert max(found.rates) > 0


def test_it_is_taken_for_what_is_not_dense_and_says_what_it_steps_through() -> None:
    network = convolutional()
    learner = open_learner(build(network), network, Training())
    assert isinstance(learner, MultiStepLearner)
    assert learner.name == "fused"
    assert learner.note == ""
    module = build(network)
    module.layers[7].neuron.reset_delay = False
    told = open_learner(module, network, Training()).note
    assert told == "Stepped through, for want of a fused form: neurons of layer 8."
    assert type(open_learner(build(network), network, Training(engine="reference"))) is ReferenceLearner


@pytest.mark.slow
def test_it_goes_on_to_the_last_bit_where_it_was() -> None:
    network, training = convolutional(), Training(num_steps=5, batch_size=6, loss="count", seed=2)
    whole = build(network, seed=1)
    learner = MultiStepLearner(whole, training)
    batches = [tuple(part.float() if part.dtype == torch.float64 else part for part in batch(network, 6, seed))
               for seed in range(6)]  # fmt: skip
    for one in batches[:3]:
        learner.train_batch(*one, 1e-2)
    resumed = build(network, seed=9)
    load_tensors(resumed, to_trained(whole, network))
    second = MultiStepLearner(resumed, training)
    second.load_optimizer_state(learner.optimizer_state())
    for one in batches[3:]:
        learner.train_batch(*one, 1e-2)
        second.train_batch(*one, 1e-2)
    assert len(learner.gradient_sizes()) == len(network.spiking())
    for name, array in tensors_of(whole, network).items():
        assert np.array_equal(array, tensors_of(resumed, network)[name]), name


def test_small_networks_take_one_thread_and_give_the_others_back() -> None:
    small = parse(Network, {"input": {"shape": [784]}, "layers": [{"kind": "recurrent", "size": 100}, {"size": 10}]})
    assert products_of(build(small)) == 784 * 100 + 100 + 100 * 100 + 1010
    seen: list[int] = []

    class Counting(MultiStepLearner):
        def _forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, list[float]]:
            seen.append(torch.get_num_threads())
            return super()._forward(inputs)

    before = torch.get_num_threads()
    learner = Counting(build(small), Training(num_steps=4, batch_size=8))
    inputs, labels = torch.rand(8, 784), torch.zeros(8, dtype=torch.int64)
    learner.train_batch(inputs, labels, 1e-3)
    learner.evaluate_batch(inputs, labels)
    assert seen == [1, 1]
    assert torch.get_num_threads() == before
    wide = build(convolutional())
    assert products_of(wide) > 1_000
    torch.set_num_threads(2)
    try:
        Counting(wide, Training(num_steps=20, batch_size=65_536)).evaluate_batch(torch.rand(2, 100), labels[:2])
    finally:
        torch.set_num_threads(before)
    assert seen[-1] == 2
