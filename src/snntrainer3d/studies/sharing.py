"""One network trained by several processes on the nodes of a cluster, over Ray Train and torch.distributed.

Each has a copy of the run's folder and trains on its share of every batch; what the first one's folder gets comes home
while it trains.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from snntrainer3d.data import available, fetch, unpack
from snntrainer3d.errors import InputError, JobError, Snntrainer3dError
from snntrainer3d.events import Event
from snntrainer3d.jobs import cancel_run, run_job
from snntrainer3d.runs import RunFolder, read_record
from snntrainer3d.storage import write_atomically
from snntrainer3d.studies.cluster import PERIOD_S, Cluster, connected, order_of
from snntrainer3d.studies.parcel import News, Parcel, Receiver, gather
from snntrainer3d.studies.parcel import unpack as unpack_run
from snntrainer3d.studies.pool import WorkerDiedError

START_PATIENCE_S = 300
ATTEMPTS = 3
"""How often a run is tried whose nodes are lost."""
OnEvent = Callable[[Event], None]


def train_together(
    run: RunFolder, address: str, processes: int, on_event: OnEvent | None = None
) -> dict[str, Any] | None:
    """Train a run by several processes on a cluster; give its results, None where it was cancelled.

    The batches are those of a single process, and so is what is learned, but for the order of sums. A lost node costs
    the updates since the last checkpoint that came back. Ctrl-C cancels, with a checkpoint.

    Raises:
        InputError: fewer than two processes, or what `train` refuses.
        FailureError: see `connected`.
        JobError: the cluster has fewer cores than processes, or nodes were lost too often.
    """
    if processes < 2:
        raise InputError(f"Got {processes} processes, expected 2 or more.", path="--processes")
    dataset = run.read_spec().training.dataset
    if not available(dataset):
        fetch(dataset)
    with connected(address) as cluster, run.hold():
        cluster.await_cores(processes)
        for _ in range(ATTEMPTS):
            try:
                return _Attempt(run, cluster, processes, on_event or (lambda _event: None)).follow()
            except WorkerDiedError as error:
                with suppress(OSError), run.log.open("a") as log:
                    log.write(f"{error}\n")
    hint = f"{run.log} holds what the cluster said. The run can be resumed."
    raise JobError(f"Run {run.id} lost its processes {ATTEMPTS} times.", hint=hint)


class _Attempt:
    """One try, from the newest checkpoint on."""

    def __init__(self, run: RunFolder, cluster: Cluster, processes: int, on_event: OnEvent) -> None:
        self._run, self._cluster, self._on_event = run, cluster, on_event
        self._receiver = Receiver(run)
        # What an earlier order said would otherwise stop it again at once.
        run.control.unlink(missing_ok=True)
        self._read = read_record(run.events).next_offset
        self._mailbox = cluster.ray.remote(Mailbox).options(num_cpus=0).remote()
        dataset = run.read_spec().training.dataset
        config = {
            "run": run.id,
            "parcel": gather(run),
            "dataset": dataset,
            "files": [cluster.shipped(dataset)],
            "mailbox": self._mailbox,
        }
        self._error = ""
        self._answer: dict[str, Any] | None = None
        self._fit = threading.Thread(target=self._train, args=(processes, config), daemon=True)

    def follow(self) -> dict[str, Any] | None:
        """Take home what comes until it ends; give the results, None where it was cancelled."""
        self._fit.start()
        try:
            while self._fit.is_alive():
                self._take_all()
                try:
                    time.sleep(PERIOD_S)
                except KeyboardInterrupt:
                    cancel_run(self._run)
            self._take_all()
        except self._cluster.ray.exceptions.RayError as error:
            self._error = self._error or str(error)
        finally:
            self._fit.join()
            self._receiver.close()
        if self._answer is None:
            raise WorkerDiedError(self._error or "They ended without a word.")
        if "error" in self._answer:
            told = self._answer["error"]
            raise InputError(told["message"], path=told["path"], hint=told["hint"])
        return self._run.read_results() if self._answer["state"] == "finished" else None

    def _take_all(self) -> None:
        for parcel in self._cluster.ray.get(self._mailbox.collect.remote(order_of(self._run))):
            self._receiver.take(parcel)
            self._answer = parcel.answer or self._answer
        lines = read_record(self._run.events, self._read)
        self._read = lines.next_offset
        for event in lines.events:
            self._on_event(event)

    def _train(self, processes: int, config: dict[str, Any]) -> None:
        # Ray Train's own minute is too short where a busy machine imports torch, and it would begin again and again.
        os.environ.setdefault("RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S", str(START_PATIENCE_S))
        from ray.train import RunConfig, ScalingConfig
        from ray.train.torch import TorchConfig, TorchTrainer

        with tempfile.TemporaryDirectory(prefix="snntrainer3d-train-") as place:
            trainer = TorchTrainer(
                train_share,
                train_loop_config=config,
                torch_config=TorchConfig(backend="gloo"),
                scaling_config=ScalingConfig(num_workers=processes, resources_per_worker={"CPU": 1}),
                run_config=RunConfig(name=self._run.id, storage_path=place),
            )
            try:
                trainer.fit()
            except Exception as error:  # of many kinds, all of which mean that no answer comes
                self._error = str(error).strip() or type(error).__name__


class Mailbox:
    """Where the first process leaves what is new, and hears what the run is told; an actor of Ray."""

    def __init__(self) -> None:
        self._parcels: list[Parcel] = []
        self._order = b""

    def leave(self, parcel: Parcel) -> bytes:
        """Keep a parcel; give what the run is told."""
        self._parcels.append(parcel)
        return self._order

    def collect(self, order: bytes) -> list[Parcel]:
        """Give the parcels that came since, and keep what the run is told."""
        self._order = order
        found, self._parcels = self._parcels, []
        return found


def train_share(config: dict[str, Any]) -> None:
    """Train in one of the processes; Ray Train has joined them."""
    import ray
    import ray.train

    with tempfile.TemporaryDirectory(prefix="snntrainer3d-share-") as place:
        folder = RunFolder(Path(place) / config["run"])
        unpack_run(folder, config["parcel"])
        if not available(config["dataset"]):
            unpack(config["dataset"], ray.get(config["files"][0]))
        if ray.train.get_context().get_world_rank() == 0:
            _train_first(folder, config["mailbox"])
        else:
            _answer(folder)


def _train_first(folder: RunFolder, mailbox: Any) -> None:
    """Train, and leave in the mailbox what is new."""
    import ray

    news, ended = News(folder), threading.Event()

    def tell() -> None:
        while not ended.wait(PERIOD_S):
            order = ray.get(mailbox.leave.remote(news.take()))
            write_atomically(folder.control, order, durable=False)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        answer = _answer(folder)
    finally:
        ended.set()
        teller.join()
    ray.get(mailbox.leave.remote(replace(news.take(), answer=answer)))


def _answer(folder: RunFolder) -> dict[str, Any]:
    """Tell how a training ended; what was not foreseen is raised, for Ray to tell."""
    try:
        return {"state": "cancelled" if run_job(folder, together=True) is None else "finished"}
    except Snntrainer3dError as error:
        traceback.print_exc()
        return error.body()
