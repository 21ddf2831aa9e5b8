"""A training told on stderr while it goes on: a bar where there is a terminal, one line per epoch elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from snntrainer3d.cli.output import percent, say
from snntrainer3d.events import EpochDone, Event, Notice, Phase, Prepared, Update

LINE_PERIOD_S = 1.0


class Follower:
    """Takes the events of one run."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._told = -LINE_PERIOD_S
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        if sys.stderr.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"))
            self._bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task("starting", total=None, said="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def take(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, Notice):
            self._line(f"{event.level.capitalize()}: {event.text}")
        elif isinstance(event, EpochDone) and self._is_time(event):
            self._line(_epoch(event, self._epochs))
        elif self._bar is not None and self._task is not None:
            self._advance(self._bar, self._task, event)

    def _advance(self, bar: Progress, task: TaskID, event: Event) -> None:
        if isinstance(event, Phase):
            bar.update(task, description=event.text or event.phase)
        elif isinstance(event, Prepared):
            bar.update(task, total=event.total_updates, completed=event.first_update)
        elif isinstance(event, Update):
            said = f"loss {_loss(event.loss)}, {percent(event.accuracy)}, {event.samples_per_second:,.0f} samples/s"
            bar.update(task, completed=event.update, said=said, description=f"epoch {event.epoch}/{self._epochs}")

    def _is_time(self, event: EpochDone) -> bool:
        """Tell whether an epoch gets its line: short ones would flood the screen, so one a second, and the last."""
        now = time.monotonic()
        if event.epoch < self._epochs and now - self._told < LINE_PERIOD_S:
            return False
        self._told = now
        return True

    def _line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            say(text)


def _epoch(event: EpochDone, epochs: int) -> str:
    text = f"Epoch {event.epoch}/{epochs}: loss {_loss(event.train_loss)}, training {percent(event.train_accuracy)}"
    if event.validation_accuracy is not None:
        text += f", validation {percent(event.validation_accuracy)}"
    return f"{text}, {event.seconds:.2f} s"


def _loss(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.4g}"
