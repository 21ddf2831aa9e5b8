"""Trainings of a study on a Ray cluster: what a run needs goes to a node, what it makes comes back while it is made.

The home here stays the truth. A node that dies takes nothing with it but the updates since the last checkpoint that
came back; the run is then tried again, on whatever node is free.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import Any

from snntrainer3d import __version__
from snntrainer3d.data import pack
from snntrainer3d.errors import JobError, Snntrainer3dError
from snntrainer3d.runs import RunFolder
from snntrainer3d.studies.joining import join
from snntrainer3d.studies.node import Node
from snntrainer3d.studies.parcel import Parcel, Receiver, gather
from snntrainer3d.studies.pool import WorkerDiedError

PERIOD_S = 0.5
"""How often a node is asked for what is new."""
CLOSE_PATIENCE_S = 15.0
NODES_PATIENCE_S = 60.0
CANCELLED = {"state": "cancelled"}


class Cluster:
    """A Ray cluster that this process has joined."""

    def __init__(self, ray: Any) -> None:
        self.ray = ray
        """The module, which is joined."""
        self._datasets: dict[str, Any] = {}
        self._turn = threading.Lock()
        # A lost node is seen here, where the folder is that its run goes on from; Ray would begin the run anew.
        self._node = ray.remote(Node).options(num_cpus=1, max_restarts=0, max_task_retries=0)

    @property
    def cores(self) -> int:
        """Give the cores of all nodes: so many trainings go on at once."""
        return int(self.ray.cluster_resources().get("CPU", 0))

    def await_cores(self, wanted: int = 1) -> None:
        """Wait for so many cores, of nodes that may still be starting; raises JobError where they do not come."""
        give_up = time.monotonic() + NODES_PATIENCE_S
        while self.cores < wanted:
            if time.monotonic() > give_up:
                raise JobError(
                    f"The cluster has {self.cores} cores to train on, {wanted} are needed.",
                    hint="Start Ray on more machines, or take fewer processes.",
                )
            time.sleep(PERIOD_S)

    def worker(self, stopping: threading.Event, log: Path) -> ClusterWorker:
        """Give what trains one run at a time, on whatever node is free.

        Args:
            stopping: set when nothing is to be begun any more.
            log: where the last words of processes that died are appended.
        """
        return ClusterWorker(self, stopping, log)

    def place(self) -> Any:
        """Ask for a place of one core; give its handle at once, though there may be none free yet."""
        return self._node.remote(1)

    def shipped(self, name: str) -> Any:
        """Give the files of a data set as an object of the cluster, put there once."""
        with self._turn:
            if name not in self._datasets:
                self._datasets[name] = self.ray.put(pack(name))
            return self._datasets[name]


class ClusterWorker:
    """Trains one run after the other on the cluster; in place of `pool.Worker`."""

    def __init__(self, cluster: Cluster, stopping: threading.Event, log: Path) -> None:
        self._cluster, self._ray, self._stopping, self._log = cluster, cluster.ray, stopping, log
        self._place: Any = None

    def do(self, task: dict[str, Any]) -> dict[str, Any]:
        """Do one task and give the answer, as `pool.Worker.do` does.

        Raises:
            WorkerDiedError: the node or its process was lost; the next task finds another.
            JobError: the nodes cannot run this release's trainings.
        """
        run = RunFolder(Path(task["folder"]))
        # Held, so that nobody takes the run for one whose process vanished.
        with run.hold():
            receiver = Receiver(run)
            try:
                return self._train(run, task, receiver)
            except self._ray.exceptions.RayTaskError as error:
                raise self._cannot_train(run, error) from None
            except self._ray.exceptions.ActorUnschedulableError as error:
                self._note(f"{run.id}: {error}")
                raise JobError("No node of the cluster can train.", hint="A node needs a whole core.") from None
            except self._ray.exceptions.RayError as error:
                self._forget()
                self._note(f"{run.id}: the node was lost: {error}")
                raise WorkerDiedError from error
            finally:
                receiver.close()

    def close(self) -> None:
        """Give the place on the cluster back."""
        if self._place is None:
            return
        with suppress(self._ray.exceptions.RayError):
            self._ray.get(self._place.close.remote(), timeout=CLOSE_PATIENCE_S)
        self._forget()

    def _train(self, run: RunFolder, task: dict[str, Any], receiver: Receiver) -> dict[str, Any]:
        if not self._find_place(run):
            return CANCELLED
        name = run.read_spec().training.dataset
        if self._ray.get(self._place.lacks.remote(name)):
            self._ray.get(self._place.keep.remote(name, self._cluster.shipped(name)))
        self._ray.get(self._place.begin.remote(run.id, gather(run), task["train"], task["steps"]))
        told = b""
        while True:
            order = order_of(run)
            parcel: Parcel = self._ray.get(self._place.news.remote(order if order != told else None))
            told = order
            receiver.take(parcel)
            if parcel.last_words:
                self._note(f"{run.id}: {parcel.last_words}")
                raise WorkerDiedError
            if parcel.answer is not None:
                return parcel.answer
            time.sleep(PERIOD_S)

    def _find_place(self, run: RunFolder) -> bool:
        """Wait for a place on the cluster; tell whether there is one, or whether nothing is to be begun any more."""
        if self._place is not None:
            return True
        self._place = self._cluster.place()
        described = self._place.describe.remote()
        while not self._ray.wait([described], timeout=PERIOD_S)[0]:
            if self._stopping.is_set():
                self._forget()
                return False
        try:
            found = self._ray.get(described)
        except self._ray.exceptions.RayActorError as error:
            # Where the process cannot even begin, as without the package, another node will hardly do better.
            if "creation task" in str(error):
                raise self._cannot_train(run, error) from None
            raise
        if found["snntrainer3d"] != __version__:
            raise JobError(
                f"Node {found['host']} has SNNtrainer3D {found['snntrainer3d']}, this machine {__version__}.",
                hint=SAME_HINT,
            )
        return True

    def _cannot_train(self, run: RunFolder, error: Exception) -> JobError:
        """Return the error that says so; what the node said is noted in the log of the study."""
        self._note(f"{run.id}: {error}")
        cause = getattr(error, "cause", None)
        why = f": {cause.message}" if isinstance(cause, Snntrainer3dError) else "."
        return JobError(f"A node of the cluster cannot train{why}", hint=f"{SAME_HINT} {self._log} holds what it said.")

    def _forget(self) -> None:
        place, self._place = self._place, None
        if place is not None:
            with suppress(self._ray.exceptions.RayError):
                self._ray.kill(place)

    def _note(self, text: str) -> None:
        with suppress(OSError), self._log.open("a") as log:
            log.write(f"{text}\n")


SAME_HINT = "Every node needs the same release of SNNtrainer3D, Python and Ray; docs/cluster.md says how."


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Join a cluster for the length of a block: `local`, `auto`, `HOST:PORT` or `ray://HOST:PORT`.

    Raises:
        InputError: this is no address.
        FailureError: Ray is not installed, nobody answers there, or it does not let us in.
    """
    # Ray tells of lost nodes on stdout, where only results belong.
    with redirect_stdout(sys.stderr):
        ray = join(address)
        try:
            cluster = Cluster(ray)
            cluster.await_cores()
            yield cluster
        finally:
            ray.shutdown()


def order_of(run: RunFolder) -> bytes:
    """Give what a run is told, as it stands in its folder."""
    try:
        return run.control.read_bytes()
    except OSError:
        return b""
