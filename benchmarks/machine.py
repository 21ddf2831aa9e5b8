"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("snntrainer3d", "torch", "snntorch", "numba", "numpy")
_INSTRUCTIONS = ("avx512f", "avx2", "avx", "neon", "asimd")


def describe() -> dict[str, Any]:
    """Give processor, cores, memory, system, versions, load and date."""
    return {
        "processor": _processor(),
        "instructions": next((name for name in _INSTRUCTIONS if name in _cpuinfo("flags", "Features").split()), ""),
        "cores": cores(),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def cores() -> int:
    """Give the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    name = _cpuinfo("model name")
    family, model = _cpuinfo("cpu family"), _cpuinfo("model")
    detail = f" (family {family}, model {model})" if family and model else ""
    return f"{name}{detail}" if name else platform.processor() or platform.machine()


def _cpuinfo(*names: str) -> str:
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return ""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        field, _, value = line.partition(":")
        if field.strip() in names:
            return value.strip()
    return ""


def _memory_gib() -> float | None:
    if sys.platform == "win32":
        return None
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
