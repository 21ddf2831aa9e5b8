"""The room for people's own scripts: `watch(module)` shows a network in somebody's own training loop."""

from snntrainer3d.notebook.watch import Watcher, watch

__all__ = ["Watcher", "watch"]
