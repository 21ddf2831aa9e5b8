"""The training loop: what it yields, that it learns, and that it goes on exactly where it was."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from snntrainer3d.compose import Choices, compose
from snntrainer3d.data import Dataset, load
from snntrainer3d.errors import FailureError, MismatchError, SpecError
from snntrainer3d.events import Cancelled, EpochDone, Event, Finished, Notice, Prepared, StateChanged, Update
from snntrainer3d.frames import Frame
from snntrainer3d.spec import Lapicque, Leaky, RunSpec, TrainedNetwork, Training, dense_network
from snntrainer3d.training import Checkpoint, Word, evaluate, train


class Memory:
    """A sink that keeps everything in memory."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.snapshots: dict[int, Frame] = {}
        self.checkpoints: list[Checkpoint] = []
        self.trained: TrainedNetwork | None = None
        self.results: dict[str, Any] = {}

    wants_frame = True

    def frame(self, frame: Frame) -> None:
        self.frames.append(frame)

    def snapshot(self, index: int, frame: Frame) -> None:
        self.snapshots[index] = frame

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        self.checkpoints.append(checkpoint)

    def finished(self, trained: TrainedNetwork, results: dict[str, Any]) -> None:
        self.trained, self.results = trained, results


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits")


def spec_of(**training: Any) -> RunSpec:
    defaults = {"num_steps": 4, "epochs": 2, "batch_size": 256, "learning_rate": 5e-3, "validation_share": 0.2}
    return RunSpec(
        network=dense_network((1, 8, 8), [12], 10, Leaky(beta=0.8)), training=Training(**{**defaults, **training})
    )


def finish(spec: RunSpec, dataset: Dataset, **rest: Any) -> tuple[list[Event], Memory]:
    memory = Memory()
    return list(train(spec, dataset, sink=memory, **rest)), memory


