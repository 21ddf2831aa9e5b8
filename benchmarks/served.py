"""The real command line and the real server, in a home of their own, as a user starts them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environment import ROOT

START_S = 60.0
POLL_S = 0.01


def command(*arguments: str) -> list[str]:
    """Give the command line of `snntrainer3d` in this environment."""
    return [sys.executable, "-m", "snntrainer3d", *arguments]


@contextlib.contextmanager
def home() -> Iterator[dict[str, str]]:
    """Give the environment of a home that is empty but for finding the data sets, and is deleted afterwards."""
    from snntrainer3d.data import cache_folder

    data = os.environ.get("SNNTRAINER3D_DATA") or str(cache_folder())
    kept = {name: value for name, value in os.environ.items() if name != "SNNTRAINER3D_ENGINE"}
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-bench-", ignore_cleanup_errors=True) as folder:
        yield {**kept, "SNNTRAINER3D_HOME": folder, "SNNTRAINER3D_DATA": data, "PYTHONPATH": str(ROOT)}


def run_json(arguments: list[str], environment: dict[str, str]) -> tuple[dict[str, Any], float]:
    """Run a process that prints one JSON object; give it and the seconds it took; raises RuntimeError."""
    begun = time.perf_counter()
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no reason given"])[-1])
    return json.loads(done.stdout), seconds


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers."""

    address: str
    home: Path
    ready_s: float
    """From starting the process to its first answer."""
    pid: int

    def get(self, path: str) -> Any:
        """Give the JSON at a path."""
        return _ask(urllib.request.Request(self.address + path))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Give what a path answers to a JSON body."""
        headers = {"Content-Type": "application/json"}
        return _ask(urllib.request.Request(self.address + path, json.dumps(body).encode(), headers))


@contextlib.contextmanager
def server(environment: dict[str, str]) -> Iterator[Served]:
    """Start `snntrainer3d serve` on a free port; it ends with the block."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command("serve", "--port", "0", "--no-browser"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if "http" not in line:
            raise RuntimeError("the server did not start")
        address = line[line.index("http") :].strip()
        _wait_healthy(address, begun + START_S)
        yield Served(address, Path(environment["SNNTRAINER3D_HOME"]), time.perf_counter() - begun, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _wait_healthy(address: str, until: float) -> None:
    while True:
        with contextlib.suppress(OSError):
            if _ask(urllib.request.Request(address + "/api/health"))["status"] == "ok":
                return
        if time.perf_counter() > until:
            raise RuntimeError("the server did not answer")
        time.sleep(POLL_S)


def _ask(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())
