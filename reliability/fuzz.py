"""Made-up inputs for everything that reads: the API by its description, our readers guided by what code they reach."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reliability.interface import ask_everything
from reliability.readers import READERS

LIMIT_S = 1800
API = "API"
GUIDED = Path(__file__).parent / "guided.py"
_MOST = re.compile(r"rss: (\d+)Mb")
_COVERED = re.compile(r"cov: (\d+)")


def fuzz(home: Path, each: int, asked: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Give `each` inputs to every reader and `asked` to the API; give the figures, faults included."""
    begun = time.monotonic()
    readers = {name: _guided(name, each, home / str(at), tell) for at, name in enumerate(READERS)}
    api = _asked(home / "api", asked, tell)
    return {
        "readers": readers,
        "api": api,
        "inputs": api["requests"] + sum(found["inputs"] for found in readers.values()),
        "seconds": round(time.monotonic() - begun),
    }


def _asked(home: Path, asked: int, tell: Callable[[str], None]) -> dict[str, Any]:
    by_operation, faults = ask_everything(home, asked)
    tell(f"{API}: {by_operation.total():,} requests, {len(faults)} faults")
    return {"requests": by_operation.total(), "operations": len(by_operation), "faults": faults}


def again(
    found: dict[str, Any], names: list[str], each: int, asked: int, home: Path, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Give earlier figures with some readers, or the API, fuzzed again, as after a fault was mended."""
    anew = {name: _guided(name, each, home / str(at), tell) for at, name in enumerate(names) if name != API}
    readers = {name: one for name, one in {**found["readers"], **anew}.items() if name in READERS}
    api = _asked(home / "api", asked, tell) if API in names else found["api"]
    return {
        **found,
        "readers": readers,
        "api": api,
        "inputs": api["requests"] + sum(one["inputs"] for one in readers.values()),
    }


def _guided(name: str, inputs: int, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    if importlib.util.find_spec("atheris") is None:
        tell(f"{name}: left out, atheris is not installed (Linux on x86-64 only)")
        return {"inputs": 0, "covered": 0, "memory_mb": 0, "faults": []}
    inputs = max(1, round(inputs * READERS[name].share))
    command = [sys.executable, "-W", "ignore", str(GUIDED), name, str(inputs), str(folder)]
    environment = {
        **os.environ,
        "PYTHONPATH": str(GUIDED.parents[1]),
        "SNNTRAINER3D_HOME": str(folder / "home"),
        "PYTHONUNBUFFERED": "1",
    }
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False, env=environment)
    told = done.stdout + done.stderr
    faults = [] if done.returncode == 0 else [_trace(told)]
    found = {
        "inputs": inputs if not faults else _done(told),
        "covered": max(map(int, _COVERED.findall(told)), default=0),
        "memory_mb": max(map(int, _MOST.findall(told)), default=0),
        "faults": faults,
    }
    tell(f"{name}: {found['inputs']:,} inputs, {found['covered']} edges, {found['memory_mb']} MB, {len(faults)} faults")
    for fault in faults:
        tell(fault)
    return found


def _trace(told: str) -> str:
    """Give the exception and where it came from, else the end of what the fuzzer said."""
    found = re.search(r"=== Uncaught Python exception: ===\n(.*?)\n==", told, re.DOTALL)
    return (found[1] if found else told)[-2000:]


def _done(told: str) -> int:
    """Give how many inputs were tried before one failed."""
    return max(map(int, re.findall(r"^#(\d+)\t", told, re.MULTILINE)), default=0)
