"""Runs at pace `update`: before every update they wait for a test, so that none ends before the test has met it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from snntrainer3d.jobs.control import Order, give_order, read_order
from snntrainer3d.runs import RunRow, RunStore

ALL = 1_000_000
"""More updates than any test trains."""
LOOK_S = 0.1


def let(store: RunStore, updates: int) -> None:
    """Let the runs that go on do so many updates since they were last begun."""
    for row in _going_on(store):
        control = store.folder(row.id).control
        order = read_order(control)
        if order.want == "run" and order.steps < updates:
            give_order(control, Order(steps=updates))


def in_the_middle(store: RunStore, updates: int) -> list[RunRow]:
    """Give the runs that did so many updates and wait, letting those do them that have not."""
    let(store, updates)
    return [row for row in _going_on(store) if row.progress and row.progress.update == updates]


@contextmanager
def released(store: RunStore) -> Iterator[None]:
    """For the length of a block, let every run go on to its end, whenever it is begun."""
    over = threading.Event()

    def release() -> None:
        while not over.wait(LOOK_S):
            let(store, ALL)

    thread = threading.Thread(target=release)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _going_on(store: RunStore) -> list[RunRow]:
    return list(store.list(status=("running", "paused")))
