"""The worker: what it answers, in which order, and that it neither stays nor is missed when it dies."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from snntrainer3d.data import load
from snntrainer3d.engine import build, load_tensors, run, to_trained
from snntrainer3d.errors import ConflictError, InputError, JobError, LimitError, MismatchError, NotFoundError
from snntrainer3d.exports import to_safetensors
from snntrainer3d.jobs import TorchWorker
from snntrainer3d.jobs.inbox import Inbox
from snntrainer3d.jobs.pipe import Message, read_message, write_message
from snntrainer3d.jobs.tasks import Tasks
from snntrainer3d.runs import RunFolder, RunStore, StoredCheckpoint, write_checkpoint
from snntrainer3d.server.models import PlayedLayer
from snntrainer3d.spec import Adaptive, Izhikevich, Leaky, RunSpec, Training, dense_network


@pytest.fixture
def finished(store: RunStore, quick: RunSpec) -> RunFolder:
    """A run whose weights are those of a fresh network."""
    trained = to_trained(build(quick.network, 1), quick.network, quick.training)
    return store.folder(store.import_run(quick, to_safetensors(trained)).id)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[TorchWorker]:
    worker = TorchWorker(tmp_path)
    yield worker
    worker.close()


def do(task: str, body: bytes = b"", **fields: Any) -> dict[str, Any]:
    """Do a task in this process."""
    answer = Tasks().do(Message({"id": 0, "task": task, **fields}, body))
    while not isinstance(answer, bytes):
        try:
            next(answer)
        except StopIteration as done:
            answer = done.value
    found: dict[str, Any] = json.loads(answer)
    return found


def bits(layer: dict[str, Any]) -> np.ndarray:
    packed = np.frombuffer(base64.b64decode(layer["spikes"]), np.uint8)
    return np.unpackbits(packed.reshape(-1, -(-layer["size"] // 8)), axis=1, count=layer["size"], bitorder="little")


def levels(layer: dict[str, Any]) -> np.ndarray:
    values = np.frombuffer(base64.b64decode(layer["membranes"]), "<i2")
    return values.reshape(-1, layer["size"]) * layer["scale"]


# What it answers.


@pytest.mark.slow
def test_a_played_sample_is_what_the_reference_path_does(finished: RunFolder, quick: RunSpec) -> None:
    answer = do("play", run=str(finished.path), split="test", index=17)
    dataset = load("digits")
    module = build(quick.network, 1)
    inputs = torch.from_numpy(dataset.test.inputs[17].reshape(1, -1)).float() / 16
    recording = run(module, inputs, quick.training.num_steps)
    for layer, spikes, membranes in zip(answer["layers"], recording.spikes, recording.membranes, strict=True):
        assert np.array_equal(bits(layer), spikes[:, 0].detach().numpy())
        assert np.abs(levels(layer) - membranes[:, 0].detach().numpy()).max() <= layer["scale"] + 1e-5
        assert (layer["threshold"], layer["neuron"]) == (1.0, "leaky")
    counts = recording.spikes[-1].sum(0)[0].int().tolist()
    assert (answer["counts"], answer["prediction"]) == (counts, counts.index(max(counts)))
    assert (answer["label"], answer["num_steps"], answer["update"]) == (int(dataset.test.labels[17]), 3, None)
    assert sum(answer["chances"]) == pytest.approx(1, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("neuron", [Leaky(), Izhikevich(b=0.25)])
def test_a_played_layer_says_all_that_the_page_reads_and_what_a_recovery_follows_from(
    store: RunStore, quick: RunSpec, neuron: Leaky | Izhikevich
) -> None:
    """The server hands the answer on as it is: what is left out here is missing there."""
    spec = quick.model_copy(update={"network": dense_network((1, 8, 8), [5], 10, neuron)})
    trained = to_trained(build(spec.network, 1), spec.network, spec.training)
    run_id = store.import_run(spec, to_safetensors(trained)).id
    for layer in do("play", run=str(store.folder(run_id).path), split="test", index=1)["layers"]:
        assert set(layer) == set(PlayedLayer.model_fields)
        numbers = {name: pytest.approx(value) for name, value in (("a", 0.02), ("b", 0.25), ("d", 8.0))}
        cell = (-65.0, {**numbers, "time_step_ms": 1.0})
        assert (layer["start"], layer["recovery"]) == (cell if isinstance(neuron, Izhikevich) else (0.0, None))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("neuron", "name"), [(Izhikevich(learn_a="per_neuron"), "a"), (Adaptive(learn_rho="per_neuron"), "rho")]
)
def test_a_decay_that_learning_took_out_of_its_range_is_told_as_the_neurons_use_it(
    store: RunStore, quick: RunSpec, neuron: Izhikevich | Adaptive, name: str
) -> None:
    spec = quick.model_copy(update={"network": dense_network((1, 8, 8), [3], 10, neuron)})
    trained = to_trained(build(spec.network, 1), spec.network, spec.training)
    learned = {**trained.tensors, f"layers.0.neuron.{name}": np.array([-0.5, 0.25, 1.5], np.float32)}
    run_id = store.import_run(spec, to_safetensors(replace(trained, tensors=learned))).id
    layer = do("play", run=str(store.folder(run_id).path), split="test", index=1)["layers"][0]
    assert (layer["recovery"] or layer)[name] == [0.0, 0.25, 1.0]


@pytest.mark.slow
def test_the_pixels_of_a_sample_play_like_the_sample(finished: RunFolder) -> None:
    sample = do("play", run=str(finished.path), split="train", index=3, num_steps=9)
    pixels = do("play", base64.b64decode(sample["pixels"]), run=str(finished.path), num_steps=9)
    assert (pixels["label"], pixels["index"], pixels["split"]) == (None, None, None)
    assert pixels["pixels"] == sample["pixels"]
    for one, other in zip(sample["layers"], pixels["layers"], strict=True):
        assert one["size"] == other["size"]
        assert np.abs(levels(one) - levels(other)).max() < 0.1  # 0–16 told as 0–255 is rounded


def test_a_drawing_is_prepared_and_layers_are_left_out_when_not_wanted(finished: RunFolder) -> None:
    drawing = np.zeros((90, 60), np.uint8)
    drawing[10:80, 25:35] = 255
    answer = do("play", drawing.tobytes(), run=str(finished.path), drawing=[90, 60], layers=False)
    picture = np.frombuffer(base64.b64decode(answer["pixels"]), np.uint8).reshape(8, 8)
    assert picture[:, 3:5].all()
    assert (answer["layers"], answer["shape"]) == ([], [1, 8, 8])


@pytest.mark.slow
def test_samples_are_pages_or_picked() -> None:
    images = load("digits").test
    page = do("samples", dataset="digits", split="test", start=350, count=50)
    assert (page["indices"], page["total"]) == (list(range(350, 359)), 359)
    picked = do("samples", dataset="digits", split="test", start=0, count=1, indices=[5, 2])
    assert picked["labels"] == images.labels[[5, 2]].tolist()
    pixels = np.frombuffer(base64.b64decode(picked["pixels"]), np.uint8).reshape(2, 8, 8)
    assert np.array_equal(np.rint(pixels * (16 / 255)), images.inputs[[5, 2], 0])


@pytest.mark.slow
def test_a_survey_agrees_with_playing_and_is_kept(finished: RunFolder) -> None:
    asked = {"run": str(finished.path), "split": "test"}
    predictions = do("survey", part="predictions", **asked)
    for index in (0, 100, 358):
        played = do("play", index=index, layers=False, **asked)
        told = (predictions["decisions"][index], predictions["latencies"][index], predictions["labels"][index])
        assert told == (played["prediction"], played["latency"], played["label"])
        assert predictions["confidences"][index] == pytest.approx(played["confidence"], abs=1e-4)
    rates = do("survey", part="rates", **asked)["rates"]
    assert [len(layer) for layer in rates] == [8, 10]
    assert all(0 <= rate <= 1 for layer in rates for rate in layer)
    kept = json.loads(finished.survey("test").read_bytes())
    finished.survey("test").write_text(json.dumps({**kept, "decisions": [9] * 359}))
    assert do("survey", part="predictions", **asked)["decisions"] == [9] * 359
    finished.survey("test").write_text("{")
    assert do("survey", part="predictions", **asked)["decisions"] == predictions["decisions"]


def test_a_neuron_is_opened_with_its_exact_weights(finished: RunFolder, quick: RunSpec) -> None:
    trained = to_trained(build(quick.network, 1), quick.network)
    found = do("neuron", run=str(finished.path), layer=0, neuron=3)
    assert found["weights_in"] == trained.tensors["layers.0.weight"][3].tolist()
    assert found["weights_out"] == trained.tensors["layers.1.weight"][:, 3].tolist()
    assert found["bias"] == trained.tensors["layers.0.bias"][3]
    assert found["values"] == {
        name: np.float32(quick.network.layers[0].neuron.beta if name == "beta" else 1.0)
        for name in ("beta", "threshold")
    }
    assert found["update"] is None
    assert do("neuron", run=str(finished.path), layer=1, neuron=9)["weights_out"] == []
    for layer, neuron in ((0, quick.network.layers[0].size), (2, 0)):
        with pytest.raises(NotFoundError):
            do("neuron", run=str(finished.path), layer=layer, neuron=neuron)


@pytest.mark.slow
def test_newer_weights_are_taken_as_they_come(store: RunStore, quick: RunSpec) -> None:
    folder = store.folder(store.create(quick).id)
    tasks = Tasks()

    def update() -> Any:
        answer = tasks.do(Message({"task": "play", "run": str(folder.path), "split": "test", "index": 0}))
        assert isinstance(answer, bytes)
        return json.loads(answer)["update"]

    with pytest.raises(NotFoundError, match="no weights yet"):
        update()
    for done in (6, 12):
        tensors = to_trained(build(quick.network, done), quick.network).tensors
        write_checkpoint(folder.checkpoints, StoredCheckpoint(1, done, tensors, {}, {}))
        assert update() == done
    folder.weights.write_bytes(to_safetensors(to_trained(build(quick.network), quick.network, quick.training)))
    assert update() is None


@pytest.mark.slow
def test_what_cannot_be_done_is_said(finished: RunFolder, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    where = {"run": str(finished.path)}
    with pytest.raises(NotFoundError, match="no sample 359"):
        do("play", split="test", index=359, **where)
    with pytest.raises(InputError, match="got 3 pixels, expected 64"):
        do("play", b"abc", **where)
    with pytest.raises(LimitError, match="more than can be played"):
        do("play", split="test", index=0, num_steps=10_000_000, **where)
    other = RunSpec(network=dense_network((2,), [3], 2, Leaky()), training=Training(dataset="digits"))
    trained = to_trained(build(other.network), other.network, other.training)
    misfit = store.folder(store.import_run(other, to_safetensors(trained)).id)
    with pytest.raises(MismatchError, match="does not fit"):
        do("play", split="test", index=0, run=str(misfit.path))
    monkeypatch.delenv("SNNTRAINER3D_DATA", raising=False)
    with pytest.raises(ConflictError, match="not on this machine"):
        do("samples", dataset="mnist", split="test", start=0, count=1)


@pytest.mark.slow
def test_a_network_that_says_nothing_has_no_latency(store: RunStore, quick: RunSpec) -> None:
    module = build(quick.network)
    silent = {name: array * ("neuron" in name) for name, array in to_trained(module, quick.network).tensors.items()}
    load_tensors(module, silent)
    folder = store.folder(store.import_run(quick, to_safetensors(to_trained(module, quick.network, quick.training))).id)
    answer = do("play", run=str(folder.path), split="test", index=0)
    assert (answer["latency"], answer["tie"], answer["prediction"]) == (None, True, 0)
    assert answer["confidence"] == pytest.approx(0.1)


# In which order.


def test_messages_come_through_and_broken_ones_end_the_stream() -> None:
    stream = io.BytesIO()
    write_message(stream, Message({"task": "ä", "id": 1}, b"\0\xff" * 9))
    whole = stream.getvalue()
    assert read_message(io.BytesIO(whole)) == Message({"task": "ä", "id": 1}, b"\0\xff" * 9)
    for broken in (b"", whole[:5], whole[:-1], b"\xff" * 40, b"\2\0\0\0\0\0\0\0[]", b"\2\0\0\0\0\0\0\0{x"):
        assert read_message(io.BytesIO(broken)) is None


def test_the_newest_of_a_lane_supersedes_what_waits() -> None:
    inbox = Inbox()
    first, second, other, third = (
        Message({"id": number, "lane": lane}) for number, lane in enumerate(["a", "a", "b", "a"])
    )
    plain = [Message({"id": 9}), Message({"id": 10})]
    assert inbox.put(first) == []
    assert inbox.put(second) == [first]
    assert [inbox.put(one) for one in (other, *plain)] == [[], [], []]
    assert inbox.put(third) == [second]
    assert [inbox.take(wait=False) for _ in range(5)] == [other, *plain, third, None]
    threading.Timer(0.05, inbox.close).start()
    assert inbox.take(wait=True) is None


# As a process.


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def working(pid: int) -> bool:
    """Tell whether a process goes on that is not our child: an ended one may stay listed until it is collected."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(met: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 120
    while not met():
        assert time.monotonic() < give_up
        time.sleep(0.02)


