"""A process that trains many runs: `python -m snntrainer3d.studies.worker`, a task per line in, an answer per line out.

A task is `{"folder": run folder, "train": bool, "steps": [numbers of steps to decide at]}`; `train` is false for a run
that is finished already. An answer is `{"state": "finished" | "cancelled"}` or `{"error": body}`. When its input ends,
which is also how a killed parent shows, the process cancels what it trains and ends.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import traceback
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from snntrainer3d.data import Dataset, load
from snntrainer3d.errors import Snntrainer3dError, as_ours
from snntrainer3d.jobs import has_decisions, keep_decisions, run_job
from snntrainer3d.runs import RunFolder

NICENESS = 5
"""A study yields to the server, as a job does."""


def main() -> int:
    """Do tasks until the input ends."""
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    tasks: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(sys.stdin, tasks), daemon=True).start()
    while (line := tasks.get()) is not None:
        print(json.dumps(_answer(json.loads(line))), file=answers, flush=True)
    return 0


def _read(source: TextIO, tasks: queue.Queue[str | None]) -> None:
    for line in source:
        tasks.put(line)
    tasks.put(None)
    # A training in the main thread takes this as the wish to be cancelled, and keeps a checkpoint.
    os.kill(os.getpid(), signal.SIGTERM)


def _answer(task: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"state": _do(RunFolder(Path(task["folder"])), task["train"], task["steps"])}
    except Exception as error:
        if not isinstance(error, Snntrainer3dError):
            traceback.print_exc()
        return as_ours(error, "The log of the study holds the details; please report it.").body()


def _do(run: RunFolder, train: bool, steps: list[int]) -> str:
    if train and run_job(run, open_dataset=_dataset) is None:
        return "cancelled"
    if not has_decisions(run, steps):
        keep_decisions(run, _loaded(run.read_spec().training.dataset), steps)
    return "finished"


def _dataset(name: str, _progress: object) -> Dataset:
    return _loaded(name)


@cache
def _loaded(name: str) -> Dataset:
    return load(name)


if __name__ == "__main__":
    sys.exit(main())
