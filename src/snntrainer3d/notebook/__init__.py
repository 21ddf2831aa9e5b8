"""The room for people's own scripts: `watch(module)` shows their training loop, `View` a network in a notebook."""

from typing import TYPE_CHECKING, Any

from snntrainer3d.notebook.watch import Watcher, watch

if TYPE_CHECKING:
    from snntrainer3d.notebook.view import View

__all__ = ["View", "Watcher", "watch"]


def __getattr__(name: str) -> Any:
    """Import what needs anywidget only when it is asked for."""
    if name == "View":
        from snntrainer3d.notebook.view import View

        return View
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
