"""A server in a thread, and runs made without training."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvicorn

from snntrainer3d.analysis import evaluate_counts
from snntrainer3d.compose import Choices, compose
from snntrainer3d.events import EpochDone, Event, Finished, Prepared, StateChanged, Update
from snntrainer3d.exports import to_safetensors
from snntrainer3d.frames import encode_frame, frame_bytes, make_frame
from snntrainer3d.runs import LiveFrameWriter, RecordWriter, RunFolder, RunStore, SnapshotWriter
from snntrainer3d.server import bind, create_app
from snntrainer3d.server.listen import configured
from snntrainer3d.spec import RunSpec, TrainedNetwork, fixed_tensors, tensor_shapes

UPDATES = 20
LEFT_RUNNING: list[subprocess.Popen[bytes]] = []
"""Jobs of servers that ended; a test process lives on and must take leave of them."""


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    url: str
    home: Path
    client: httpx.Client
    store: RunStore


def serve(home: Path, **options: Any) -> Iterator[Served]:
    """Run the application in a thread until the generator is closed."""
    app = create_app(home, **options)
    bound = bind("127.0.0.1", 0)
    server = uvicorn.Server(configured(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    with httpx.Client(base_url=url, timeout=240) as client:
        yield Served(url, home, client, app.state.store)
    server.should_exit = True
    thread.join(120)
    bound.close()
    assert not thread.is_alive()
    LEFT_RUNNING.extend(app.state.runner._processes.values())


def small_spec(**training: Any) -> RunSpec:
    return compose(Choices(dataset="digits", hidden=(6,), training=training))


def trained_for(spec: RunSpec, seed: int = 0) -> TrainedNetwork:
    random = np.random.default_rng(seed)
    drawn = {name: np.asarray(random.normal(size=shape), np.float32) for name, shape in _shapes(spec)}
    return TrainedNetwork(spec.network, {**drawn, **fixed_tensors(spec.network)}, spec.training)


def _shapes(spec: RunSpec) -> list[tuple[str, tuple[int, ...]]]:
    return list(tensor_shapes(spec.network).items())


def some_results() -> dict[str, Any]:
    random = np.random.default_rng(0)
    names = tuple(map(str, range(10)))
    test = evaluate_counts(random.integers(0, 9, (50, 10)), random.integers(0, 10, 50), 0.5, names).to_dict()
    return {
        "test": test, "validation": None, "train_seconds": 1.5, "samples_per_second": 1e4, "parameters": 460,
        "flops": 888, "flops_all_steps": 13320, "updates": UPDATES, "epochs": 1, "engine": "reference", "threads": 1,
        "rates": [0.1, 0.2],
    }  # fmt: skip


def events_of(results: dict[str, Any]) -> list[Event]:
    rates = [0.1, 0.2]
    prepared = Prepared(
        engine="reference", threads=1, parameters=460, train_samples=1295, validation_samples=143, test_samples=359,
        updates_per_epoch=UPDATES, total_updates=UPDATES,
    )  # fmt: skip
    updates = [
        Update(
            update=done, epoch=1, loss=2.0 / done, accuracy=0.5, learning_rate=1e-3, samples_per_second=1e4, rates=rates
        )
        for done in range(1, UPDATES + 1)
    ]
    epoch = EpochDone(epoch=1, update=UPDATES, train_loss=0.2, train_accuracy=0.9, rates=rates, seconds=1.0)
    return [StateChanged(state="running"), prepared, *updates, epoch, Finished(results=results)]


def fill(run: RunFolder, spec: RunSpec) -> None:
    """Write what a training leaves in its folder."""
    trained, results = trained_for(spec), some_results()
    weights = [trained.tensors[f"layers.{index}.weight"] for index in range(2)]
    size = frame_bytes(spec.network.weight_shapes())
    run.weights.write_bytes(to_safetensors(trained))
    run.results.write_text(json.dumps(results))
    live, kept = LiveFrameWriter(run.frame, size), SnapshotWriter(run.snapshots, size)
    frame = make_frame(run.id, 7, UPDATES, 1, weights)
    live.write(encode_frame(frame))
    kept.write(0, frame)
    kept.write(1, frame)
    live.close()
    kept.close()
    with RecordWriter(run.events) as record:
        for event in events_of(results):
            record.write(event)
