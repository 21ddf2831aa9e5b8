"""Processes that Ctrl-C reaches also where the tests are run with it ignored, as by `nohup` or a shell's `&`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[None]:
    """Have processes that are started in this block begin with what SIGINT does by default."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
