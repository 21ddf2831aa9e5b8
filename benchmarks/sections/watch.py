"""What it costs a training to be watched: the same run through the real server, with a client and without.

Beside the seconds, the processor time of each process while the training went on: on a shared machine seconds vary more
than watching costs, processor time hardly does.
"""

from __future__ import annotations

import contextlib
import json
import math
import shutil
import statistics
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import psutil
from scipy import stats

from benchmarks.served import Served, home, server
from benchmarks.session import Session

LONGEST_RUN_S = 600.0
PAIRS = 24
"""So many that the interval of the mean of their ratios is narrower than the three per cent in question."""
BROWSER_EVERY = 6
"""A browser watches in every sixth pair: its figure is for comparison, and its start takes long."""
POLL_S = 0.05
_SEQUENCE = struct.Struct("<8xI")
"""Where a weight frame holds its sequence number, see docs/formats.md."""
BROWSER_FLAGS = (
    "--headless=new", "--no-sandbox", "--window-size=1280,800",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
)  # fmt: skip
"""Without the last three a browser without a window has no WebGL and would draw nothing."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Watcher:
    """A client that acknowledges every weight frame at once and draws nothing."""

    def __init__(self, address: str, run: str, hertz: float = 5.0) -> None:
        from websockets.sync.client import connect

        self.frames = self.bytes = self.events = 0
        self.cpu_s = 0.0
        """Processor time of listening, known once it is closed."""
        self._connection = connect(address.replace("http", "ws", 1) + "/api/ws", max_size=None, compression=None)
        self._connection.send(json.dumps({"watch": run, "hertz": hertz, "events_after": 0}))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            for message in self._connection:
                if isinstance(message, bytes):
                    self.frames += 1
                    self.bytes += len(message)
                    self._connection.send(json.dumps({"ack": _SEQUENCE.unpack_from(message)[0]}))
                else:
                    self.events += len(json.loads(message).get("events", ()))
        self.cpu_s = time.thread_time()

    def close(self) -> None:
        """Go away."""
        self._connection.close()
        self._thread.join(timeout=5)


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run took; processor times are those of its training's seconds, the watcher's is all of it."""

    train_s: float
    training_cpu_s: float
    server_cpu_s: float
    watcher_cpu_s: float


@dataclass(slots=True)
class _Look:
    """What a way of looking saw, and the processor time it took."""

    cpu_s: float = 0.0
    seen: dict[str, int] = field(default_factory=dict)


Way = Callable[[Served, str, _Look], AbstractContextManager[None]]


def run(session: Session) -> dict[str, Any]:
    """Measure pairs of runs, alternating which is first."""
    spec = _spec(session)
    runs: dict[str, list[_Run]] = {"alone": [], "watched": [], "browser": []}
    seen: dict[str, int] = {}
    with home() as environment, server(environment) as served:
        _one_run(served, spec, _nobody)
        for pair in range(1 if session.quick else PAIRS):
            ways: dict[str, Way] = {"alone": _nobody, "watched": _client}
            if not session.quick and pair % BROWSER_EVERY == 0 and browser():
                ways["browser"] = _page
            for name in sorted(ways, reverse=bool(pair % 2)):
                session.say(f"  {name}")
                took, saw = _one_run(served, spec, ways[name])
                runs[name].append(took)
                seen.update(saw)
    return {
        "updates": _updates(spec),
        "dataset": spec["training"]["dataset"],
        **{f"{name}_s": _spread([each.train_s for each in found]) if found else None for name, found in runs.items()},
        "cpu": {name: _processor_time(found) for name, found in runs.items() if found},
        **seen,
        **_costs("watched", runs),
        **(_costs("browser", runs) if runs["browser"] else {}),
    }


def _spec(session: Session) -> dict[str, Any]:
    """Give a run of at least 2,000 updates; a quick session takes what it has time for."""
    from snntrainer3d.compose import Choices, compose

    dataset = "mnist" if session.has_mnist else "digits"
    epochs = {"mnist": 12, "digits": 400}[dataset] if not session.quick else {"mnist": 1, "digits": 40}[dataset]
    spec = compose(Choices(dataset=dataset, hidden=(100,), preset="paper", training={"epochs": epochs}))
    told: dict[str, Any] = spec.model_dump(mode="json")
    return told


