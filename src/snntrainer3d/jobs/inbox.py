"""What the worker is asked for, in the order in which it should be done."""

from __future__ import annotations

import threading
from collections import deque

from snntrainer3d.jobs.pipe import Message


class Inbox:
    """Requests that wait, first come first served; the newest of a lane supersedes older ones of it that still wait.

    A stroke of a drawing asks many times a second: what waits is out of date as soon as the next one comes.
    """

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._changed = threading.Condition()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Tell whether nobody asks any more."""
        return self._closed

    def close(self) -> None:
        """Wake who waits: nothing more will come."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def put(self, request: Message) -> list[Message]:
        """Add a request; give those that it supersedes, which will not be taken any more."""
        lane = request.header.get("lane")
        with self._changed:
            old = [waiting for waiting in self._waiting if lane and waiting.header.get("lane") == lane]
            for message in old:
                self._waiting.remove(message)
            self._waiting.append(request)
            self._changed.notify()
        return old

    def take(self, *, wait: bool) -> Message | None:
        """Give the next request; where there is none wait for it, or give None. None too once closed."""
        with self._changed:
            while wait and not self._waiting and not self._closed:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting else None
