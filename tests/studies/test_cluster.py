"""Studies on a real Ray cluster: a head without cores and two nodes of one core each, one of which is killed."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from interruptible import interruptible
from snntrainer3d.compose import Choices, compose
from snntrainer3d.jobs import run_job
from snntrainer3d.runs import RunStore, read_live_frame, read_weights
from snntrainer3d.spec import parse_study
from snntrainer3d.studies import StudyStore, run_study
from stepping import in_the_middle, released

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]
PATIENCE_S = 600.0
STORE_BYTES = 80_000_000
ATTEMPTS = 3
CLOSE = 1e-4
"""Of weights of some tenths after three epochs: sums in another order differ by 1e-7 each."""
EPOCHS = list(range(1, 7))
SOME = 30
"""Updates of a training that then waits: more than an epoch has, fewer than all."""
BIN = Path(sys.executable).parent
PAGE = Path(__file__).parents[2] / "docs" / "cluster.md"


def documented(start: str) -> str:
    """Give the first command that begins so in what the documentation has people try on one machine."""
    lines = PAGE.read_text().split("## Try it on one machine")[1].split("```")[1].splitlines()
    return next(line for line in lines if line.startswith(start))


class RealCluster:
    """Ray's own processes, as `ray start` on several machines makes them."""

    def __init__(self) -> None:
        # Not below pytest's folder: the path of a socket may have 107 characters at most.
        self.folder = Path(tempfile.mkdtemp(prefix="ray-"))
        self.temporary = self.folder / "nodes"
        self.temporary.mkdir()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RAY_")},
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_TMPDIR": str(self.folder),
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(16),
        }
        self.nodes: list[psutil.Popen] = []
        port, client = _free_port(), _free_port()
        self.address, self.client_address = f"127.0.0.1:{port}", f"ray://127.0.0.1:{client}"
        self._start(documented("ray start --head"), "--ray-client-server-port", str(client), "--no-monitor")

    def add_node(self) -> psutil.Popen:
        """Start a node of one core, as on a machine that has a home of its own and no data sets."""
        return self._start(documented("ray start --address"))

    def close(self) -> None:
        for node in self.nodes:
            kill(node)
        shutil.rmtree(self.folder, ignore_errors=True)

    def leftovers(self) -> list[str]:
        """Give the folders that trainings still have on the nodes."""
        return [path.name for path in self.temporary.glob("snntrainer3d-node-*") if path.is_dir()]

    def _start(self, line: str, *options: str) -> psutil.Popen:
        own = {"TMPDIR": str(self.temporary), "SNNTRAINER3D_HOME": str(self.folder / "home")}
        environment = {**self.environment, **own}
        environment.pop("SNNTRAINER3D_DATA", None)
        program, *words = line.replace("6379", self.address.rpartition(":")[2]).split()
        command = [str(BIN / program), *words, "--block", "--object-store-memory", str(STORE_BYTES), *options]
        command += ["--include-log-monitor", "false"]
        # Ray gives a node 30 seconds to begin, which a busy machine may take longer for.
        for _ in range(ATTEMPTS):
            path = self.folder / f"node-{len(self.nodes)}.log"
            with path.open("wb") as log:
                process = psutil.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
            self.nodes.append(process)
            _until(lambda: "runtime started" in path.read_text() or process.poll() is not None)  # noqa: B023
            if process.poll() is None:
                return process
            self.nodes.pop()
        raise AssertionError(path.read_text())


def kill(node: psutil.Popen) -> None:
    """End all processes of a node at once, as a power cut does."""
    try:
        processes = [node, *node.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes[1:], PATIENCE_S)
    node.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def cluster() -> Iterator[RealCluster]:
    found = RealCluster()
    try:
        found.add_node()
        yield found
    finally:
        found.close()


def document(name: str = "spread", rates: tuple[float, ...] = (0.01, 0.001), **compose: Any) -> Any:
    training = {"epochs": len(EPOCHS), "num_steps": 10}
    made = {"dataset": "digits", "preset": "paper", "hidden": [8], "training": training, **compose}
    vary = {"kind": "grid", "fields": {"training.learning_rate": list(rates)}}
    return parse_study({"name": name, "compose": made, "vary": vary, "seeds": [0, 1], "decide_steps": [40]})


