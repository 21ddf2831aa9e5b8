"""`watch(module)`: a snnTorch network in somebody's own training loop, shown live on the page.

It becomes a run like any other: its weights in the live frame, its loss and spike rates in the record. The page of a
server with the same home shows it; nothing is sent anywhere.

How it sees what it shows: an optimizer step of the module's parameters is an update, by torch's own hook; the loss is
the scalar whose `backward()` is called; rates come from forward hooks of the neurons, a few times a second only.
"""

from __future__ import annotations

import atexit
import json
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch
from torch import Tensor, nn

from snntrainer3d.events import Cancelled, Finished, StateChanged, Update
from snntrainer3d.exports import to_safetensors
from snntrainer3d.frames import Frame, encode_frame, frame_bytes, make_frame
from snntrainer3d.notebook.chain import Chain, chain_of, refuse_unlike
from snntrainer3d.notebook.updates import on_update
from snntrainer3d.runs import LiveFrameWriter, RecordWriter, RunStore, SnapshotWriter
from snntrainer3d.spec import RunSpec, Training, cost_of
from snntrainer3d.storage import write_atomically

PERIOD_S = 0.25
SHARE = 0.02
"""Share of the time that showing may take: a large network is shown less often."""
SNAPSHOTS = 100
SPACING = 1.15
"""Each snapshot comes at an update that much later than the one before: a hundred reach a million updates."""


def watch(module: nn.Module, name: str = "", *, home: Path | str | None = None) -> Watcher:
    """Show a network while it is trained; the training loop stays as it is.

    The run ends with `close()`, with the block where it is used in `with`, or with the process.

    Args:
        module: nn.Linear layers and snnTorch neurons in turn, however nested, each of which hands on what it gives.
        name: what the run is called.
        home: folder of the runs; where the server looks by default.

    Raises:
        MismatchError: the module is no such chain, or its forward computes something else; with the layer that shows
            it. A forward that takes more than samples is seen, and refused, when it runs first.
        StorageError: the home is not writable.
    """
    return Watcher(module, chain_of(module), name, Path(home) if home is not None else None)


