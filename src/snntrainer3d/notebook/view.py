"""`View(run_or_module)`: the 3D view inside Jupyter, as an anywidget; nothing is fetched from anywhere.

The script is the page's own `view3d`, built into this package. Document and weights travel over the notebook's line,
the weights as the binary frame that the page gets too.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import nn

from snntrainer3d.data import describe
from snntrainer3d.errors import FailureError, InputError, NotFoundError
from snntrainer3d.frames import Frame, encode_frame, make_frame
from snntrainer3d.notebook.chain import chain_of
from snntrainer3d.notebook.updates import on_update
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import RunSpec, TrainedNetwork, Training

try:
    import anywidget
    import traitlets
except ImportError:
    raise FailureError("View needs anywidget.", hint="pip install 'snntrainer3d[notebook]'") from None

SCRIPT = Path(__file__).resolve().parent.parent / "static" / "published" / "view.js"
PERIOD_S = 0.25
SHARE = 0.02
"""Share of the time that showing may take: a large network is shown less often."""


class View(anywidget.AnyWidget):
    """A network in 3D: turn it, zoom, point at a neuron.

    Shown are a run (its id or name), a trained network, or a module of one's own, which is followed while an optimizer
    changes it; `refresh()` shows it as it is now. A module must be what `watch` takes.

    Args:
        shown: what to show.
        height: of the picture, in pixels.
        home: folder of the runs; where the server looks by default.

    Raises:
        NotFoundError: there is no such run.
        MismatchError: the module is no chain of nn.Linear layers and snnTorch neurons.
        FailureError: the script of the view was not built.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    """The run's document."""
    class_names = traitlets.List().tag(sync=True)
    frame = traitlets.Bytes().tag(sync=True)
    """The newest weights as a weight frame."""
    height = traitlets.Int(420).tag(sync=True)
    theme = traitlets.Enum(["dark", "light"], "dark").tag(sync=True)
    palette = traitlets.Enum(["green-red", "blue-orange"], "green-red").tag(sync=True)

    def __init__(
        self, shown: str | TrainedNetwork | nn.Module, *, height: int = 420, home: Path | str | None = None
    ) -> None:
        spec, self._read = _source(shown, Path(home) if home is not None else None)
        self._before: Frame | None = None
        self._due = 0.0
        super().__init__(
            _esm=_script(),
            spec=spec.model_dump(mode="json"),
            class_names=_class_names(spec.training.dataset),
            height=height,
        )
        self.refresh()
        if isinstance(shown, nn.Module):
            weak = weakref.WeakMethod(self._updated)
            end = on_update(shown, lambda: (told := weak()) and told())
            weakref.finalize(self, end)

    def refresh(self) -> None:
        """Show the weights as they are now."""
        trained = self._read()
        matrices = [trained.tensors[one.tensor].reshape(one.rows, one.columns) for one in trained.network.connections()]
        sequence = self._before.sequence + 1 if self._before else 0
        self._before = make_frame("view", sequence, 0, 0, matrices, before=self._before)
        self.frame = encode_frame(self._before)

    def _updated(self) -> None:
        now = time.monotonic()
        if now < self._due:
            return
        self.refresh()
        self._due = now + max(PERIOD_S, (time.monotonic() - now) / SHARE)


def _source(shown: Any, home: Path | None) -> tuple[RunSpec, Callable[[], TrainedNetwork]]:
    """Give the document of what is shown, and what reads its weights."""
    if isinstance(shown, nn.Module):
        chain = chain_of(shown)
        training = Training(dataset=chain.dataset)
        return RunSpec(network=chain.network, training=training), lambda: chain.trained(training)
    if isinstance(shown, TrainedNetwork):
        return RunSpec(network=shown.network, training=shown.training or Training()), lambda: shown
    if not isinstance(shown, str):
        raise InputError(
            f"View got {type(shown).__name__}, expected a run, a trained network or a module.", path="shown"
        )
    with RunStore(home) as store:
        spec = store.get(store.find(shown)).spec
    return spec, lambda: _trained(shown, home)


def _trained(run: str, home: Path | None) -> TrainedNetwork:
    with RunStore(home) as store:
        return store.trained(store.find(run))


def _class_names(dataset: str) -> list[str]:
    try:
        return list(describe(dataset).class_names)
    except NotFoundError:
        return []


def _script() -> str:
    try:
        return SCRIPT.read_text(encoding="utf-8")
    except OSError:
        raise FailureError(
            "The script of the view is not built in this installation.",
            hint="`make page` builds it (node 20 or newer); a wheel has it inside.",
        ) from None