@contextmanager
def command(
    cluster: RealCluster, home: Path, study: Any, *options: str, address: str = "", **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Start `snntrainer3d study` on the cluster; it does not outlive the block."""
    file = home.with_suffix(".json")
    file.write_text(study.model_dump_json())
    words = ["study", str(file), "--json", "--cluster", address or cluster.address, *options]
    with interruptible():
        process = subprocess.Popen(
            [sys.executable, "-m", "snntrainer3d", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**cluster.environment, "SNNTRAINER3D_HOME": str(home), **environment},
        )
    with process:
        try:
            yield process
        finally:
            process.kill()


def waiting() -> dict[str, Any]:
    """Give a training whose every update waits for the word of a test, so that it cannot end before something else."""
    return {"epochs": len(EPOCHS), "num_steps": 10, "pace": "update"}


def outcome(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def kinds(store: RunStore, run: str) -> Counter[str]:
    lines = store.folder(run).events.read_text().splitlines()
    return Counter(json.loads(line)["kind"] for line in lines)


def table(found: dict[str, Any]) -> list[tuple[str, float]]:
    return [(entry["key"], entry["test_accuracy"]) for entry in found["entries"]]


@pytest.mark.verify
def test_two_nodes_train_one_network_as_one_process_does(cluster: RealCluster, tmp_path: Path) -> None:
    cluster.add_node()
    spec = compose(Choices(dataset="digits", hidden=(16,), training={"epochs": 3, "num_steps": 6}))
    (tmp_path / "spec.json").write_text(spec.model_dump_json())
    words = ["train", str(tmp_path / "spec.json"), "--cluster", cluster.address, "--processes", "2", "--json"]
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-m", "snntrainer3d", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={**cluster.environment, "SNNTRAINER3D_HOME": str(home)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with RunStore(home) as store:
        together = store.get(json.loads(done.stdout)["run"])
        alone = store.create(spec)
        run_job(store.folder(alone.id))
        store.sync(alone.id)
        assert [epoch.epoch for epoch in store.metrics(together.id).epochs] == [1, 2, 3]
        weights = [read_weights(store.folder(run).weights, spec).tensors for run in (together.id, alone.id)]
        for name, values in weights[1].items():
            np.testing.assert_allclose(weights[0][name], values, rtol=CLOSE, atol=CLOSE, err_msg=name)
        accuracies = [store.get(run).results["test"]["accuracy"] for run in (together.id, alone.id)]
        assert accuracies[0] == accuracies[1]


def test_a_node_killed_in_mid_study_costs_nothing_but_time(cluster: RealCluster, tmp_path: Path) -> None:
    study, home, alone = document(training=waiting()), tmp_path / "home", tmp_path / "alone"
    second = cluster.add_node() if len(cluster.nodes) == 2 else cluster.nodes[-1]
    with command(cluster, home, study, "--workers", "2") as process, RunStore(home) as store:
        _until(lambda: len(in_the_middle(store, SOME)) == 2, process)
        watched = [read_live_frame(store.folder(row.id).frame) for row in in_the_middle(store, SOME)]
        kill(second)
        with released(store):
            done = outcome(process)
        assert all(watched), "weights can be watched"
        assert (done["status"], done["counts"]) == ("finished", {"finished": 4})
        assert len(store.list()) == 4, "nothing was made twice"
        for entry in done["entries"]:
            assert kinds(store, entry["run"])["finished"] == 1, "nothing was finished twice"
            assert [epoch.epoch for epoch in store.metrics(entry["run"]).epochs] == EPOCHS
            assert len(store.snapshots(entry["run"])) > 10
        assert sum(kinds(store, row.id)["interrupted"] for row in store.list()) == 1, "one run lost its node"
    with RunStore(alone) as store, released(store):
        here = run_study(StudyStore(alone).create(study), store, workers=2).to_dict()
    assert table(done) == table(here)


def test_what_the_documentation_has_people_try_works(cluster: RealCluster, tmp_path: Path) -> None:
    block = PAGE.read_text().split("## Try it on one machine")[1].split("```")[1]
    # The nodes of the tests in place of those it starts, and stops, `ray stop` with all others of this machine.
    kept = [line for line in block.splitlines()[1:] if not line.startswith(("ray ", "export "))]
    script = "\n".join(kept).replace("127.0.0.1:6379", cluster.address)
    environment = {**cluster.environment, "PATH": f"{BIN}:{os.environ['PATH']}", "SNNTRAINER3D_HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("2 finished") == 2
    with RunStore(tmp_path) as store:
        assert len(store.list()) == 2


def test_ctrl_c_leaves_nothing_on_the_nodes_and_resume_goes_on_from_there(cluster: RealCluster, tmp_path: Path) -> None:
    home = tmp_path / "home"
    study = document("stopped", (0.01,), training=waiting())
    with RunStore(home) as store:
        with command(cluster, home, study) as process:
            _until(lambda: in_the_middle(store, SOME), process)
            before = len(cluster.leftovers())
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 130, err
        stopped = next(row for row in store.list() if row.status == "cancelled")
        _until(lambda: not _workers(cluster))
        assert len(cluster.leftovers()) == before - 1
        with command(cluster, home, study, "--resume", address=cluster.client_address) as process, released(store):
            assert outcome(process)["counts"] == {"finished": 2}
        assert kinds(store, stopped.id)["prepared"] == 2
        assert [epoch.epoch for epoch in store.metrics(stopped.id).epochs] == EPOCHS


@pytest.mark.mnist
def test_a_data_set_that_a_node_lacks_is_sent_there(cluster: RealCluster, tmp_path: Path) -> None:
    study = document("shipped", (0.01,), dataset="mnist", training={"epochs": 1})
    data = os.environ["SNNTRAINER3D_DATA"]
    with command(cluster, tmp_path / "home", study, SNNTRAINER3D_DATA=data) as process:
        assert outcome(process)["counts"] == {"finished": 2}
    assert len(list((cluster.folder / "home" / "data" / "mnist").iterdir())) == 4


def test_without_its_token_a_cluster_lets_nobody_in(cluster: RealCluster, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with command(cluster, home, document("shut out"), RAY_AUTH_MODE="disabled") as process:
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "wants its token" in err
    with RunStore(home) as store:
        assert not store.list()


def _workers(cluster: RealCluster) -> list[psutil.Process]:
    """Give the processes that train on the cluster's nodes."""
    found = []
    for node in cluster.nodes:
        if node.is_running():
            found += [
                child for child in node.children(recursive=True) if "snntrainer3d.studies.worker" in _words(child)
            ]
    return found


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def _until(happened: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not happened():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
