"""What helps those who look into a fault: versions, machine, counts, sizes, the log; no data, no name, no secret."""

from __future__ import annotations

import os
import platform
import re
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from snntrainer3d import __version__
from snntrainer3d.errors import Snntrainer3dError
from snntrainer3d.runs import RunStore, environment
from snntrainer3d.server.logs import last_lines

LINES = 200
_TOKEN = re.compile(r"(token=|Bearer )[^\s\"'&]+")
_LONG = re.compile(r"[A-Za-z0-9_-]{40,}")


def diagnose(home: Path, store: RunStore | None = None) -> dict[str, Any]:
    """Give a report for an issue. Folders of the person are written as ~, names of runs and data are left out."""
    return {
        "format": "snntrainer3d/diagnostics",
        "version": 1,
        "made_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "program": __version__,
        "python": platform.python_version(),
        "environment": {key: value for key, value in environment().items() if key != "commit"},
        "memory": {"total": psutil.virtual_memory().total, "available": psutil.virtual_memory().available},
        "disk": _disk(home),
        "variables": sorted(name for name in os.environ if name.startswith("SNNTRAINER3D_")),
        "runs": _runs(home, store),
        "log": [_without_secrets(line, home) for line in last_lines(home, LINES)],
    }


def _disk(home: Path) -> dict[str, int] | None:
    try:
        found = shutil.disk_usage(home)
    except OSError:
        return None
    return {"total": found.total, "free": found.free}


def _runs(home: Path, store: RunStore | None) -> dict[str, Any]:
    try:
        if store is not None:
            return _counted(store)
        with RunStore(home) as opened:
            return _counted(opened)
    except Snntrainer3dError as error:
        return {"fault": _without_secrets(str(error), home)}


def _counted(store: RunStore) -> dict[str, Any]:
    rows = store.list()
    failed = [row.id for row in rows if row.status == "failed"][:20]
    codes = Counter((store.get(run).error or {}).get("error", {}).get("code", "unknown") for run in failed)
    return {"by_status": dict(Counter(row.status for row in rows)), "lately_failed": dict(codes)}


def _without_secrets(text: str, home: Path) -> str:
    for folder, shown in ((home, "HOME-OF-RUNS"), (Path.home(), "~")):
        text = text.replace(str(folder), shown)
    return _LONG.sub("…", _TOKEN.sub(r"\1…", text))
