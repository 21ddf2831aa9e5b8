"""Notes on a training's health: each ill is told once with its remedy, and a good run is left alone."""

from __future__ import annotations

import gc
import random
from statistics import median
from typing import Any

import pytest

from snntrainer3d.data import Dataset, load
from snntrainer3d.events import EpochDone, Notice, Update
from snntrainer3d.spec import (
    Conv2d,
    Dense,
    Flatten,
    Input,
    Lapicque,
    Leaky,
    MaxPool,
    Network,
    Neuron,
    RunSpec,
    Training,
    dense_network,
)
from snntrainer3d.training import train
from snntrainer3d.training.health import SAMPLED, WINDOW, Health

RECIPE = {"num_steps": 10, "epochs": 3, "batch_size": 32, "learning_rate": 1e-2, "loss": "count"}


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits")


def spec_of(hidden: list[int], neuron: Neuron, **training: Any) -> RunSpec:
    return RunSpec(network=dense_network((1, 8, 8), hidden, 10, neuron), training=Training(**{**RECIPE, **training}))


def notes(spec: RunSpec, dataset: Dataset) -> dict[str, Notice]:
    """Give what was said while the training ran, by code; what was said of the design before is left out."""
    began, found = False, {}
    for event in train(spec, dataset):
        began = began or isinstance(event, Update)
        if began and isinstance(event, Notice):
            assert event.code not in found
            found[event.code] = event
    return found


