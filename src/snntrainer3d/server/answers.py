"""Answers that many ask for at once: each made once, as long as nothing was written that it was made of."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

KEPT = 64
"""Answers; that of a thousand runs has half a megabyte."""


class _Answer:
    """One answer, and the turn of those who ask for it."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.version: object = None
        self.content = b""


class Answers:
    """Keeps the lately asked answers; of a hundred clients that ask the same, one has it made and all get it."""

    def __init__(self, version: Callable[[], object]) -> None:
        """Take what gives another value whenever something was written."""
        self._version = version
        self._known: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._turn = threading.Lock()

    def give(self, question: Hashable, make: Callable[[], Any]) -> Response:
        """Give the answer to a question, made of what `make` gives; its errors reach whoever asks."""
        known = self._find(question)
        with known.turn:
            # Asked before making: what is written meanwhile makes the answer old, not wrong for ever.
            version = self._version()
            if known.version is None or known.version != version:
                known.content = bytes(JSONResponse(make()).body)
                known.version = version
            return Response(known.content, media_type="application/json")

    def _find(self, question: Hashable) -> _Answer:
        with self._turn:
            found = self._known.setdefault(question, _Answer())
            self._known.move_to_end(question)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            return found