class Watcher:
    """One network that is watched. `run` is the id of its run."""

    def __init__(self, module: nn.Module, chain: Chain, name: str, home: Path | None) -> None:
        self._chain = chain
        self._spec = RunSpec(network=chain.network, training=Training(dataset=chain.dataset, name=name))
        self._store = RunStore(home)
        self._open = ExitStack()
        self._open.callback(self._store.close)
        row = self._store.create(self._spec, launcher="watch")
        self.run = row.id
        self._folder = self._store.folder(row.id)
        self._open.enter_context(self._folder.hold())
        self._record = self._open.enter_context(RecordWriter(self._folder.events))
        size = frame_bytes(chain.network.weight_shapes())
        self._live, self._snapshots = (
            LiveFrameWriter(self._folder.frame, size),
            SnapshotWriter(self._folder.snapshots, size),
        )
        self._open.callback(self._live.close)
        self._open.callback(self._snapshots.close)
        self._updates = self._seen = self._samples = self._taken = 0
        self._next_snapshot = 1
        self._frame: Frame | None = None
        self._losses: list[Tensor] = []
        self._accuracy: float | None = None
        self._fired: list[list[Tensor]] = [[] for _ in chain.neurons]
        self._since = self._due = time.monotonic()
        self._each_s = 0.0
        self._listening = True
        self._ran = False
        self._heard = False
        """Whether what the neurons fired is of a forward pass that is over."""
        self._ended = False
        self._attach(module)
        self._record.write(StateChanged(state="running"))
        self._show()
        atexit.register(self._at_exit)

    def log(self, *, accuracy: float) -> None:
        """Tell the accuracy of what was trained on lately, which cannot be seen from outside; a share 0–1."""
        self._accuracy = float(accuracy)

    def close(self, *, finished: bool = True) -> None:
        """End the run: its weights are kept, and the module is left as it was."""
        if self._ended:
            return
        self._ended = True
        atexit.unregister(self._at_exit)
        try:
            if self._updates > self._seen:
                self._tell()
            self._show()
            self._finish(finished)
        finally:
            self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(finished=kind is None)

    def _at_exit(self) -> None:
        self.close()

    def _attach(self, module: nn.Module) -> None:
        if not self._chain.seen:
            self._open.callback(refuse_unlike(self._chain))
        self._open.callback(on_update(module, self._updated))
        for index, neuron in enumerate(self._chain.neurons):
            hook = neuron.register_forward_hook(lambda _module, _inputs, output, at=index: self._fire(at, output))
            self._open.callback(hook.remove)
        _LISTENERS.append(self)
        self._open.callback(_LISTENERS.remove, self)
        _listen_to_backward()

    def _fire(self, layer: int, output: Any) -> None:
        self._ran = True
        if not self._listening:
            return
        if self._heard:
            self._heard = False
            for fired in self._fired:
                fired.clear()
        spikes = output[0] if isinstance(output, tuple) else output
        if layer == 0:
            self._samples = max(self._samples, spikes.shape[0] if spikes.ndim > 1 else 1)
        # What a gradient is taken of is kept by torch anyway; of a test of many batches only the means are.
        self._fired[layer].append(spikes.detach() if torch.is_grad_enabled() else spikes.detach().mean())

    def lost(self, loss: Tensor) -> None:
        """Take note of a scalar whose backward was called, where this network ran since the last one."""
        if self._ran:
            self._ran, self._heard = False, True
            self._losses.append(loss.detach())

    def _updated(self) -> None:
        self._updates += 1
        now = time.monotonic()
        if now >= self._due:
            self._tell()
            self._show()
            spent = time.monotonic() - now
            self._due = now + max(PERIOD_S, spent / SHARE)
        # Rates are those of the last update before they are told: sums at every step would cost more than 5 %.
        self._listening = time.monotonic() + 2 * self._each_s >= self._due
        self._heard = True

    def _tell(self) -> None:
        now = time.monotonic()
        done = self._updates - self._seen
        self._each_s = (now - self._since) / max(1, done)
        losses = [float(loss) for loss in self._losses if loss.numel() == 1]
        mean = sum(losses) / len(losses) if losses else None
        finite = mean is not None and abs(mean) < float("inf")
        self._record.write(
            Update(
                update=self._updates,
                epoch=1,
                loss=mean if finite else None,
                accuracy=self._accuracy if abs(self._accuracy or 0.0) < float("inf") else None,
                learning_rate=0.0,
                samples_per_second=self._samples * done / max(now - self._since, 1e-9),
                rates=[_rate(fired) for fired in self._fired],
            )
        )
        self._losses.clear()
        self._seen, self._since = self._updates, now

    def _show(self) -> None:
        self._frame = self._make([_rate(fired) for fired in self._fired])
        self._live.write(encode_frame(self._frame))
        if self._updates >= self._next_snapshot - 1 and self._taken < SNAPSHOTS:
            self._snapshots.write(self._taken, self._frame)
            self._taken += 1
            self._next_snapshot = max(self._updates + 2, int((self._updates + 1) * SPACING))

    def _make(self, rates: list[float]) -> Frame:
        weights = [layer.weight.detach().to("cpu", torch.float32).numpy() for layer in self._chain.connections]
        before = self._frame
        return make_frame(self.run, (before.sequence if before else 0) + 1, self._updates, 1, weights, rates, before)

    def _finish(self, finished: bool) -> None:
        trained = self._chain.trained(self._spec.training)
        write_atomically(self._folder.weights, to_safetensors(trained))
        results = _results(self._spec, self._updates)
        write_atomically(self._folder.results, json.dumps(results) + "\n")
        self._record.write(Finished(results=results) if finished else Cancelled())
        self._record.sync()
        self._store.sync(self.run)


_LISTENERS: list[Watcher] = []


def _listen_to_backward() -> None:
    """Wrap `Tensor.backward` once: torch has no hook that is told the value whose gradient is taken."""
    usual = Tensor.backward
    if getattr(usual, "listens", False):
        return

    def backward(self: Tensor, *arguments: Any, **named: Any) -> Any:
        for watcher in _LISTENERS:
            watcher.lost(self)
        return usual(self, *arguments, **named)

    backward.listens = True  # type: ignore[attr-defined]
    Tensor.backward = backward


def _rate(fired: list[Tensor]) -> float:
    """Give spikes per neuron, sample and step; 0 where nothing was heard."""
    if not fired:
        return 0.0
    same = all(spikes.shape == fired[0].shape for spikes in fired)
    return float(torch.stack(fired).mean() if same else torch.stack([spikes.mean() for spikes in fired]).mean())


def _results(spec: RunSpec, updates: int) -> dict[str, Any]:
    cost = cost_of(spec.network, spec.training.num_steps)
    return {
        "test": None, "validation": None, "parameters": cost.parameters, "flops": cost.flops,
        "flops_all_steps": cost.flops_all_steps, "updates": updates, "epochs": 0, "rates": [],
    }  # fmt: skip
