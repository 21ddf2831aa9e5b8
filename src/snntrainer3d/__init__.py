"""Design, train and see spiking neural networks."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snntrainer3d.engine.fuse import fuse
    from snntrainer3d.notebook.benching import firing_curve, neuron_bench, respond
    from snntrainer3d.notebook.scripting import Run, compare, design, evaluate, neuron, open_run, train
    from snntrainer3d.notebook.taking_home import Exported, export
    from snntrainer3d.notebook.view import View
    from snntrainer3d.notebook.watching import watch

# Before torch is imported: threads that wait for each other spin, by default so long that on busy cores an update takes
# ten times as long (measured, docs/performance.md).
os.environ.setdefault("GOMP_SPINCOUNT", "5000")

__version__ = "0.1.0"
__all__ = [
    "Exported",
    "Run",
    "View",
    "__version__",
    "compare",
    "design",
    "evaluate",
    "export",
    "firing_curve",
    "fuse",
    "neuron",
    "neuron_bench",
    "open_run",
    "respond",
    "train",
    "watch",
]


def __dir__() -> list[str]:
    """Return what there is to use, also before it is imported."""
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    """Import what is asked for by name only then: most of it needs torch."""
    if name == "fuse":
        from snntrainer3d.engine.fuse import fuse

        return fuse
    if name in __all__:
        return getattr(import_module("snntrainer3d.notebook"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
