"""What it costs a training to be watched: in turns with a client and without, while one run trains in the real server.

A shared machine changes its speed for seconds at a time, by more than watching costs. So turns are short, each is held
against its neighbour, and the figure is the median of those pairs, which a few that the machine changed between do not
move. Beside it, the processor time of each process.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.served import Served, home, server
from benchmarks.session import Session

PAIRS, QUICK_PAIRS, BROWSER_PAIRS = 48, 6, 6
TURN_S, TURN_EPOCHS = 2.0, 5
"""What a turn takes at least, and how many epochs at least: only those count that lie wholly in it."""
STARTED_WITHIN_S = 120.0
POLL_S = 0.05
BROWSER_START_S = 5.0
"""Until the page stands and shows the run; nothing of it is timed."""
SURE = 0.95
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

    def __init__(self, address: str, run: str, hertz: float = 5.0, events_after: int = 0) -> None:
        from websockets.sync.client import connect

        self.frames = self.bytes = self.events = 0
        self._open = contextlib.ExitStack()
        opened = connect(address.replace("http", "ws", 1) + "/api/ws", max_size=None, compression=None)
        self._connection = self._open.enter_context(opened)
        self._connection.send(json.dumps({"watch": run, "hertz": hertz, "events_after": events_after}))
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

    def wait(self) -> None:
        """Wait for the first frame: what coming costs is no part of watching; raises TimeoutError."""
        until = time.monotonic() + STARTED_WITHIN_S
        while not self.frames:
            if time.monotonic() > until:
                raise TimeoutError("no frame came")
            time.sleep(POLL_S)

    def cpu_s(self) -> float:
        """Give the processor time of listening so far."""
        assert self._thread.ident is not None
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread.ident))

    def close(self) -> None:
        """Go away."""
        self._open.close()
        self._thread.join(timeout=5)


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of the run; processor times are per second of it."""

    begin: float
    end: float
    training_cores: float
    server_cores: float
    watcher_cores: float


Way = Callable[["_Running"], AbstractContextManager[Callable[[], float]]]
"""A way of looking: while it is open, what it gives tells the processor time that it took so far."""


class _Running:
    """One run in the server, and what was seen of it."""

    def __init__(self, served: Served, spec: dict[str, Any]) -> None:
        """Start it and wait until its first epoch is done; raises RuntimeError where it ends before that."""
        self.served = served
        self.id: str = served.post("/api/runs", {"spec": spec, "from": None})["id"]
        self.seen = {"frames": 0, "frame_bytes": 0, "events": 0}
        self._events = Path(served.home) / "runs" / self.id / "events.jsonl"
        until = time.monotonic() + STARTED_WITHIN_S
        while not self.epochs():
            if time.monotonic() > until or served.get(f"/api/runs/{self.id}")["status"] not in ("queued", "running"):
                raise RuntimeError("the run did not start")
            time.sleep(POLL_S)
        first_begin, first_end = self.epochs()[0]
        self.turn_s = max(TURN_S, TURN_EPOCHS * (first_end - first_begin))
        self._server = psutil.Process(served.pid)
        self._job = next(child for child in self._server.children() if self.id in " ".join(child.cmdline()))

    def epochs(self) -> list[tuple[float, float]]:
        """Give (begin, end) of each epoch that is done: its updates and its validation."""
        if not self._events.exists():
            return []
        events = [json.loads(line) for line in self._events.read_text(encoding="utf-8").splitlines(keepends=True)
                  if line.endswith("\n")]  # fmt: skip
        return [(event["at"] - event["seconds"], event["at"]) for event in events if event["kind"] == "epoch"]

    def lines(self) -> int:
        """Give how many events there are: a client that was there before knows them."""
        return self._events.read_bytes().count(b"\n")

    def turn(self, way: Way) -> Turn:
        """Look at it in one way for a while."""
        with way(self) as watcher_cpu_s:
            begin, before = time.time(), self._cpu_times(watcher_cpu_s)
            time.sleep(self.turn_s)
            end, after = time.time(), self._cpu_times(watcher_cpu_s)
        return Turn(begin, end, *((late - early) / (end - begin) for early, late in zip(before, after, strict=True)))

    def _cpu_times(self, watcher_cpu_s: Callable[[], float]) -> tuple[float, float, float]:
        return _cpu_s(self._job), _cpu_s(self._server), watcher_cpu_s()

    def cancel(self) -> None:
        """End it."""
        self.served.post(f"/api/runs/{self.id}/cancel", {})