@pytest.mark.slow
def test_a_good_training_is_left_alone(digits: Dataset) -> None:
    assert notes(spec_of([50, 30], Leaky(beta=0.92), validation_share=0.1), digits) == {}
    assert notes(spec_of([50], Leaky(), learning_rate=5e-4, loss="membrane", epochs=10, batch_size=128), digits) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spec", "code", "path"),
    [
        (spec_of([50], Leaky(threshold=300.0)), "silent_layer", "network.layers[0].neuron.threshold"),
        (spec_of([50], Lapicque(beta=0.95), learning_rate=5e-4), "silent_layer", "network.layers[0].neuron.threshold"),
        (spec_of([50], Leaky(), learning_rate=0.5), "learning_rate_too_high", "training.learning_rate"),
        (spec_of([50], Leaky(), learning_rate=1e-6), "learning_rate_too_low", "training.learning_rate"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_ill_is_told_with_the_field_that_mends_it(spec: RunSpec, code: str, path: str, digits: Dataset) -> None:
    found = notes(spec, digits)
    assert list(found) == [code]
    assert found[code].path == path


@pytest.mark.slow
def test_gradients_that_vanish_in_a_deep_network_are_seen(digits: Dataset) -> None:
    found = notes(spec_of([30] * 10, Leaky(), epochs=10), digits)
    assert found["gradient_vanishing"].path.endswith("surrogate.slope")


@pytest.mark.slow
def test_overfitting_is_seen_against_the_validation(digits: Dataset) -> None:
    found = notes(spec_of([200], Leaky(), epochs=40, validation_share=0.1), digits)
    assert list(found) == ["overfitting"]
    assert found["overfitting"].path == "training.epochs"


def points(count: int, **values: Any) -> list[Update]:
    """Points of a curve; a value may be a function of the point's number."""
    usual: dict[str, Any] = {
        "epoch": 1, "loss": 1.0, "accuracy": 0.5, "learning_rate": 0.01, "samples_per_second": 1.0,
        "rates": [0.2, 0.1], "gradients": [1.0, 1.0],
    }  # fmt: skip
    every = {**usual, **values}
    return [
        Update(update=at + 1, **{name: value(at) if callable(value) else value for name, value in every.items()})
        for at in range(count)
    ]


def told(events: list[Update], said: tuple[str, ...] = ()) -> list[str]:
    health = Health(spec_of([50], Leaky()), 400, 10, said)
    return [notice.code for event in events for notice in health.after_update(event)]


def test_a_loss_that_is_no_number_is_an_error_at_once() -> None:
    health = Health(spec_of([50], Leaky()), 400, 10)
    (notice,) = health.after_update(points(1, loss=None)[0])
    assert (notice.level, notice.code) == ("error", "loss_not_finite")


def test_a_layer_that_always_fires_is_saturated() -> None:
    assert told(points(80, rates=[0.99, 0.1])) == ["saturated_layer"]


def test_a_gradient_that_grows_with_the_loss_explodes_and_one_that_grows_alone_does_not() -> None:
    growing = {"gradients": lambda at: [1.0 if at < 60 else 500.0, 1.0]}
    assert told(points(80, **growing)) == []
    assert told(points(80, **growing, loss=lambda at: 1.0 if at < 60 else 1.1)) == ["gradient_exploding"]


@pytest.mark.parametrize("seed", range(5))
def test_a_gradient_explodes_over_the_median_of_all_before_the_last_ones(seed: int) -> None:
    chance = random.Random(seed)
    sizes = [chance.lognormvariate(0, 2) for _ in range(150)]
    sizes += [chance.lognormvariate(at / 10, 2) for at in range(80)]
    events = points(len(sizes), gradients=lambda at: [sizes[at], 0.0], loss=lambda at: 1.0 + at / 10_000)
    due = [
        at for at in range(2 * WINDOW, len(sizes) + 1) if max(sizes[:at][-WINDOW:]) > 100 * median(sizes[:at][:-WINDOW])
    ]
    health = Health(spec_of([50], Leaky()), 400, 10)
    found = [event.update for event in events if "gradient_exploding" in [n.code for n in health.after_update(event)]]
    assert found == due[:1]
    assert found


@pytest.mark.slow
def test_a_run_however_long_keeps_a_fair_sample_of_its_gradients_and_tells_the_same_of_them_twice() -> None:
    chance = random.Random(1)
    sizes = [chance.lognormvariate(at / 10_000, 1) for at in range(20_000)]
    first, again = (Health(spec_of([50], Leaky()), 20_000, 10) for _ in range(2))
    (one,) = points(1)
    for size in sizes:
        for health in (first, again):
            health._keep_largest(one.model_copy(update={"gradients": [size, 0.0]}))
    assert len(first._earlier) == SAMPLED
    assert first._earlier == sorted(first._earlier) == again._earlier
    share_below = sum(size < median(first._earlier) for size in sizes) / len(sizes)
    assert 0.45 < share_below < 0.55


def test_a_network_that_moves_but_does_not_learn_makes_no_progress() -> None:
    assert told(points(120, accuracy=0.1)) == ["no_progress"]


def test_older_records_without_gradients_are_read_and_watched() -> None:
    old = [event.model_copy(update={"gradients": []}) for event in points(120)]
    assert told(old) == []


def test_what_was_said_before_a_resume_is_not_said_again() -> None:
    assert told(points(80, rates=[0.0, 0.1]), ("silent_layer",)) == []


def epochs_of(losses: list[float], of: int) -> list[Notice]:
    """Give what is said of a run of so many epochs, one update each, whose first ones had these validation losses."""
    health = Health(spec_of([50], Leaky()), of, 10)
    epochs = [
        EpochDone(
            epoch=at + 1, update=at + 1, train_loss=0.5 / (at + 1), train_accuracy=1.0, validation_loss=loss,
            rates=[0.1], seconds=1.0,
        )
        for at, loss in enumerate(losses)
    ]  # fmt: skip
    return [notice for epoch in epochs for notice in health.after_epoch(epoch)]


def test_a_validation_loss_that_stays_risen_is_overfitting_and_said_once() -> None:
    (notice,) = epochs_of([0.5, 0.3, *[0.4] * 8], of=10)
    assert notice.code == "overfitting"
    assert "about 2 epochs" in notice.text


@pytest.mark.parametrize(
    ("losses", "of"),
    [
        ([0.5, 0.4, 0.3, 0.4, 0.29, 0.4, 0.4, 0.4, 0.31], 9),
        ([0.16, 0.158, 0.2, 0.2, 0.2, 0.2, 0.2], 30),
        ([0.5, 2e-5, *[8e-4] * 8], 10),
    ],
    ids=["falls again", "the rate still falls", "next to nothing"],
)
def test_a_validation_loss_that_may_still_fall_or_is_nothing_is_no_overfitting(losses: list[float], of: int) -> None:
    assert epochs_of(losses, of) == []


@pytest.mark.slow
def test_layers_without_weights_have_no_gradient_and_no_note(digits: Dataset) -> None:
    network = Network(
        input=Input(shape=(1, 8, 8)),
        layers=[Conv2d(channels=4), MaxPool(neuron=Leaky(threshold=0.5)), Flatten(), Dense(size=10)],
    )
    spec = RunSpec(network=network, training=Training(**{**RECIPE, "epochs": 1, "batch_size": 64, "num_steps": 3}))
    events = list(train(spec, digits))
    updates = [event for event in events if isinstance(event, Update)]
    conv, pool, dense = updates[-1].gradients
    assert pool is None
    assert conv is not None
    assert dense is not None
    assert min(conv, dense) > 0


@pytest.mark.slow
def test_a_run_of_many_points_and_epochs_is_watched_in_little_memory() -> None:
    health = Health(spec_of([6], Leaky(), validation_share=0.1), 10_000, 10)
    before = sum(type(one) in (Update, EpochDone) for one in gc.get_objects())
    for at in range(1, 3001):
        point = {"update": at, "epoch": at, "learning_rate": 1e-3, "samples_per_second": 1.0, "rates": [0.1, 0.1]}
        list(health.after_update(Update(**point, loss=1.0 / at, accuracy=0.9, gradients=[1.0, 1.0])))
        losses = {"train_loss": 1.0, "validation_loss": 1.0 + at}
        list(health.after_epoch(EpochDone(epoch=at, update=at, train_accuracy=0.9, rates=[], seconds=1.0, **losses)))
    assert sum(type(one) in (Update, EpochDone) for one in gc.get_objects()) - before < 100
