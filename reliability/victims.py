"""A real server and its jobs as processes that can be killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil

PATIENCE_S = 400.0
_LOOK_S = 0.05


class Server:
    """`snntrainer3d serve` on a home, started and killed as often as one likes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = ""
        self._process: subprocess.Popen[str] | None = None
        self._client: httpx.Client | None = None

    def start(self) -> None:
        """Start it where it does not run, and wait until it answers."""
        if self._process is not None:
            return
        command = [sys.executable, "-m", "snntrainer3d", "serve", "--no-browser", "--port", "0"]
        environment = {**os.environ, "SNNTRAINER3D_HOME": str(self.home), "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        try:
            line = self._process.stdout.readline()
            if not line.startswith("Open "):
                raise RuntimeError(f"the server did not start: {line!r}")
        except BaseException:
            self.kill()
            raise
        self.url = line.split()[1]
        self._client = httpx.Client(base_url=self.url, timeout=PATIENCE_S)

    @property
    def pid(self) -> int:
        """Give its process number."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        if self._client is not None:
            self._client.close()
        self._process = self._client = None

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """Give the answer's JSON; raises RuntimeError with the body of a refusal."""
        assert self._client is not None
        answer = self._client.request(method, f"/api{path}", **body)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def until(self, run: str, *statuses: str, update: int = 0) -> dict[str, Any]:
        """Wait until a run has one of the statuses and made `update` updates; give its row."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            found: dict[str, Any] = self.ask("GET", f"/runs/{run}")
            done = (found["progress"] or {}).get("update", 0)
            if found["status"] in statuses and done >= update:
                return found
            if time.monotonic() > give_up or found["status"] == "failed":
                raise RuntimeError(
                    f"run {run} is {found['status']} at update {done}: {found['error']} {found['last_words']}"
                )
            time.sleep(_LOOK_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in jobs_of(self.home):
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.kill()


def jobs_of(home: Path, run: str = "") -> list[psutil.Process]:
    """Give the processes of a home's jobs that live, or of one run."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            command = process.cmdline()
            if "snntrainer3d.jobs.child" in command and str(home / "runs" / run) in command[-1]:
                found.append(process)
    return found


def kill_job(home: Path, run: str) -> bool:
    """Kill a run's process; tell whether there was one."""
    found = jobs_of(home, run)
    for process in found:
        with contextlib.suppress(psutil.Error):
            os.kill(process.pid, signal.SIGKILL)
    return bool(found)
