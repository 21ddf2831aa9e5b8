"""What a run is told while it goes on: a small file that anyone may replace and the job reads between updates."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from snntrainer3d.runs import RunFolder
from snntrainer3d.storage import write_atomically

Want = Literal["run", "pause", "cancel"]
Word = Literal["run", "pause", "step", "cancel"]
POLL_S = 0.05
"""How old what the job knows may be; reading 40 bytes this often costs a thousandth of its time."""


class Order(BaseModel):
    """What a run is to do, and how many single updates it was asked for since it was last started."""

    model_config = ConfigDict(frozen=True)
    want: Want = "run"
    steps: int = 0


def read_order(path: Path) -> Order:
    """Give what a run is told; to run, where nothing was said or the file cannot be read."""
    try:
        return Order.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return Order()


def give_order(path: Path, order: Order) -> None:
    """Tell a run what to do; raises StorageError."""
    write_atomically(path, json.dumps(order.model_dump()))


def cancel_run(run: RunFolder) -> None:
    """Tell a run to end after its current update; raises StorageError."""
    give_order(run.control, Order(want="cancel"))


class Control:
    """The job's ear. `stop` is for what comes another way, such as a signal."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._order = Order()
        self._steps_done = 0
        self._look_at = 0.0
        self._stopped = False

    def stop(self) -> None:
        """Cancel from now on, whatever the file says; safe in a signal handler."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Tell whether `stop` was called."""
        return self._stopped

    def poll(self) -> Word:
        """Give what to do now; each single update that was asked for is given once."""
        if self._stopped:
            return "cancel"
        now = time.monotonic()
        if now >= self._look_at:
            self._order = read_order(self._path)
            self._look_at = now + POLL_S
        if self._order.want != "cancel" and self._order.steps > self._steps_done:
            self._steps_done += 1
            return "step"
        return self._order.want