@pytest.mark.slow
def test_the_process_answers_is_replaced_when_killed_and_leaves_with_the_server(
    worker: TorchWorker, finished: RunFolder
) -> None:
    play = {"run": str(finished.path), "split": "test", "index": 1}
    assert worker.pid is None
    expected = do("play", **play)
    assert json.loads(worker.ask("play", **play)) == expected
    first = worker.pid
    assert first is not None
    with pytest.raises(NotFoundError, match="no sample"):
        worker.ask("play", **{**play, "index": 5000})
    with pytest.raises(JobError) as unforeseen:
        worker.ask("play", **{**play, "num_steps": "many"}, limit_s=0.0)
    assert "No answer" in unforeseen.value.message
    until(lambda: not alive(first))
    assert json.loads(worker.ask("play", **play)) == expected
    second = worker.pid
    assert second not in (None, first)
    assert second is not None
    os.kill(second, signal.SIGKILL)
    until(lambda: worker.pid is None)
    assert json.loads(worker.ask("play", **play)) == expected
    third = worker.pid
    assert third is not None
    worker.close()
    assert not alive(third)
    with pytest.raises(JobError, match="ending"):
        worker.ask("play", **play)


@pytest.mark.slow
def test_a_drawing_is_answered_while_a_survey_goes_on_and_death_is_told(worker: TorchWorker, store: RunStore) -> None:
    spec = RunSpec(
        network=dense_network((1, 8, 8), [400, 400], 10, Leaky(beta=0.9)),
        training=Training(dataset="digits", num_steps=1000),
    )
    trained = to_trained(build(spec.network, 1), spec.network, spec.training)
    where = {"run": str(store.folder(store.import_run(spec, to_safetensors(trained)).id).path)}
    drawing = {"drawing": [8, 8], "num_steps": 5, "layers": False, "lane": "page"}
    worker.ask("play", bytes(64), **drawing, **where)
    with ThreadPoolExecutor(2) as pool:
        survey = pool.submit(worker.ask, "survey", split="train", part="rates", **where)
        worker.ask("play", bytes(64), **drawing, **where)
        assert not survey.done()
        pid = worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(JobError, match="ended before it answered"):
            survey.result(120)


SERVER = """
import sys, time
from pathlib import Path
from snntrainer3d.jobs import TorchWorker
worker = TorchWorker(Path(sys.argv[1]))
worker.ask("samples", dataset="digits", split="test", start=0, count=1)
print(worker.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_a_server_that_is_killed_leaves_no_worker(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        assert alive(worker)
        server.kill()
    until(lambda: not working(worker))
