"""The server's side of the worker: starts it when needed, asks it, starts it anew when it died. No torch."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from pathlib import Path
from typing import Any

from snntrainer3d.apart import own_environment
from snntrainer3d.errors import JobError, StorageError, error_of, reason_of
from snntrainer3d.jobs.pipe import Message, read_message, write_message
from snntrainer3d.jobs.words import last_words

LIMIT_S = 60.0
"""For an answer, the start of the process and the first loading of a data set included."""
SURVEY_LIMIT_S = 1800.0
FAREWELL_S = 2.0


class TorchWorker:
    """The one worker of a server. Several threads may ask at once; answers come as they are ready."""

    def __init__(self, home: Path) -> None:
        """Start nothing yet. What the process prints goes to `worker.log` in `home`."""
        self._log = home / "worker.log"
        self._turn = threading.Lock()
        self._process: _Process | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Give the number of the living process, None where there is none."""
        process = self._process
        return process.pid if process is not None and process.alive else None

    def ask(self, task: str, body: bytes = b"", *, limit_s: float = LIMIT_S, **fields: Any) -> bytes:
        """Let the worker do a task of tasks.py; give the document that it answers with.

        Args:
            fields: what the task takes. Of requests with the same `lane` that still wait only the newest is done.

        Raises:
            ConflictError: a newer request of the lane took this one's place.
            JobError: the process ended, cannot be started, or took longer than `limit_s`, whereupon it is ended.
            Snntrainer3dError: whatever the task raises.
        """
        message = Message({"task": task, **fields}, body)
        process, answer = self._send(message)
        try:
            found = answer.result(limit_s)
        except FutureTimeoutError:
            process.kill()
            raise JobError(
                f"No answer came within {limit_s:g} seconds.",
                hint="The machine is busy, or the network is too large to be played; try fewer steps.",
            ) from None
        if "error" in found.header:
            raise error_of(found.header)
        return found.body

    def close(self) -> None:
        """End the process; whoever still waits is told."""
        with self._turn:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def _send(self, message: Message) -> tuple[_Process, Future[Message]]:
        # A process that died unnoticed is found when it is written to.
        for attempt in range(2):
            process = self._living()
            try:
                return process, process.send(message)
            except OSError:
                process.kill()
                if attempt:
                    raise JobError("The worker ended as soon as it was asked.", hint=process.words()) from None
        raise AssertionError("unreachable")

    def _living(self) -> _Process:
        with self._turn:
            if self._closed:
                raise JobError("The server is ending.")
            if self._process is None or not self._process.alive:
                self._process = _Process(self._log)
            return self._process


class _Process:
    """One life of the worker."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._numbers = itertools.count()
        self._waiting: dict[int, Future[Message]] = {}
        self._turn = threading.Lock()
        self._gone = False
        command = [sys.executable, "-P", "-m", "snntrainer3d.jobs.worker"]
        # One sample gives a second thread nothing to do, and training wants the cores.
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        try:
            with log.open("wb") as output:
                # A session of its own, so that the server ends it, not the Ctrl-C that ends the server.
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=output,
                    env={**own_environment(), **threads},
                    start_new_session=True,
                )
        except OSError as error:
            kind = StorageError if error.filename == str(log) else JobError
            raise kind(f"The worker cannot be started: {reason_of(error)}.") from error
        self._reader = threading.Thread(target=self._read, name="worker-answers", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        return not self._gone and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: Message) -> Future[Message]:
        """Send a request; raises OSError where the process is gone."""
        assert self._process.stdin is not None
        answer: Future[Message] = Future()
        with self._turn:
            if self._gone:
                raise BrokenPipeError
            number = next(self._numbers)
            self._waiting[number] = answer
            try:
                write_message(self._process.stdin, Message({**message.header, "id": number}, message.body))  # type: ignore[arg-type]
            except (OSError, ValueError) as error:
                del self._waiting[number]
                raise BrokenPipeError from error
        return answer

    def end(self) -> None:
        """Let it end by closing its stdin; if that takes too long, by force."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(FAREWELL_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._reader.join(FAREWELL_S)

    def kill(self) -> None:
        """End it by force."""
        self._process.kill()
        self._process.wait()

    def words(self) -> str:
        """Tell how it ended."""
        return last_words(self._log, self._process.poll())

    def _read(self) -> None:
        assert self._process.stdout is not None
        while (answer := read_message(self._process.stdout)) is not None:  # type: ignore[arg-type]
            with self._turn:
                waiting = self._waiting.pop(answer.header.get("id", -1), None)
            if waiting is not None:
                waiting.set_result(answer)
        self._take_leave()

    def _take_leave(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(FAREWELL_S)
        self._process.kill()
        self._process.wait()
        with self._turn:
            self._gone = True
            left = list(self._waiting.values())
            self._waiting.clear()
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        for waiting in left:
            waiting.set_exception(JobError("The worker ended before it answered.", hint=self.words()))
