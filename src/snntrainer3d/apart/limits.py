"""Limits that a process sets itself before it reads what may be damaged or hostile."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from contextlib import suppress
from pathlib import Path

_FIRST = "900"


def limit_process(most_bytes: int, most_s: int) -> None:
    """Take no more memory than now and these bytes, and no more time of a processor; Windows has no such limits."""
    try:
        import resource
    except ImportError:
        return
    _limit(resource.RLIMIT_CPU, most_s, most_s + 1)  # at the first the process is told, SIGXCPU, at the second killed
    with suppress(OSError):  # The kernel takes this process before the one that waits for it
        Path("/proc/self/oom_score_adj").write_text(_FIRST, encoding="ascii")
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:  # Not Linux: what is taken already is not told, and such a limit is not kept
        return
    limit = pages * os.sysconf("SC_PAGE_SIZE") + most_bytes
    _limit(resource.RLIMIT_AS, limit, limit)


def _limit(what: int, soft: int, hard: int) -> None:
    """Set a limit, no higher than the one that this process was started with."""
    import resource

    _, given = resource.getrlimit(what)
    most = hard if given == resource.RLIM_INFINITY else min(hard, given)
    resource.setrlimit(what, (min(soft, most), most))


def end_with_parent(folder: Path) -> None:
    """End this process and those that it started once whoever holds its standard input is gone; its folder goes too."""

    def watch() -> None:
        while os.read(0, 1):  # no buffered file, whose lock would stop the interpreter at its end
            pass
        shutil.rmtree(folder, ignore_errors=True)
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
