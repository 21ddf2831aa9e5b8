"""Worker processes of a study: each a child that trains one run after the other, replaced when it dies."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from snntrainer3d.apart import own_environment
from snntrainer3d.errors import JobError, reason_of

END_PATIENCE_S = 10.0


class WorkerDiedError(Exception):
    """The process ended in the middle of a task."""


class Worker:
    """One process; started with its first task. Not for several threads at once."""

    def __init__(self, threads: int, log: Path) -> None:
        """Plan a process.

        Args:
            threads: that it may use; more than the cores together slows all of them.
            log: where what it prints is appended.
        """
        self._threads, self._log = threads, log
        self._process: subprocess.Popen[str] | None = None

    def do(self, task: dict[str, Any]) -> dict[str, Any]:
        """Do one task and give the answer.

        Raises:
            WorkerDiedError: the process ended before it answered; the next task starts another.
            JobError: no process can be started.
        """
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(task) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (BrokenPipeError, OSError):
            line = ""
        if not line:
            self.close()
            raise WorkerDiedError
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """Let the process end: its input ends, it keeps a checkpoint of what it trains, and goes."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
        try:
            process.wait(END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self) -> subprocess.Popen[str]:
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
        environment = {**own_environment(), **dict.fromkeys(names, str(self._threads))}
        command = [sys.executable, "-P", "-m", "snntrainer3d.studies.worker"]
        try:
            with self._log.open("ab") as log:
                # A session of its own: Ctrl-C is for the parent, which stops its workers in order.
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env=environment,
                    start_new_session=True,
                )
        except OSError as error:
            raise JobError(
                f"A worker cannot be started: {reason_of(error)}.",
                hint="The machine may be short of memory.",
            ) from error
        return self._process