def of(kind: type[Any], events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def weights_of(memory: Memory) -> dict[str, np.ndarray]:
    assert memory.trained is not None
    return dict(memory.trained.tensors)


def assert_same(one: dict[str, np.ndarray], two: dict[str, np.ndarray]) -> None:
    assert one.keys() == two.keys()
    for name in one:
        assert np.array_equal(one[name], two[name]), name


def test_a_run_tells_what_it_does_and_hands_out_what_it_made(digits: Dataset) -> None:
    events, memory = finish(spec_of(), digits)
    (prepared,) = of(Prepared, events)
    assert (prepared.train_samples, prepared.validation_samples, prepared.test_samples) == (1150, 288, 359)
    assert (prepared.updates_per_epoch, prepared.total_updates) == (5, 10)
    assert [event.update for event in of(Update, events)] == list(range(1, 11))
    epochs = of(EpochDone, events)
    assert [event.epoch for event in epochs] == [1, 2]
    assert all(0 < event.validation_accuracy < 1 for event in epochs)
    assert isinstance(events[-1], Finished)
    results = events[-1].results
    assert results == memory.results
    assert results["test"]["samples"] == 359
    assert np.sum(results["test"]["confusion"]) == 359
    assert results["parameters"] == 64 * 12 + 12 + 12 * 10 + 10
    assert results["flops"] == 2 * (64 * 12 + 12 * 10)
    assert len(memory.checkpoints) == 2
    assert memory.frames[-1].update == 10
    assert list(memory.snapshots) == list(range(11))
    assert [frame.update for frame in memory.snapshots.values()] == list(range(11))
    assert memory.frames[-1].layers[0].change > 0


@pytest.mark.slow
def test_it_learns_and_its_result_can_be_measured_again(digits: Dataset) -> None:
    spec = spec_of(epochs=8, batch_size=64, validation_share=0.0)
    events, memory = finish(spec, digits)
    losses = [event.train_loss for event in of(EpochDone, events)]
    assert losses[-1] < 0.5 * losses[0]
    accuracy = events[-1].results["test"]["accuracy"]
    assert accuracy > 0.8
    assert memory.trained is not None
    assert evaluate(memory.trained, digits).accuracy == accuracy


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(digits: Dataset) -> None:
    one, two, other = (finish(spec_of(seed=seed), digits)[1] for seed in (1, 1, 2))
    assert_same(weights_of(one), weights_of(two))
    assert not np.array_equal(weights_of(one)["layers.0.weight"], weights_of(other)["layers.0.weight"])


def told(*words: Word) -> Callable[[], Word]:
    """Say these words one after the other, then `run`."""
    script: Iterator[Word] = iter(words)
    return lambda: next(script, "run")


@pytest.mark.parametrize("updates", [1, 4, 5, 7])
def test_a_cancelled_run_resumes_to_the_same_weights_bit_for_bit(digits: Dataset, updates: int) -> None:
    spec = spec_of(schedule={"kind": "one_cycle"})
    whole_events, whole = finish(spec, digits)
    events, first = finish(spec, digits, control=told(*["run"] * updates, "cancel"))
    assert isinstance(events[-1], Cancelled)
    assert first.trained is None
    resumed_events, resumed = finish(spec, digits, checkpoint=first.checkpoints[-1])
    assert of(Prepared, resumed_events)[0].first_update == updates
    assert_same(weights_of(whole), weights_of(resumed))
    assert of(EpochDone, whole_events)[-1].train_loss == of(EpochDone, resumed_events)[-1].train_loss
    assert whole_events[-1].results["test"] == resumed_events[-1].results["test"]
    assert resumed.snapshots[10].layers[0].scale == whole.snapshots[10].layers[0].scale


@pytest.mark.slow
@pytest.mark.parametrize("template", ["lenet", "recurrent"])
def test_networks_that_are_not_dense_train_measure_and_resume_bit_for_bit(digits: Dataset, template: str) -> None:
    recipe = {"epochs": 2, "batch_size": 360, "num_steps": 4, "validation_share": 0.0}
    spec = compose(Choices(dataset="digits", template=template, training=recipe))
    events, whole = finish(spec, digits)
    _, first = finish(spec, digits, control=told(*["run"] * 5, "cancel"))
    _, resumed = finish(spec, digits, checkpoint=first.checkpoints[-1])
    assert_same(weights_of(whole), weights_of(resumed))
    assert of(Prepared, events)[0].engine == "fused"
    assert [layer.values.shape for layer in whole.frames[-1].layers] == list(spec.network.weight_shapes())
    assert len(events[-1].results["rates"]) == len(spec.network.spiking())
    assert whole.trained is not None
    assert evaluate(whole.trained, digits).accuracy == events[-1].results["test"]["accuracy"]


@pytest.mark.slow
def test_a_pause_is_told_keeps_a_checkpoint_and_changes_nothing(digits: Dataset) -> None:
    events, memory = finish(spec_of(), digits, control=told("run", "pause", "pause", "run"))
    assert [event.state for event in of(StateChanged, events)] == ["paused", "running"]
    assert memory.checkpoints[0].update == 1
    assert_same(weights_of(memory), weights_of(finish(spec_of(), digits)[1]))


def test_update_by_update_waits_for_each_step(digits: Dataset) -> None:
    events, _ = finish(spec_of(pace="update"), digits, control=told("step", "run", "run", "step", "cancel"))
    assert [event.update for event in of(Update, events)] == [1, 2]
    assert isinstance(events[-1], Cancelled)


@pytest.mark.slow
def test_training_on_begins_with_the_given_weights(digits: Dataset) -> None:
    _, first = finish(spec_of(), digits)
    _, second = finish(spec_of(learning_rate=1e-9), digits, start=first.trained)
    for name, array in weights_of(first).items():
        np.testing.assert_allclose(weights_of(second)[name], array, atol=1e-6)


def test_weights_of_another_network_and_data_of_another_shape_are_refused(digits: Dataset) -> None:
    _, memory = finish(spec_of(epochs=1), digits)
    other = RunSpec(network=dense_network((1, 8, 8), [13], 10), training=Training())
    with pytest.raises(MismatchError, match="64-12-10"):
        train(other, digits, start=memory.trained)
    wrong = RunSpec(network=dense_network((5,), [13], 3), training=Training())
    with pytest.raises(SpecError) as caught:
        train(wrong, digits)
    assert {fault.path for fault in caught.value.faults} == {"network.input.shape", "network.layers[1].size"}


def test_a_run_that_diverges_says_so_and_ends(digits: Dataset) -> None:
    events: list[Event] = []
    spec = spec_of(learning_rate=10.0, optimizer={"kind": "adam", "epsilon": 1e-8}, epochs=400, batch_size=1438)
    start = TrainedNetwork(
        spec.network,
        {
            name: array if ".neuron." in name else array * np.float32(3e38)
            for name, array in weights_of(finish(spec_of(epochs=1), digits)[1]).items()
        },
    )
    with pytest.raises(FailureError, match="diverged"):
        events.extend(train(spec, digits, start=start))


def test_advice_travels_as_notices(digits: Dataset) -> None:
    spec = RunSpec(
        network=dense_network((1, 8, 8), [4], 10, Lapicque(beta=0.95)), training=Training(num_steps=5, batch_size=512)
    )
    notices = of(Notice, list(train(spec, digits)))
    assert [notice.code for notice in notices] == ["lapicque_gain"]
    assert "19.5 times weaker" in notices[0].text


@pytest.mark.slow
def test_xor_is_learned() -> None:
    network = dense_network((2,), [10], 2, Leaky(beta=0.9))
    recipe = Training(dataset="xor", epochs=300, learning_rate=0.01, num_steps=20, batch_size=4, loss="count", seed=1)
    events, _ = finish(RunSpec(network=network, training=recipe), load("xor"))
    assert events[-1].results["test"]["accuracy"] == 1.0


@pytest.mark.slow
def test_curves_stay_bounded_and_rates_are_fractions(digits: Dataset) -> None:
    spec = spec_of(epochs=100, batch_size=64, num_steps=1, validation_share=0.0)
    updates = of(Update, list(train(spec, digits)))
    assert len(updates) <= 1000
    assert updates[-1].update == 2300
    assert all(0 <= rate <= 1 for event in updates for rate in event.rates)
    assert all(math.isfinite(event.loss) for event in updates)


def test_denormals_are_flushed_while_a_run_goes_on_and_not_after(digits: Dataset) -> None:
    smallest = torch.tensor([1e-40])
    seen = [bool((smallest * 1.0 == 0).all()) for _ in train(spec_of(epochs=1), digits)]
    assert any(seen)
    assert not (smallest * 1.0 == 0).any()
