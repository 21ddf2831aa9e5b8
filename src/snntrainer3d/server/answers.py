"""Answers that many ask for at once: each made once for all who may take it, and none older than its asking."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

KEPT = 64
KEPT_BYTES = 32_000_000
"""The answer of a thousand runs has half a megabyte."""


class _Answer:
    """One answer, and the turn of those who ask for it."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.began = -1
        """When its making began, by the count of `Answers`."""
        self.version: object = None
        """What was known then; None while there is no answer."""
        self.content = b""


class Answers:
    """Keeps the lately asked answers; of a hundred clients that ask the same, one has it made and all get it.

    Who asks may take an answer that knows all that was written before they asked: one whose making began after that,
    or before it with nothing written in between. So clients share answers however often something is written.
    """

    def __init__(self, version: Callable[[], object]) -> None:
        """Take what gives another value whenever something was written."""
        self._version = version
        self._known: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._turn = threading.Lock()
        self._count = itertools.count()

    def give(self, question: Hashable, make: Callable[[], Any]) -> Response:
        """Give the answer to a question, made of what `make` gives; its errors reach whoever asks."""
        asked = next(self._count)
        version = self._version()
        known = self._find(question)
        with known.turn:
            if known.version is None or (known.began < asked and known.version != version):
                self._make(known, make)
            return Response(known.content, media_type="application/json")

    def _make(self, known: _Answer, make: Callable[[], Any]) -> None:
        known.version, known.content = None, b""
        began = next(self._count)
        # Asked before making: what is written meanwhile makes the answer old, not wrong for ever.
        version = self._version()
        known.content = bytes(JSONResponse(make()).body)
        known.began, known.version = began, version
        self._forget(version)

    def _find(self, question: Hashable) -> _Answer:
        with self._turn:
            found = self._known.setdefault(question, _Answer())
            self._known.move_to_end(question)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            return found

    def _forget(self, version: object) -> None:
        """Let go of what nobody who asks from now on can take, then of the longest unasked while there is too much."""
        with self._turn:
            for question, known in list(self._known.items()):
                if known.version is not None and known.version != version:
                    del self._known[question]
            kept = sum(len(known.content) for known in self._known.values())
            while self._known and kept > KEPT_BYTES:
                kept -= len(self._known.popitem(last=False)[1].content)
