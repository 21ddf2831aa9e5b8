"""Losses are those of snntorch.functional, values and gradients; what decides goes with them."""

from __future__ import annotations

import numpy as np
import pytest
import snntorch.functional as sf
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from snntrainer3d.data import check_fit, load
from snntrainer3d.engine import Objective, ReferenceLearner, build, objective_of, open_learner
from snntrainer3d.errors import SpecError
from snntrainer3d.spec import Readout, Training, decide, dense_network, parse

CLOSE = 1e-5
"""Sums of a few float32 terms in another order."""


def recordings(steps: int, batch: int, outputs: int, seed: int) -> tuple[Tensor, Tensor]:
    """Give spikes and membranes of an output layer that ask for gradients."""
    generator = torch.Generator().manual_seed(seed)
    spikes = (torch.rand(steps, batch, outputs, generator=generator) < 0.3).float()
    membranes = torch.randn(steps, batch, outputs, generator=generator)
    return spikes.requires_grad_(), membranes.requires_grad_()


def theirs(objective: Objective, classes: int) -> tuple[object, str]:
    """Give snnTorch's loss and what it takes."""
    weight = objective.weights
    population = {"population_code": objective.readout.population > 1, "num_classes": classes}
    rates = {"correct_rate": objective.correct_rate, "incorrect_rate": objective.incorrect_rate}
    return {
        "membrane": (sf.ce_rate_loss(weight=weight), "membranes"),
        "rate": (sf.ce_rate_loss(weight=weight), "spikes"),
        "count": (sf.ce_count_loss(weight=weight, **population), "spikes"),
        "max_membrane": (sf.ce_max_membrane_loss(weight=weight), "membranes"),
        "rate_mse": (sf.mse_count_loss(weight=weight, **rates, **population), "spikes"),
        "first_spike": (sf.ce_temporal_loss(weight=weight), "spikes"),
    }[objective.loss]


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["membrane", "count", "rate", "max_membrane", "rate_mse", "first_spike"])
@settings(max_examples=8)
@given(steps=st.integers(2, 12), batch=st.integers(1, 9), seed=st.integers(0, 999), population=st.sampled_from([1, 3]))
def test_a_loss_is_snntorchs(loss: str, steps: int, batch: int, seed: int, population: int) -> None:
    classes, outputs = 4, 4 * (population if loss in ("count", "rate_mse") else 1)
    objective = Objective(loss, Readout(population=outputs // classes), 0.8, 0.2)
    labels = torch.randint(0, classes, (batch,), generator=torch.Generator().manual_seed(seed))
    spikes, membranes = recordings(steps, batch, outputs, seed)
    function, takes = theirs(objective, classes)
    scale = steps if loss == "membrane" else 1  # ours is the paper's sum over the steps
    expected = function({"spikes": spikes, "membranes": membranes}[takes], labels) * scale
    expected_grads = torch.autograd.grad(expected.sum(), [spikes if takes == "spikes" else membranes])
    found = objective.loss_of(spikes, membranes, labels)
    found_grads = torch.autograd.grad(found, [spikes if takes == "spikes" else membranes])
    torch.testing.assert_close(found, expected.reshape(()), atol=CLOSE, rtol=CLOSE)
    torch.testing.assert_close(found_grads, expected_grads, atol=CLOSE, rtol=CLOSE)


def test_a_highest_membrane_that_comes_twice_takes_the_gradient_once_as_snntorchs() -> None:
    membranes = torch.tensor([[[0.0, 0.5]], [[0.0, 0.1]], [[0.0, 0.5]], [[0.0, 0.0]]])
    labels = torch.tensor([1])
    ours, others = (membranes.clone().requires_grad_() for _ in range(2))
    Objective("max_membrane").loss_of(torch.zeros_like(membranes), ours, labels).backward()
    sf.ce_max_membrane_loss()(others, labels).backward()
    assert ours.grad is not None
    assert torch.equal(ours.grad, others.grad)
    assert ours.grad.count_nonzero() == 2


@pytest.mark.parametrize("loss", ["membrane", "count", "rate", "max_membrane", "rate_mse", "first_spike"])
@pytest.mark.parametrize("weights", [None, [0.2, 3.0, 0.0, 1.0]], ids=["equal", "weighted"])
def test_the_loss_of_pieces_is_that_of_the_whole(loss: str, weights: list[float] | None) -> None:
    objective = Objective(loss, weights=None if weights is None else torch.tensor(weights))
    spikes, membranes = (part.detach() for part in recordings(6, 50, 4, 3))
    labels = torch.arange(50).clamp(max=11) % 4  # the last pieces are of one class, that of weight 1
    labels[20:30] = 2  # a piece whose weight is 0
    whole = float(objective.loss_of(spikes, membranes, labels))
    for size in (1, 7, 10, 50):
        pieces = torch.arange(50).split(size)
        total = sum(objective.loss_sum(spikes[:, own], membranes[:, own], labels[own]) for own in pieces)
        assert total / sum(objective.weight_of(labels[own]) for own in pieces) == pytest.approx(whole, rel=1e-5)


def test_the_reading_goes_with_the_loss() -> None:
    spikes = torch.zeros(5, 2, 3)
    spikes[1, 0, 2] = spikes[2, 0, 1] = spikes[3, 0, 1] = 1.0
    spikes[4, 1, 0] = 1.0
    membranes = torch.full((5, 2, 3), -1.0)
    membranes[0, 0, 0], membranes[3, 1, 2] = 0.9, 0.4
    decisions = {
        loss: decide(objective_of(Training(loss=loss)).scores(spikes, membranes).numpy()).tolist()
        for loss in ("membrane", "count", "rate", "max_membrane", "rate_mse", "first_spike")
    }
    assert decisions["count"] == decisions["membrane"] == decisions["rate"] == decisions["rate_mse"] == [1, 0]
    assert decisions["max_membrane"] == [0, 2]
    assert decisions["first_spike"] == [2, 0]


def test_scores_over_time_end_in_the_scores() -> None:
    spikes, membranes = recordings(7, 5, 6, 1)
    for objective in (
        Objective("count", Readout(population=2)),
        Objective("max_membrane", Readout(reading="membrane")),
        Objective("first_spike", Readout(reading="first_spike")),
    ):
        over = objective.scores_over_time(spikes.detach(), membranes.detach())
        assert over.shape == (7, 5, 6 // objective.readout.population)
        assert torch.equal(over[-1], objective.scores(spikes.detach(), membranes.detach()).to(over.dtype))
        assert bool((over.diff(dim=0) >= 0).all()), "what spoke for a class is never taken back"


def test_a_population_speaks_as_one() -> None:
    spikes = torch.zeros(3, 1, 6)
    spikes[:, 0, 3] = 1.0  # alone the most active output
    spikes[0, 0, [0, 1]] = spikes[1, 0, [0, 1]] = 1.0
    assert Objective("count", Readout(population=2)).scores(spikes, spikes).tolist() == [[4, 3, 0]]


@pytest.mark.parametrize("loss", ["rate", "max_membrane", "rate_mse", "first_spike", "count"])
@pytest.mark.slow
def test_every_loss_learns_digits_by_either_path(loss: str) -> None:
    digits = load("digits")
    population = 3 if loss in ("rate_mse",) else 1
    network = dense_network((1, 8, 8), [40], 10 * population)
    training = Training(
        loss=loss, population=population, num_steps=10, batch_size=64, learning_rate=5e-3, seed=1, pixels="unit"
    )
    assert check_fit(network, digits.info, training) == []
    raw = torch.from_numpy(digits.train.inputs).flatten(1).float() / 16
    labels = torch.from_numpy(digits.train.labels)
    test = torch.from_numpy(digits.test.inputs).flatten(1).float() / 16
    wanted = torch.from_numpy(digits.test.labels)
    learner = open_learner(build(network, 1), network, training)
    order = np.random.default_rng(0)
    for _ in range(8):
        places = torch.from_numpy(order.permutation(len(labels)))
        for chosen in places.split(64):
            learner.train_batch(raw[chosen], labels[chosen], 5e-3)
    result = learner.evaluate_batch(test, wanted)
    assert (decide(result.counts.numpy()) == wanted.numpy()).mean() > 0.8
    reference = ReferenceLearner(learner._module, training).evaluate_batch(test, wanted)
    same = decide(reference.counts.numpy()) == decide(result.counts.numpy())
    assert same.mean() > 0.99, "but for sums in another order both paths decide alike"
    assert reference.loss_sum == pytest.approx(result.loss_sum, rel=1e-2)


def test_combinations_that_make_no_sense_are_refused_with_the_reason() -> None:
    with pytest.raises(SpecError) as caught:
        parse(Training, {"loss": "first_spike", "population": 3, "num_steps": 1})
    assert {fault.path for fault in caught.value.faults} == {"population", "num_steps"}
    with pytest.raises(SpecError, match="not below the correct rate"):
        parse(Training, {"loss": "rate_mse", "correct_rate": 0.2, "incorrect_rate": 0.3})
    digits = load("digits").info
    faults = check_fit(dense_network((1, 8, 8), [], 10), digits, Training(loss="count", population=2))
    assert [fault.path for fault in faults] == ["network.layers[0].size"]
    assert "20 neurons" in faults[0].hint


@pytest.mark.parametrize("loss", ["membrane", "count", "rate", "max_membrane", "rate_mse", "first_spike"])
def test_only_the_steps_that_are_read_count(loss: str) -> None:
    """Loss and scores are those of the last steps alone, and nothing is decided before them."""
    generator = torch.Generator().manual_seed(0)
    membranes = torch.randn(12, 6, 3, generator=generator)
    spikes, labels = (membranes > 0.5).float(), torch.arange(6) % 3
    part = objective_of(Training(num_steps=12, loss=loss, read_last_steps=4))  # type: ignore[arg-type]
    whole = objective_of(Training(num_steps=4, loss=loss))  # type: ignore[arg-type]
    assert torch.equal(part.loss_of(spikes, membranes, labels), whole.loss_of(spikes[-4:], membranes[-4:], labels))
    assert torch.equal(part.scores(spikes, membranes), whole.scores(spikes[-4:], membranes[-4:]))
    over_time = part.scores_over_time(spikes, membranes)
    assert over_time.shape == (12, 6, 3)
    assert not over_time[:8].any()
    assert torch.equal(over_time[8:], whole.scores_over_time(spikes[-4:], membranes[-4:]))
