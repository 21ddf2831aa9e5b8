"""What it costs a training to be watched: the same run through the real server, with a client and without."""

from __future__ import annotations

import contextlib
import json
import shutil
import statistics
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from benchmarks.served import Served, home, server
from benchmarks.session import Session

LONGEST_RUN_S = 600.0
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

    def close(self) -> None:
        """Go away."""
        self._connection.close()
        self._thread.join(timeout=5)


def run(session: Session) -> dict[str, Any]:
    """Measure pairs of runs, alternating which is first."""
    pairs = 1 if session.quick else 6
    spec = _spec(session)
    seconds: dict[str, list[float]] = {"alone": [], "watched": [], "browser": []}
    seen: dict[str, int] = {}
    with home() as environment, server(environment) as served:
        _one_run(served, spec, _nobody)
        ways = {"alone": _nobody, "watched": lambda served, run: _client(served, run, seen)}
        if not session.quick and _browser():
            ways["browser"] = _page
        for pair in range(pairs):
            for name in sorted(ways, reverse=bool(pair % 2)):
                session.say(f"  {name}")
                seconds[name].append(_one_run(served, spec, ways[name]))
    return {
        "updates": _updates(spec),
        "dataset": spec["training"]["dataset"],
        "alone_s": _spread(seconds["alone"]),
        "watched_s": _spread(seconds["watched"]),
        "browser_s": _spread(seconds["browser"]) if seconds["browser"] else None,
        **seen,
        **_costs("watched", seconds),
        **(_costs("browser", seconds) if seconds["browser"] else {}),
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


def _one_run(
    served: Served, spec: dict[str, Any], looking: Callable[[Served, str], AbstractContextManager[None]]
) -> float:
    """Start a run and give its seconds of training; asks the server nothing while it goes on."""
    run = served.post("/api/runs", {"spec": spec, "from": None})["id"]
    results = served.home / "runs" / run / "results.json"
    until = time.monotonic() + LONGEST_RUN_S
    with looking(served, run):
        while not results.exists():
            if time.monotonic() > until:
                raise RuntimeError(f"the run did not end in {LONGEST_RUN_S:.0f} s")
            time.sleep(POLL_S)
        time.sleep(POLL_S)
    return float(json.loads(results.read_text(encoding="utf-8"))["train_seconds"])


@contextlib.contextmanager
def _nobody(served: Served, run: str) -> Iterator[None]:  # noqa: ARG001 — one of three ways to look
    yield


@contextlib.contextmanager
def _client(served: Served, run: str, seen: dict[str, int]) -> Iterator[None]:
    watcher = Watcher(served.address, run)
    try:
        yield
    finally:
        watcher.close()
        seen.update(frames=watcher.frames, frame_bytes=watcher.bytes, events=watcher.events)


@contextlib.contextmanager
def _page(served: Served, run: str) -> Iterator[None]:
    """Open the page in a real browser without a window, which draws in software on the same cores."""
    browser = _browser()
    assert browser is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        address = f"{served.address}/#run={run}"
        process = subprocess.Popen(
            [browser, *BROWSER_FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def _browser() -> str | None:
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def _spread(seconds: list[float]) -> dict[str, float]:
    return {"min": min(seconds), "median": statistics.median(seconds)}


def _costs(name: str, seconds: dict[str, list[float]]) -> dict[str, float]:
    """Give what watching adds as a share, by minima and by medians."""
    alone, watched = _spread(seconds["alone"]), _spread(seconds[name])
    return {
        f"{name}_cost_min": watched["min"] / alone["min"] - 1,
        f"{name}_cost_median": watched["median"] / alone["median"] - 1,
    }
