"""One contestant in a process of its own, told what to do by lines of JSON: prepare, losses, time, memory, bye.

    → {"do": "prepare", "task": "…"}           ← {"ok": true, "versions": {…}, "threads": 2, "seconds": 0.8}
    → {"do": "losses", "count": 10}            ← {"ok": true, "losses": […]}      from the initial weights on
    → {"do": "time", "updates": 20, "warm": 2} ← {"ok": true, "seconds": 0.03, "cpu_seconds": 0.05}
                                                 of `updates`, after `warm` uncounted; CPU of all threads
    → {"do": "memory", "task": "…"}            ← {"ok": true, "bytes": 1, "formula_bytes": null}    a step's, above rest
    → {"do": "bye"}

A fault of the contestant answers {"ok": false, "reason": "…"} and the worker stays. Whatever a package prints goes to
stderr. Runs in this project's environment and in the peers', so that it imports neither at its top.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import sys
import time
from importlib.metadata import version
from typing import Any, Protocol, TextIO

import numpy as np


class Form(Protocol):
    """A network being trained; made from a task."""

    def run(self, indices: np.ndarray) -> list[float]:
        """Make one update per row of [update, batch]; give their losses, all work done."""


class Worker:
    """Holds the contestant and its place in the order of samples."""

    def __init__(self, form: str, packages: list[str]) -> None:
        self._form_name, self._packages = form, packages
        self._made: Any = None
        self._task: Any = None
        self._text = ""
        self._next = 0

    def answer(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Do what a line asks."""
        does = {"prepare": self._prepare, "losses": self._losses, "time": self._time, "memory": self._memory}
        try:
            return {"ok": True, **does[wish.pop("do")](**wish)}
        except Exception as error:
            return {"ok": False, "reason": f"{type(error).__name__}: {error}".splitlines()[0][:300]}

    def _prepare(self, task: str) -> dict[str, Any]:
        from benchmarks.task import read_task

        begun = time.perf_counter()
        self._task, self._text = read_task(task), task
        self._made, self._next = self._make(), 0
        seconds = time.perf_counter() - begun
        return {"versions": {name: version(name) for name in self._packages}, "threads": _threads(), "seconds": seconds}

    def _make(self) -> Form:
        module, _, name = self._form_name.partition(":")
        made: Form = getattr(importlib.import_module(module), name)(self._task)
        return made

    def _losses(self, count: int) -> dict[str, Any]:
        if self._next:
            self._made, self._next = self._make(), 0
        return {"losses": self._run(count)}

    def _time(self, updates: int, warm: int) -> dict[str, Any]:
        """Time updates that end when their losses are known; the order of samples goes on from call to call."""
        if warm:
            self._run(warm)
        begun, cpu_begun = time.perf_counter(), time.process_time()
        self._run(updates)
        return {"seconds": time.perf_counter() - begun, "cpu_seconds": time.process_time() - cpu_begun}

    def _run(self, count: int) -> list[float]:
        indices = self._task.indices(self._next, count)
        self._next += count
        losses = [float(loss) for loss in self._made.run(indices)]
        assert len(losses) == count
        return losses

    def _memory(self, task: str) -> dict[str, Any]:
        """Measure what two updates take above what the process held before its network was made."""
        from benchmarks.task import read_task, smallest

        self._task, self._made = read_task(task), None
        wanted, self._task = self._task, smallest(self._task)
        self._made, self._next = self._make(), 0
        self._run(1)  # thread pools and compiled code are no part of a step's memory
        self._task, self._made, self._next = wanted, None, 0
        gc.collect()
        held = _forget_peak()
        self._made = self._make()
        self._run(2)
        formula = getattr(self._made, "memory_bytes", None)
        return {"bytes": _status("VmHWM") - held, "formula_bytes": formula() if formula else None}


def serve(worker: Worker, lines: TextIO, answers: TextIO) -> None:
    """Answer line by line until told goodbye or the other side is gone."""
    for line in lines:
        wish = json.loads(line)
        if wish["do"] == "bye":
            return
        print(json.dumps(worker.answer(wish)), file=answers, flush=True)


def _forget_peak() -> int:
    """Let the kernel's peak begin anew; give the bytes held now. Linux only."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _status("VmRSS")


def _status(name: str) -> int:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(f"{name}:"))


def _threads() -> int:
    """Give how many threads may compute: torch's where it is loaded, else the cores open to this process."""
    if torch := sys.modules.get("torch"):
        return int(torch.get_num_threads())
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """Run one worker; the protocol keeps the real stdout, everything else that prints is sent to stderr."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("form", help="module:class")
    parser.add_argument("--packages", default="", help="packages whose versions are told, with commas between")
    parser.add_argument("--cores", type=int, default=0, help="cores to stay on; 0 for all")
    given = parser.parse_args()
    if given.cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(Worker(given.form, given.packages.split(",") if given.packages else []), sys.stdin, answers)


if __name__ == "__main__":
    main()
