"""Every kind of layer on the reference path: equal to networks written by hand with torch's and snnTorch's modules."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import snntorch
import torch
from torch import Tensor, nn

from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine import (
    ReferenceLearner,
    build,
    load_tensors,
    matrices_of,
    play,
    run,
    spike_function,
    tally,
    tensors_of,
    to_trained,
)
from snntrainer3d.engine.chance import chance_of
from snntrainer3d.spec import Atan, Network, Training, parse

SAME_STATE = 1e-12
"""Float64: the same modules in the same order; convolutions may sum in another."""
SAME_GRADIENT = 1e-9
SPIKE = spike_function(Atan())
STEPS, BATCH = 6, 4


def network(layers: list[dict[str, object]], shape: tuple[int, ...]) -> Network:
    return parse(Network, {"input": {"shape": list(shape)}, "layers": layers})


def inputs_of(found: Network, seed: int = 0, steps: int | None = None) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    shape = (BATCH, found.input.size) if steps is None else (steps, BATCH, found.input.size)
    return torch.rand(shape, dtype=torch.float64, generator=generator) * 6


NO_EFFECT = "layers.0.neuron.V"
"""Where one-to-one feedback meets reset to zero, the reset wipes it out."""


def compare(found: Network, by_hand: Callable[[nn.Module, Tensor], Tensor], steps: int | None = None) -> None:
    """Compare summed output membranes and every gradient with a loop that a person wrote."""
    module = build(found, seed=3).double()
    inputs = inputs_of(found, steps=steps)
    results = []
    for path in (
        lambda: run(module, inputs, STEPS if steps is None else None).membranes[-1],
        lambda: by_hand(module, inputs),
    ):
        module.zero_grad()
        membranes = path()
        (membranes * torch.linspace(-1, 1, membranes.numel(), dtype=torch.float64).view_as(membranes)).sum().backward()
        grads = {name: value.grad.clone() for name, value in module.named_parameters() if value.grad is not None}
        results.append((membranes.detach(), grads))
    torch.testing.assert_close(results[0][0], results[1][0], rtol=0, atol=SAME_STATE)
    assert results[0][1].keys() == results[1][1].keys()
    for name, grad in results[0][1].items():
        assert float(grad.detach().abs().max()) > 0 or name == NO_EFFECT, name
        torch.testing.assert_close(grad, results[1][1][name], rtol=SAME_GRADIENT, atol=SAME_GRADIENT)


@pytest.mark.parametrize(
    ("pool", "function"), [("max_pool", nn.functional.max_pool2d), ("avg_pool", nn.functional.avg_pool2d)]
)
def test_a_convolutional_network_is_the_one_that_snntorch_teaches(pool: str, function: Callable[..., Tensor]) -> None:
    """Convolution, pooling, then spikes, twice, as in snnTorch's tutorial 6; with stride and padding."""
    found = network(
        [
            {"kind": "conv2d", "channels": 3, "kernel": 3, "neuron": None, "padding": 1},
            {"kind": pool, "neuron": {"kind": "leaky", "beta": 0.8}},
            {
                "kind": "conv2d",
                "channels": 4,
                "kernel": 2,
                "stride": 2,
                "bias": False,
                "neuron": {"kind": "leaky", "threshold": 0.3},
            },
            {"kind": "flatten"},
            {"kind": "dense", "size": 3},
        ],
        (2, 8, 7),
    )

    def by_hand(module: nn.Module, inputs: Tensor) -> Tensor:
        kinds = ((0.8, 1.0), (0.9, 0.3), (0.9, 1.0))
        first, second, third = (snntorch.Leaky(beta, threshold=height, spike_grad=SPIKE) for beta, height in kinds)
        states = [one.double().reset_mem() for one in (first, second, third)]
        left = []
        for _ in range(STEPS):
            maps = module.layers[0].connection(inputs.reshape(BATCH, 2, 8, 7))
            spikes, states[0] = first(function(maps, 2), states[0])
            spikes, states[1] = second(module.layers[2].connection(spikes), states[1])
            spikes, states[2] = third(module.layers[4].connection(spikes.flatten(1)), states[2])
            left.append(states[2])
        return torch.stack(left)

    compare(found, by_hand)


