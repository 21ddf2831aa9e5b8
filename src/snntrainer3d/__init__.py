"""Design, train and see spiking neural networks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snntrainer3d.engine.fuse import fuse
    from snntrainer3d.notebook.view import View
    from snntrainer3d.notebook.watch import watch

# Before torch is imported: threads that wait for each other spin, by default so long that on busy cores an update takes
# ten times as long (measured, docs/performance.md).
os.environ.setdefault("GOMP_SPINCOUNT", "5000")

__version__ = "0.1.0"
__all__ = ["View", "__version__", "fuse", "watch"]


def __getattr__(name: str) -> Any:
    """Import what needs torch only when it is asked for."""
    if name == "fuse":
        from snntrainer3d.engine.fuse import fuse

        return fuse
    if name == "View":
        from snntrainer3d.notebook import View

        return View
    if name == "watch":
        from snntrainer3d.notebook import watch

        return watch
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