def run(session: Session) -> dict[str, Any]:
    """Measure pairs of turns, alternating which is first."""
    spec = _spec(session)
    with home() as environment, server(environment) as served:
        running = _Running(served, spec)
        session.say("  a client")
        found = {"watched": _pairs(running, _client, QUICK_PAIRS if session.quick else PAIRS)}
        if not session.quick and browser():
            session.say("  a browser")
            found["browser"] = _pairs(running, _page, BROWSER_PAIRS)
        running.cancel()
        epochs = running.epochs()
    rows = {name: costs(pairs, epochs) for name, pairs in found.items()}
    return {"dataset": spec["training"]["dataset"], "turn_s": running.turn_s, **running.seen, "rows": rows}


def _spec(session: Session) -> dict[str, Any]:
    """Give a run of the paper's recipe that lasts longer than anyone looks."""
    from snntrainer3d.compose import Choices, compose

    dataset = "mnist" if session.has_mnist else "digits"
    spec = compose(Choices(dataset=dataset, hidden=(100,), preset="paper", training={"epochs": 10_000}))
    told: dict[str, Any] = spec.model_dump(mode="json")
    return told


def _pairs(running: _Running, way: Way, count: int) -> list[tuple[Turn, Turn]]:
    """Give pairs of turns, (alone, watched)."""
    pairs = []
    for pair in range(count):
        first, second = (running.turn(each) for each in ((_nobody, way) if pair % 2 == 0 else (way, _nobody)))
        pairs.append((first, second) if pair % 2 == 0 else (second, first))
    return pairs


def costs(pairs: Sequence[tuple[Turn, Turn]], epochs: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Give what watching adds as a share, and what an epoch and each process took.

    Args:
        pairs: (alone, watched), neighbours in time.
        epochs: (begin, end) in seconds; those count that lie wholly in a turn.

    Raises:
        ValueError: no pair has an epoch in both of its turns.
    """
    means = [tuple(_mean_epoch(turn, epochs) for turn in pair) for pair in pairs]
    whole = [(alone, watched) for alone, watched in means if alone is not None and watched is not None]
    if not whole:
        raise ValueError("no epoch lies wholly within a turn")
    low, middle, high = median_of([math.log(watched / alone) for alone, watched in whole])
    names = ("alone", "watched")
    return {
        "pairs": len(whole),
        "epoch_s": {name: _spread([pair[at] for pair in whole]) for at, name in enumerate(names)},
        "cores": {name: _cores([pair[at] for pair in pairs]) for at, name in enumerate(names)},
        "cost": math.expm1(middle),
        "cost_low": math.expm1(low),
        "cost_high": math.expm1(high),
    }


def _mean_epoch(turn: Turn, epochs: Sequence[tuple[float, float]]) -> float | None:
    within = [end - begin for begin, end in epochs if begin >= turn.begin and end <= turn.end]
    return statistics.fmean(within) if within else None


def _cores(turns: Sequence[Turn]) -> dict[str, float]:
    return {
        name: statistics.median(getattr(turn, f"{name}_cores") for turn in turns)
        for name in ("training", "server", "watcher")
    }


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    return {"min": min(seconds), "median": statistics.median(seconds)}


@contextlib.contextmanager
def _nobody(running: _Running) -> Iterator[Callable[[], float]]:  # noqa: ARG001 — one of three ways to look
    yield lambda: 0.0


@contextlib.contextmanager
def _client(running: _Running) -> Iterator[Callable[[], float]]:
    watcher = Watcher(running.served.address, running.id, events_after=running.lines())
    try:
        watcher.wait()
        yield watcher.cpu_s
    finally:
        watcher.close()
        for name, count in (("frames", watcher.frames), ("frame_bytes", watcher.bytes), ("events", watcher.events)):
            running.seen[name] += count


@contextlib.contextmanager
def _page(running: _Running) -> Iterator[Callable[[], float]]:
    """Open the page in a real browser without a window, which draws in software on the same cores."""
    found = browser()
    assert found is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        address = f"{running.served.address}/#run={running.id}"
        process = subprocess.Popen(
            [found, *BROWSER_FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(BROWSER_START_S)
            yield lambda: _cpu_of_all(process.pid)
        finally:
            process.terminate()
            process.wait()


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


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


def median_of(values: Sequence[float]) -> tuple[float, float, float]:
    """Give the median with its 95 % interval from the order of the values; of few values, all of them."""
    from scipy import stats

    ordered = sorted(values)
    rank = max(1, int(stats.binom.ppf((1 - SURE) / 2, len(ordered), 0.5)))
    return ordered[rank - 1], statistics.median(ordered), ordered[-rank]
