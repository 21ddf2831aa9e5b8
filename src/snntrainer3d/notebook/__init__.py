"""The room for people's own scripts: design, train, evaluate, compare, export; `watch` a loop of one's own; `View`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snntrainer3d.notebook.benching import firing_curve, neuron_bench, respond
    from snntrainer3d.notebook.scripting import Run, compare, design, evaluate, neuron, open_run, train
    from snntrainer3d.notebook.taking_home import Exported, export
    from snntrainer3d.notebook.view import View
    from snntrainer3d.notebook.watching import Watcher, watch

_AT = {
    **dict.fromkeys(("firing_curve", "neuron_bench", "respond"), "benching"),
    **dict.fromkeys(("Run", "compare", "design", "evaluate", "neuron", "open_run", "train"), "scripting"),
    **dict.fromkeys(("Exported", "export"), "taking_home"),
    "View": "view",
    **dict.fromkeys(("Watcher", "watch"), "watching"),
}
"""Name → its module, imported only when it is asked for: some need torch, one needs anywidget."""

__all__ = [
    "Exported",
    "Run",
    "View",
    "Watcher",
    "compare",
    "design",
    "evaluate",
    "export",
    "firing_curve",
    "neuron",
    "neuron_bench",
    "open_run",
    "respond",
    "train",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name not in _AT:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_AT[name]}"), name)
