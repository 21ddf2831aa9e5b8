"""A training told on stderr while it goes on: a bar where there is a terminal, one line per epoch elsewhere."""

from __future__ import annotations

import time

from snntrainer3d.cli.bar import Bar
from snntrainer3d.cli.output import percent
from snntrainer3d.events import EpochDone, Event, Notice, Phase, Prepared, Update

LINE_PERIOD_S = 1.0


class Follower(Bar):
    """Takes the events of one run."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._epochs = epochs
        self._told = -LINE_PERIOD_S

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
            self.update(description=event.text or event.phase)
        elif isinstance(event, Prepared):
            self.update(total=event.total_updates, completed=event.first_update)
        elif isinstance(event, Update):
            said = f"loss {_loss(event.loss)}, {percent(event.accuracy)}, {event.samples_per_second:,.0f} samples/s"
            self.update(completed=event.update, said=said, description=f"epoch {event.epoch}/{self._epochs}")

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
