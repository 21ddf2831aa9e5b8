"""How often live frames are wanted: by what one costs, never by what a training did before it."""

from __future__ import annotations

from contextlib import closing

import pytest

from snntrainer3d.data import load
from snntrainer3d.frames import decode_frame
from snntrainer3d.jobs import sink as sinks
from snntrainer3d.jobs.sink import FRAME_PERIOD_S, FolderSink
from snntrainer3d.runs import RecordWriter, RunStore
from snntrainer3d.spec import RunSpec
from snntrainer3d.training import Word, train


class _Clock:
    """A clock that a test sets."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.slow
@pytest.mark.parametrize("loading_s", [0.0, 60.0])
def test_a_pause_before_the_first_update_costs_no_later_frame(
    store: RunStore, quick: RunSpec, monkeypatch: pytest.MonkeyPatch, loading_s: float
) -> None:
    clock = _Clock()
    monkeypatch.setattr(sinks, "time", clock)
    run = store.folder(store.create(quick, launcher="cli").id)
    words: list[Word] = ["pause"]
    shown: list[int] = []

    def control() -> Word:
        if len(words) == 0:
            shown.append(decode_frame(store.newest_frame(run)).update)
        clock.now += 2 * FRAME_PERIOD_S
        return words.pop() if words else "run"

    with RecordWriter(run.events) as record, closing(FolderSink(run, quick.network, record)) as sink:
        clock.now = loading_s
        for _ in train(quick, load("digits"), sink=sink, control=control, run_id=run.id):
            pass
    # The first is that of the pause; from then on one for every update, which all take longer than a frame's period.
    assert shown == list(range(12))
