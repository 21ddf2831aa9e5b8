"""Whether the kernel ended a process because memory ran out: it counts what it kills, and says so to nobody else."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUP = Path("/proc/self/cgroup")
_MACHINE = Path("/proc/vmstat")
_ADJUSTMENT = Path("/proc/self/oom_score_adj")
_FIRST = "500"


def memory_kills() -> int | None:
    """Give how many processes the kernel has ended for want of memory, in our group or on the machine; None: unknown.

    Linux only. A group (a container, a service) has a limit and a count of its own.
    """
    for counts in (*_group_files(), _MACHINE):
        with suppress(OSError, ValueError, IndexError):
            for line in counts.read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return None


def go_first() -> None:
    """Let the kernel take this process before its server, where memory runs out."""
    with suppress(OSError):
        _ADJUSTMENT.write_text(_FIRST)


def _group_files() -> list[Path]:
    with suppress(OSError):
        for line in _OWN_GROUP.read_text().splitlines():
            if line.startswith("0::"):
                return [_GROUPS / line[3:].lstrip("/") / "memory.events"]
    return []