@pytest.mark.parametrize("reset", ["subtract", "zero", "none"])
@pytest.mark.parametrize("feedback", ["all_to_all", "one_to_one"])
@pytest.mark.parametrize("kind", ["leaky", "synaptic"])
def test_recurrent_layers_are_snntorchs(kind: str, feedback: str, reset: str) -> None:
    """Stock RLeaky and RSynaptic, whose own bias is set to zero: ours has the layer's."""
    neuron = {"kind": kind, "beta": 0.8, "reset": reset} | ({"alpha": 0.7} if kind == "synaptic" else {})
    found = network([{"kind": "recurrent", "size": 5, "feedback": feedback, "neuron": neuron}, {"size": 3}], (4,))

    def by_hand(module: nn.Module, inputs: Tensor) -> Tensor:
        given = {"beta": 0.8, "spike_grad": SPIKE, "reset_mechanism": reset, "all_to_all": feedback == "all_to_all"}
        if feedback == "all_to_all":
            given["linear_features"] = 5
        stock = snntorch.RLeaky(**given) if kind == "leaky" else snntorch.RSynaptic(alpha=0.7, **given)
        stock = stock.double()
        if feedback == "all_to_all":
            stock.recurrent.weight = module.layers[0].neuron.recurrent.weight
            nn.init.zeros_(stock.recurrent.bias)
        else:
            stock.recurrent.V = module.layers[0].neuron.recurrent.V
        if kind == "synaptic":
            stock.beta, stock.alpha = stock.beta.double(), stock.alpha.double()
        output = snntorch.Leaky(beta=0.9, spike_grad=SPIKE).double()
        states, membrane, left = (
            [torch.zeros(BATCH, 5).double()] * (3 if kind == "synaptic" else 2),
            output.reset_mem(),
            [],
        )
        for step in range(STEPS):
            states = list(stock(module.layers[0].connection(inputs[step]), *states))
            _, membrane = output(module.layers[1].connection(states[0]), membrane)
            left.append(membrane)
        assert 0 < float(states[0].detach().mean()) < 1 or reset == "none"
        return torch.stack(left)

    compare(found, by_hand, steps=STEPS)


def test_batch_normalisation_takes_all_steps_of_a_batch_at_once() -> None:
    """torch's module over time and batch merged, as SpikingJelly's multi-step form; running means afterwards."""
    found = network(
        [
            {"kind": "conv2d", "channels": 2, "kernel": 3, "neuron": {"kind": "leaky"}},
            {"kind": "conv2d", "channels": 3, "kernel": 3, "neuron": None},
            {"kind": "batch_norm", "momentum": 0.3, "neuron": {"kind": "leaky"}},
            {"kind": "flatten"},
            {"size": 3},
        ],
        (1, 6, 6),
    )
    module, inputs = build(found, seed=3).double().train(), inputs_of(found)
    by_hand = nn.BatchNorm2d(3, momentum=0.3).double()
    lif = [snntorch.Leaky(beta=0.9, spike_grad=SPIKE).double() for _ in range(3)]
    recording = run(module, inputs, STEPS)
    membrane, fired = lif[0].reset_mem(), []
    for _ in range(STEPS):
        spikes, membrane = lif[0](module.layers[0].connection(inputs.reshape(BATCH, 1, 6, 6)), membrane)
        fired.append(spikes)
    normal = by_hand(module.layers[1].connection(torch.cat(fired))).chunk(STEPS)
    membrane = lif[1].reset_mem()
    for step in range(STEPS):
        spikes, membrane = lif[1](normal[step], membrane)
        torch.testing.assert_close(recording.membranes[1][step], membrane.flatten(1), rtol=0, atol=SAME_STATE)
    torch.testing.assert_close(module.layers[2].connection.running_var, by_hand.running_var, rtol=0, atol=SAME_STATE)
    assert not module.eval().training
    before = module.layers[2].connection.running_mean.clone()
    run(module, inputs, STEPS)
    assert torch.equal(before, module.layers[2].connection.running_mean)