def _updates(spec: dict[str, Any]) -> int:
    from snntrainer3d.data import describe

    training = spec["training"]
    per_epoch = -(-describe(training["dataset"]).train_samples // training["batch_size"])
    return int(per_epoch * training["epochs"])


def _one_run(served: Served, spec: dict[str, Any], looking: Way) -> tuple[_Run, dict[str, int]]:
    """Start a run, give what it took and what was seen; asks the server nothing while it goes on."""
    run = served.post("/api/runs", {"spec": spec, "from": None})["id"]
    results = served.home / "runs" / run / "results.json"
    until = time.monotonic() + LONGEST_RUN_S
    meter, look = _Meter(served, run), _Look()
    with looking(served, run, look):
        while not results.exists():
            if time.monotonic() > until:
                raise RuntimeError(f"the run did not end in {LONGEST_RUN_S:.0f} s")
            meter.read()
            time.sleep(POLL_S)
        time.sleep(POLL_S)
    seconds = float(json.loads(results.read_text(encoding="utf-8"))["train_seconds"])
    training, server_time = meter.last(seconds)
    return _Run(seconds, training, server_time, look.cpu_s), look.seen


class _Meter:
    """Processor time of the server and of a run's process, read now and then while it lives."""

    def __init__(self, served: Served, run: str) -> None:
        self._server, self._run = psutil.Process(served.pid), run
        self._job: psutil.Process | None = None
        self._read: list[tuple[float, float, float]] = []

    def read(self) -> None:
        """Read both; nothing is read before the process is there, or after it has gone."""
        if self._job is None:
            children = (child for child in self._server.children() if self._run in " ".join(child.cmdline()))
            self._job = next(children, None)
        if self._job is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                self._read.append((time.monotonic(), _cpu_s(self._job), _cpu_s(self._server)))

    def last(self, seconds: float) -> tuple[float, float]:
        """Give (training, server) of the last so many seconds."""
        end = self._read[-1]
        begin = next(read for read in self._read if read[0] >= end[0] - seconds)
        return end[1] - begin[1], end[2] - begin[2]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextlib.contextmanager
def _nobody(served: Served, run: str, look: _Look) -> Iterator[None]:  # noqa: ARG001 — one of three ways to look
    yield


@contextlib.contextmanager
def _client(served: Served, run: str, look: _Look) -> Iterator[None]:
    watcher = Watcher(served.address, run)
    try:
        yield
    finally:
        watcher.close()
        look.cpu_s = watcher.cpu_s
        look.seen = {"frames": watcher.frames, "frame_bytes": watcher.bytes, "events": watcher.events}


@contextlib.contextmanager
def _page(served: Served, run: str, look: _Look) -> Iterator[None]:
    """Open the page in a real browser without a window, which draws in software on the same cores."""
    found = browser()
    assert found is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        address = f"{served.address}/#run={run}"
        process = subprocess.Popen(
            [found, *BROWSER_FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            look.cpu_s = _cpu_of_all(process.pid)
            process.terminate()
            process.wait()


def _cpu_of_all(pid: int) -> float:
    """Give the processor time of a process and all below it; none of one that has gone."""
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        for process in (first, *first.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += _cpu_s(process)
    return total


def browser() -> str | None:
    """Give the path of a Chromium that is installed."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def _spread(seconds: list[float]) -> dict[str, float]:
    return {"min": min(seconds), "median": statistics.median(seconds)}


def _processor_time(runs: Sequence[_Run]) -> dict[str, float]:
    """Give medians."""
    return {
        name: statistics.median(getattr(run, name) for run in runs)
        for name in ("training_cpu_s", "server_cpu_s", "watcher_cpu_s")
    }


def _costs(name: str, runs: dict[str, list[_Run]]) -> dict[str, float]:
    """Give what watching adds as a share: by minima, by medians, and the mean of the pairs' ratios with its interval.

    A pair's two runs are neighbours in time, so what else the machine does for minutes weighs on both alike.
    """
    alone, watched = (_spread([run.train_s for run in runs[each]]) for each in ("alone", name))
    every = BROWSER_EVERY if name == "browser" else 1
    ratios = [
        math.log(one.train_s / other.train_s) for one, other in zip(runs[name], runs["alone"][::every], strict=True)
    ]
    low, mean, high = mean_of(ratios)
    return {
        f"{name}_cost_min": watched["min"] / alone["min"] - 1,
        f"{name}_cost_median": watched["median"] / alone["median"] - 1,
        f"{name}_cost_mean": math.expm1(mean),
        f"{name}_cost_low": math.expm1(low),
        f"{name}_cost_high": math.expm1(high),
    }


def mean_of(values: Sequence[float]) -> tuple[float, float, float]:
    """Give the mean with its 95 % interval by Student's t; of one value, the value."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, mean, mean
    half = stats.t.ppf(0.975, len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))
    return mean - half, mean, mean + half
