"""Training craft: optimizers, schedules, stopping, penalties, changed pictures; a resume stays exact through it all."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from snntrainer3d.analysis import Measurement
from snntrainer3d.data import Dataset, Split, check_fit, describe, load
from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine import ReferenceLearner, build, open_learner, run
from snntrainer3d.errors import SpecError
from snntrainer3d.events import EpochDone, Finished, Notice, Prepared, Update
from snntrainer3d.frames import Frame
from snntrainer3d.spec import (
    AdamW,
    Augmentation,
    Cosine,
    Plateau,
    RunSpec,
    Sgd,
    Steps,
    TrainedNetwork,
    Training,
    dense_network,
    parse,
)
from snntrainer3d.training import Checkpoint, evaluate, measure_in_portions, train
from snntrainer3d.training.evaluate import class_weights
from snntrainer3d.training.schedule import learning_rate_at

SMALL: dict[str, Any] = {"num_steps": 5, "batch_size": 50, "epochs": 3, "validation_share": 0.2, "learning_rate": 5e-3}


@pytest.fixture(scope="module")
def few() -> Dataset:
    """Give 300 training digits and 60 test digits."""
    digits = load("digits")
    train_part = Split(digits.train.inputs[:300], digits.train.labels[:300])
    return Dataset(digits.info, train_part, Split(digits.test.inputs[:60], digits.test.labels[:60]), digits.input_scale)


class Keeper:
    """Keeps what a run hands out."""

    wants_frame = False

    def __init__(self) -> None:
        self.checkpoints: list[Checkpoint] = []
        self.trained: TrainedNetwork | None = None

    def frame(self, frame: Frame) -> None: ...

    def snapshot(self, index: int, frame: Frame) -> None: ...

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        self.checkpoints.append(checkpoint)

    def finished(self, trained: TrainedNetwork, results: dict[str, Any]) -> None:
        del results
        self.trained = trained


def spec_of(**training: Any) -> RunSpec:
    network = dense_network((1, 8, 8), [16], 10)
    return RunSpec(network=network, training=parse(Training, {**SMALL, **training}))


CRAFTS: dict[str, dict[str, Any]] = {
    "adamw": {"optimizer": {"kind": "adamw", "weight_decay": 0.1}},
    "sgd": {"optimizer": {"kind": "sgd", "nesterov": True, "weight_decay": 1e-3}, "learning_rate": 0.05},
    "cosine": {"schedule": {"kind": "cosine", "end_share": 0.1}, "warm_up_updates": 3},
    "steps": {"schedule": {"kind": "steps", "every_epochs": 1, "factor": 0.5}},
    "plateau": {"schedule": {"kind": "plateau", "patience_epochs": 1}},
    "best": {"keep_best": True, "stop_after_epochs": 5},
    "penalty": {"rate_penalty": 5.0, "rate_target": 0.05},
    "truncated": {"truncate_steps": 2},
    "balanced": {"class_weights": "balanced", "loss": "count"},
    "augmented": {"augmentation": {"shift_pixels": 1, "mirror": True, "noise": 0.1}},
    "rate coded": {"coding": {"kind": "rate"}, "initial_weights": "orthogonal"},
}


@pytest.mark.slow
@pytest.mark.parametrize("craft", CRAFTS)
def test_a_run_resumed_in_the_middle_ends_bit_for_bit_as_the_whole_one(craft: str, few: Dataset) -> None:
    spec, whole, rest = spec_of(**CRAFTS[craft]), Keeper(), Keeper()
    *_, last = train(spec, few, sink=whole)
    assert isinstance(last, Finished)
    middle = whole.checkpoints[0]
    assert middle.epoch == 1
    *_, resumed = train(spec, few, sink=rest, checkpoint=middle)
    assert isinstance(resumed, Finished)
    assert whole.trained is not None
    assert rest.trained is not None
    for name, array in whole.trained.tensors.items():
        assert np.array_equal(array, rest.trained.tensors[name]), name
    assert last.results["test"] == resumed.results["test"]


@pytest.mark.slow
def test_stopping_early_keeps_the_best_epoch_and_says_so(few: Dataset) -> None:
    spec = spec_of(epochs=60, stop_after_epochs=2, keep_best=True, learning_rate=0.05)
    keeper = Keeper()
    events = list(train(spec, few, sink=keeper))
    epochs = [event for event in events if isinstance(event, EpochDone)]
    results = events[-1].results
    assert len(epochs) == results["epochs"] < 60
    assert any(isinstance(event, Notice) and event.code == "stopped_early" for event in events)
    losses = [event.validation_loss or np.inf for event in epochs]
    assert min(losses[-2:]) >= min(losses[:-2])
    accuracies = [event.validation_accuracy or 0.0 for event in epochs]
    assert results["best_epoch"] == int(np.argmax(accuracies)) + 1
    assert results["validation"]["accuracy"] == max(accuracies)
    assert keeper.trained is not None
    kept = next(point for point in keeper.checkpoints if point.epoch == results["best_epoch"])
    for name, array in kept.tensors.items():
        assert np.array_equal(array, keeper.trained.tensors[name]), name


@pytest.mark.slow
def test_a_plateau_lowers_the_learning_rate(few: Dataset) -> None:
    spec = spec_of(epochs=12, learning_rate=0.2, schedule={"kind": "plateau", "patience_epochs": 1, "factor": 0.5})
    rates = {event.learning_rate for event in train(spec, few) if isinstance(event, Update)}
    assert 0.2 in rates
    assert min(rates) < 0.2
    assert all(np.log2(0.2 / rate) == pytest.approx(round(np.log2(0.2 / rate))) for rate in rates)


def test_schedules_are_torchs() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], 0.3)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 19, eta_min=0.03)
    for update in range(20):
        mine = learning_rate_at(Cosine(end_share=0.1), 0.3, update, 20)
        assert mine == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-6)
        optimizer.step()
        cosine.step()
    steps = Steps(every_epochs=2, factor=0.1)
    found = [learning_rate_at(steps, 1.0, update, 60, per_epoch=10) for update in (0, 19, 20, 39, 40)]
    assert found == pytest.approx([1.0, 1.0, 0.1, 0.1, 0.01])
    warm = [learning_rate_at(Steps(), 1.0, update, 60, per_epoch=10, warm_up=4) for update in range(6)]
    assert warm == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])
    assert learning_rate_at(Plateau(factor=0.5), 0.8, 3, 9, falls=2) == pytest.approx(0.2)


@pytest.mark.parametrize("optimizer", [AdamW(weight_decay=0.1), Sgd(momentum=0.8, nesterov=True, weight_decay=0.01)])
def test_an_update_is_torchs(optimizer: AdamW | Sgd) -> None:
    network = dense_network((6,), [5], 3)
    training = Training(num_steps=4, optimizer=optimizer, learning_rate=0.1, loss="count")
    inputs, labels = torch.rand(8, 6, generator=torch.Generator().manual_seed(1)) * 3, torch.arange(8) % 3
    learner = open_learner(build(network, 1), network, training)
    module = build(network, 1)
    chosen = (
        torch.optim.AdamW(module.parameters(), 0.1, weight_decay=0.1)
        if isinstance(optimizer, AdamW)
        else torch.optim.SGD(module.parameters(), 0.1, 0.8, weight_decay=0.01, nesterov=True)
    )
    for _ in range(3):
        learner.train_batch(inputs, labels, 0.1)
        chosen.zero_grad()
        torch.nn.functional.cross_entropy(run(module, inputs, 4).spikes[-1].sum(0), labels).backward()
        chosen.step()
    for mine, theirs in zip(learner._module.parameters(), module.parameters(), strict=True):  # type: ignore[attr-defined]
        torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-4)


@pytest.mark.slow
def test_a_penalty_on_rates_makes_hidden_spikes_sparse(few: Dataset) -> None:
    def rate(penalty: float) -> float:
        *_, last = train(spec_of(epochs=6, rate_penalty=penalty, loss="count"), few)
        return float(last.results["rates"][0])

    assert rate(300.0) < 0.6 * rate(0.0)


def test_truncation_cuts_the_gradient_of_the_past_and_nothing_else() -> None:
    network = dense_network((6,), [5], 3)
    inputs, labels = torch.rand(8, 6, generator=torch.Generator().manual_seed(1)) * 3, torch.arange(8) % 3

    def grads(**training: Any) -> tuple[float, list[torch.Tensor]]:
        module = build(network, 1)
        learner = ReferenceLearner(module, Training(num_steps=6, loss="membrane", **training))
        result = learner.train_batch(inputs, labels, 0.0)
        return result.loss, [value.grad for value in module.parameters() if value.grad is not None]

    whole, cut, almost = grads(), grads(truncate_steps=1), grads(truncate_steps=5)
    assert whole[0] == cut[0] == almost[0]
    assert not all(torch.equal(one, other) for one, other in zip(whole[1], cut[1], strict=True))
    assert not all(torch.equal(one, other) for one, other in zip(almost[1], cut[1], strict=True))


def rare(inputs: np.ndarray, counts: list[int]) -> Split:
    """Give samples of so many in each class."""
    return Split(inputs[: sum(counts)], np.repeat(np.arange(len(counts)), counts))


def test_balanced_weights_make_every_class_count_the_same() -> None:
    moons = load("moons")
    data = Dataset(moons.info, rare(moons.train.inputs, [60, 30]), moons.test, moons.input_scale)
    network = dense_network((2,), [3], 2)
    balanced = Training(class_weights="balanced")
    assert class_weights(balanced, network, data) == pytest.approx([0.75, 1.5])
    assert class_weights(Training(), network, data) is None
    more = dense_network((2,), [3], 5)
    assert class_weights(balanced, more, data) == pytest.approx([0.75, 1.5, 1.0, 1.0, 1.0])
    several = balanced.changed(population=2, loss="count", validation_share=0.1)
    assert class_weights(several, dense_network((2,), [3], 4), data) == pytest.approx([0.75, 1.5])


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 17, 500])
def test_the_loss_of_a_test_is_the_same_in_any_pieces_and_wherever_it_is_measured(
    size: int, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = rare(few.train.inputs, [120, 5, 60, 5, 5, 5, 5, 5, 5, 5])
    data = Dataset(few.info, part, rare(few.test.inputs, [5, 30, 5, 0, 0, 20]), few.input_scale)
    spec = spec_of(class_weights="balanced", epochs=1, batch_size=100)
    *_, whole = train(spec, data)
    monkeypatch.setattr(sys.modules[class_weights.__module__], "EVALUATION_BATCH", size)
    keeper = Keeper()
    *_, cut = train(spec, data, sink=keeper)
    assert isinstance(whole, Finished)
    assert isinstance(cut, Finished)
    assert keeper.trained is not None
    wanted = pytest.approx(whole.results["test"]["loss"], rel=1e-5)
    assert cut.results["test"]["loss"] == wanted
    assert evaluate(keeper.trained, data).loss == wanted
    *_, portions = drained(measure_in_portions(keeper.trained, data, batch=size))
    assert portions.evaluation.loss == wanted


def drained(portions: Generator[None, None, Measurement]) -> Iterator[Any]:
    """Give what a generator yields and then its value."""
    yield (yield from portions)


@pytest.mark.slow
def test_more_outputs_than_classes_are_trained_with_balanced_weights(few: Dataset) -> None:
    spec = RunSpec(
        network=dense_network((1, 8, 8), [8], 14),
        training=parse(Training, {**SMALL, "epochs": 1, "class_weights": "balanced"}),
    )
    *_, last = train(spec, few)
    assert isinstance(last, Finished)
    assert np.isfinite(last.results["test"]["loss"])


@pytest.mark.parametrize("how", ["xavier", "kaiming", "orthogonal"])
def test_initial_weights_are_drawn_as_named_from_the_seed(how: str) -> None:
    network = dense_network((40,), [30], 10)
    first, again, other = (build(network, seed, how) for seed in (1, 1, 2))
    weight = first.layers[0].connection.weight
    assert torch.equal(weight, again.layers[0].connection.weight)
    assert not torch.equal(weight, other.layers[0].connection.weight)
    assert not first.layers[0].connection.bias.any()
    spread = {"xavier": (2 / 70) ** 0.5, "kaiming": (2 / 40) ** 0.5, "orthogonal": (1 / 40) ** 0.5}[how]
    assert float(weight.detach().std()) == pytest.approx(spread, rel=0.15)


def test_pictures_are_moved_while_learning_and_never_for_tests() -> None:
    picture = torch.zeros(400, 1, 6, 6, dtype=torch.uint8)
    picture[:, 0, 2, 1] = 200
    encoder = Encoder(num_steps=2, scale=1 / 255, augmentation=Augmentation(shift_pixels=1, mirror=True))
    assert not encoder.plain
    still = encoder.encode(picture).values.reshape(400, 6, 6)
    assert torch.equal(still, still[:1].expand_as(still))
    moved = encoder.encode(picture, draw=1).values.reshape(400, 6, 6)
    places = {tuple(place) for place in (moved > 0).nonzero()[:, 1:].tolist()}
    shifted = {(row, column) for row in (1, 2, 3) for column in (0, 1, 2)}
    assert places == shifted | {(row, 5 - column) for row, column in shifted}
    again = encoder.encode(picture[5:9], np.arange(5, 9), draw=1).values.reshape(4, 6, 6)
    assert torch.equal(again, moved[5:9]), "what is drawn follows the sample, not its batch"
    noisy = Encoder(num_steps=2, augmentation=Augmentation(noise=0.5)).encode(torch.zeros(50, 100), draw=1).values
    assert float(noisy.std()) == pytest.approx(0.5, rel=0.05)


def test_what_contradicts_itself_is_refused_all_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        parse(
            Training,
            {
                "schedule": {"kind": "plateau"},
                "stop_after_epochs": 3,
                "keep_best": True,
                "optimizer": {"kind": "sgd", "momentum": 0.0, "nesterov": True},
                "truncate_steps": 25,
            },
        )
    paths = {fault.path for fault in caught.value.faults}
    assert paths == {"schedule", "stop_after_epochs", "keep_best", "optimizer.nesterov", "truncate_steps"}
    with pytest.raises(SpecError, match="warms up by itself"):
        parse(Training, {"schedule": {"kind": "one_cycle"}, "warm_up_updates": 5})
    moved = Training(augmentation=Augmentation(mirror=True), dataset="xor")
    assert [fault.path for fault in check_fit(dense_network((2,), [], 2), describe("xor"), moved)] == [
        "training.augmentation"
    ]


@pytest.mark.slow
def test_craft_without_a_fused_form_says_what_computes(few: Dataset) -> None:
    (prepared,) = [event for event in train(spec_of(truncate_steps=2), few) if isinstance(event, Prepared)]
    assert (prepared.engine, "truncated" in prepared.engine_note) == ("reference", True)