def test_dropout_silences_the_same_values_at_every_step_and_none_in_evaluation() -> None:
    found = network([{"kind": "dropout", "share": 0.5}, {"size": 3}], (40,))
    module, ones = build(found, seed=1), torch.ones(BATCH, 40)
    weights = module.layers[1].connection
    nn.init.ones_(weights.weight)
    nn.init.zeros_(weights.bias)
    module.train()
    with chance_of(7, 0):
        first = run(module, ones, 2).membranes[0]
    with chance_of(7, 0):
        again = run(module, ones, 2).membranes[0]
    with chance_of(7, 1):
        other = run(module, ones, 2).membranes[0]
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    kept = first[0, :, 0] / 2  # the others count double
    assert ((kept > 8) & (kept < 32)).all()
    torch.testing.assert_close(first[1] + 1.0, first[0] * 1.9)  # the same current again, one spike reset
    assert torch.equal(run(module.eval(), ones, 1).membranes[0], torch.full((1, BATCH, 3), 40.0))


def everything() -> Network:
    """Give a network with every kind of layer."""
    return network(
        [
            {"kind": "conv2d", "channels": 3, "kernel": 3, "neuron": None},
            {"kind": "batch_norm", "neuron": {"kind": "leaky", "learn_beta": "per_neuron"}},
            {"kind": "max_pool"},
            {"kind": "dropout", "share": 0.3},
            {"kind": "conv2d", "channels": 4, "kernel": 2, "neuron": {"kind": "synaptic"}},
            {"kind": "avg_pool"},
            {"kind": "flatten"},
            {"kind": "recurrent", "size": 6, "feedback": "one_to_one"},
            {"kind": "recurrent", "size": 6, "neuron": {"kind": "synaptic", "learn_alpha": "shared"}},
            {"kind": "dense", "size": 3},
        ],
        (1, 8, 8),
    )


@pytest.mark.slow
def test_a_learner_goes_on_to_the_last_bit_where_it_was() -> None:
    """Weights, running means, Adam's means and what dropout draws next."""
    found, training = everything(), Training(num_steps=5, batch_size=BATCH, loss="count", seed=5)
    batches = [(inputs_of(found, seed).float(), torch.arange(BATCH) % 3) for seed in range(6)]
    whole = build(found, seed=1)
    learner = ReferenceLearner(whole, training)
    for batch in batches[:3]:
        learner.train_batch(*batch, 1e-2)
    resumed = build(found, seed=9)
    load_tensors(resumed, to_trained(whole, found))
    second = ReferenceLearner(resumed, training)
    second.load_optimizer_state(learner.optimizer_state())
    for batch in batches[3:]:
        learner.train_batch(*batch, 1e-2)
        second.train_batch(*batch, 1e-2)
    for name, array in tensors_of(whole, found).items():
        assert np.array_equal(array, tensors_of(resumed, found)[name]), name


@pytest.mark.slow
def test_evaluation_steps_playback_and_tally_agree_on_every_kind_of_layer() -> None:
    found = everything()
    module = build(found, seed=2)
    raw = np.random.default_rng(0).integers(0, 255, (5, 1, 8, 8), dtype=np.uint8)
    inputs = torch.from_numpy(raw).flatten(1).float() * 0.02
    with torch.no_grad():
        recording = run(module, inputs, 7)
    found_counts = ReferenceLearner(module, Training(num_steps=7)).evaluate_batch(
        inputs, torch.zeros(5, dtype=torch.int64)
    )
    assert torch.equal(found_counts.counts, recording.spikes[-1].sum(0).int())
    assert len(found_counts.rates) == len(found.spiking()) == 5
    tallied = tally(module, Encoder(scale=0.02, num_steps=7), raw)
    played = play(module, Encoder(scale=0.02, num_steps=7), raw[1])
    for index, spikes in enumerate(recording.spikes):
        assert np.array_equal(tallied.fired[index], spikes.sum((0, 1)).long().numpy())
        assert np.array_equal(played.spikes[index], spikes[:, 1].to(torch.uint8).numpy())
    assert recording.spikes[0].any()


def test_matrices_are_the_weights_kernel_by_kernel() -> None:
    found = everything()
    module = build(found, seed=2)
    matrices, arrays = matrices_of(module, found), tensors_of(module, found)
    assert [matrix.shape for matrix in matrices] == list(found.weight_shapes())
    assert np.array_equal(matrices[1][2], arrays["layers.4.weight"][2].reshape(-1))
