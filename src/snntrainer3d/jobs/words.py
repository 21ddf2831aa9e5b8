"""Last words: how a job's process ended, and what it printed before."""

from __future__ import annotations

import signal
from pathlib import Path

TAIL_BYTES = 2048


def last_words(log: Path, code: int | None, *, memory_kills: int | None = None) -> str:
    """Give one line on how a process ended (`code` None: not known), then the end of its log.

    Args:
        memory_kills: how many processes the kernel ended for want of memory while it lived; None: not known.
    """
    return f"{_how(code, memory_kills)}\n{tail(log)}".strip()


def tail(log: Path) -> str:
    """Give the end of a log, whole lines where it is longer than 2 kB."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            raw = file.read()
    except OSError:
        return ""
    if size > TAIL_BYTES:
        raw = raw.partition(b"\n")[2] or raw
    return raw.decode("utf-8", "replace").strip()


def _how(code: int | None, memory_kills: int | None) -> str:
    if code is None:
        return "Its process vanished: it was killed, or the machine was switched off."
    if code >= 0:
        return f"Its process ended with exit code {code}."
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    killed = f"Killed by signal {-code}{name}."
    if -code != getattr(signal, "SIGKILL", 9):
        return killed
    if memory_kills:
        return f"{killed} The machine ran out of memory: try a smaller batch, fewer steps or a smaller network."
    if memory_kills == 0:
        return f"{killed} Somebody or some program did it: the machine did not run out of memory."
    return f"{killed} If nobody did it, the machine ran out of memory: try a smaller batch or network."
