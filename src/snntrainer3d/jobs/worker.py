"""The warm process that computes for the server: `python -m snntrainer3d.jobs.worker`.

It reads requests from stdin and writes answers to stdout as pipe.py frames them; whatever else prints goes to stderr.
It ends with its stdin: a server that dies in whatever way leaves no orphan.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Generator
from typing import BinaryIO

from snntrainer3d.errors import ConflictError, Snntrainer3dError, as_ours
from snntrainer3d.jobs.inbox import Inbox
from snntrainer3d.jobs.pipe import Message, read_message, write_message
from snntrainer3d.jobs.tasks import Tasks

LAST_PORTION_S = 5.0
"""How long what is being computed may go on once nobody asks any more."""
LongWork = tuple[Message, Generator[None, None, bytes]]


class Worker:
    """Does requests one after the other; long work in portions, between which others have their turn."""

    def __init__(self, asked: BinaryIO, answers: BinaryIO, tasks: Tasks | None = None) -> None:
        self._asked, self._answers = asked, answers
        self._tasks = tasks or Tasks()
        self._inbox = Inbox()
        self._long: deque[LongWork] = deque()
        self._turn = threading.Lock()

    def serve(self) -> None:
        """Work until nobody asks any more."""
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        while not self._inbox.closed:
            request = self._inbox.take(wait=not self._long)
            if request is not None:
                self._begin(request)
            elif self._long:
                self._go_on()

    def _read(self) -> None:
        while (request := read_message(self._asked)) is not None:
            for old in self._inbox.put(request):
                self._fail(old, ConflictError("A newer request of the same page took this one's place."))
        self._inbox.close()
        time.sleep(LAST_PORTION_S)
        os._exit(0)

    def _begin(self, request: Message) -> None:
        try:
            answer = self._tasks.do(request)
        except Exception as error:
            self._fail(request, error)
            return
        if isinstance(answer, bytes):
            self._answer(request, answer)
        else:
            self._long.append((request, answer))

    def _go_on(self) -> None:
        request, work = self._long[0]
        try:
            next(work)
        except StopIteration as done:
            self._long.popleft()
            self._answer(request, done.value)
        except Exception as error:
            self._long.popleft()
            self._fail(request, error)

    def _answer(self, request: Message, document: bytes) -> None:
        self._send(Message({"id": request.header["id"]}, document))

    def _fail(self, request: Message, error: Exception) -> None:
        if not isinstance(error, Snntrainer3dError):
            traceback.print_exception(error)
        told = as_ours(error, "worker.log in the home folder holds the details; please report it.")
        self._send(Message({"id": request.header["id"], **told.body()}))

    def _send(self, answer: Message) -> None:
        with self._turn:
            try:
                write_message(self._answers, answer)
            except OSError:
                self._inbox.close()


def main() -> None:
    """Serve stdin and stdout."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Worker(sys.stdin.buffer, answers).serve()


if __name__ == "__main__":
    main()
