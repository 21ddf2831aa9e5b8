"""How long one waits: for help, for the server, for the kernels."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import Any

from benchmarks.served import command, home, run_json, server
from benchmarks.session import Session

_KERNELS = (
    "import json, time; begun = time.perf_counter(); import torch; torch_s = time.perf_counter() - begun; "
    "from benchmarks.ours import compile_seconds; "
    "print(json.dumps({'torch_s': torch_s, 'kernels_s': compile_seconds()}))"
)


def run(session: Session) -> dict[str, Any]:
    """Measure fresh processes; kernels come from the disk's cache, which the sections before have filled."""
    times = 3 if session.quick else 9
    with home() as environment:
        help_s = [_seconds(command("--help"), environment) for _ in range(times)]
        import_s = [_seconds([sys.executable, "-c", "import snntrainer3d"], environment) for _ in range(times)]
        ready_s = []
        for _ in range(max(times // 2, 2)):
            with server(environment) as served:
                ready_s.append(served.ready_s)
        kernels = [run_json([sys.executable, "-c", _KERNELS], environment)[0] for _ in range(2)]
    return {
        "rows": [
            _row("`snntrainer3d --help`", help_s),
            _row("`import snntrainer3d`", import_s),
            _row("`snntrainer3d serve` until `/api/health` answers", ready_s),
            _row("importing torch", [found["torch_s"] for found in kernels]),
            _row("the kernels from the cache, torch imported", [found["kernels_s"] for found in kernels]),
        ]
    }


def _seconds(arguments: list[str], environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(arguments, env=environment, capture_output=True, check=True)
    return time.perf_counter() - begun


def _row(title: str, seconds: list[float]) -> dict[str, Any]:
    return {"title": title, "min_s": min(seconds), "median_s": statistics.median(seconds), "times": len(seconds)}
