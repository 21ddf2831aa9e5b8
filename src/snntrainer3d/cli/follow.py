"""A training told on stderr while it goes on: a bar where there is a terminal, one line per epoch elsewhere."""

from __future__ import annotations

import time
from threading import Timer
from types import TracebackType

from snntrainer3d.cli.bar import Bar
from snntrainer3d.cli.output import percent
from snntrainer3d.events import EpochDone, Event, Notice, Phase, Prepared, Update

LINE_PERIOD_S = 1.0
SILENCE_S = 2.0
"""Kernels that lie on the disk are ready sooner; there is nothing to tell then."""


class Follower(Bar):
    """Takes the events of one run."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._epochs = epochs
        self._told = -LINE_PERIOD_S
        self._preparing: Timer | None = None

    def take(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, Notice):
            self.line(f"{event.level.capitalize()}: {event.text}")
        elif isinstance(event, EpochDone) and self._is_time(event):
            self.line(_epoch(event, self._epochs))
        else:
            self._advance(event)

    def _advance(self, event: Event) -> None:
        if isinstance(event, Phase):
            self._tell_preparing(event.phase == "preparing kernels")
            self.update(description=event.text or event.phase)
        elif isinstance(event, Prepared):
            self._tell_preparing(False)
            self.update(total=event.total_updates, completed=event.first_update)
        elif isinstance(event, Update):
            said = f"loss {_loss(event.loss)}, {percent(event.accuracy)}, {event.samples_per_second:,.0f} samples/s"
            self.update(completed=event.update, said=said, description=f"epoch {event.epoch}/{self._epochs}")

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tell_preparing(False)
        super().__exit__(kind, value, trace)

    def _tell_preparing(self, begun: bool) -> None:
        """Say once, where no bar says it, why nothing happens for so long."""
        if begun and self._preparing is None and not self.is_shown:
            self._preparing = Timer(SILENCE_S, self.line, ["Preparing kernels (once on this machine, some seconds) …"])
            self._preparing.daemon = True
            self._preparing.start()
        elif not begun and self._preparing is not None:
            self._preparing.cancel()

    def _is_time(self, event: EpochDone) -> bool:
        """Tell whether an epoch gets its line: short ones would flood the screen, so one a second, and the last."""
        now = time.monotonic()
        if event.epoch < self._epochs and now - self._told < LINE_PERIOD_S:
            return False
        self._told = now
        return True


def _epoch(event: EpochDone, epochs: int) -> str:
    text = f"Epoch {event.epoch}/{epochs}: loss {_loss(event.train_loss)}, training {percent(event.train_accuracy)}"
    if event.validation_accuracy is not None:
        text += f", validation {percent(event.validation_accuracy)}"
    return f"{text}, {event.seconds:.2f} s"


def _loss(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.4g}"
