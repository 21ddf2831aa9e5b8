"""Simulations that the server runs: ngspice in processes of its own, one simulation at a time, the last ones kept."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from snntrainer3d.errors import ConflictError, FailureError, NotFoundError, Snntrainer3dError

if TYPE_CHECKING:
    from snntrainer3d.circuits import Design, Samples, Simulated

TIME_LIMIT_S = 300.0
"""Of one sample."""
MOST_KEPT = 8

log = logging.getLogger(__name__)


class Simulations:
    """All simulations of a server."""

    def __init__(self) -> None:
        """Begin with none."""
        self._turn = threading.Lock()
        self._known: OrderedDict[str, RunningSimulation] = OrderedDict()

    def begin(self, run: str, design: Design, chosen: Samples) -> RunningSimulation:
        """Start a simulation.

        Raises:
            ConflictError: another one runs.
            LimitError: the estimate is beyond the time limit.
            SimulationError: no ngspice.
        """
        with self._turn:
            if any(one.status == "running" for one in self._known.values()):
                hint = "Wait until it is done, or cancel it."
                raise ConflictError("Another simulation is running on this server.", hint=hint)
            begun = RunningSimulation(run, design, chosen)
            self._known[begun.id] = begun
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return begun

    def get(self, run: str, simulation: str) -> RunningSimulation:
        """Give a simulation of a run; raises NotFoundError."""
        found = self._known.get(simulation)
        if found is None or found.run != run:
            hint = f"The last {MOST_KEPT} are kept while the server runs."
            raise NotFoundError(f"There is no simulation {simulation!r} of this run.", path="simulation", hint=hint)
        return found

    def close(self) -> None:
        """End what runs."""
        for one in list(self._known.values()):
            one.cancel()


class RunningSimulation:
    """One simulation, in a thread that waits for ngspice."""

    def __init__(self, run: str, design: Design, chosen: Samples) -> None:
        """Start it; raises what `simulate` raises before it begins."""
        from snntrainer3d.circuits import simulate

        self.id, self.run, self.status, self.share = uuid.uuid4().hex[:12], run, "running", 0.0
        self.form = design.settings.form
        self.found: list[Simulated] = []
        self.chosen = chosen
        self._error: Snntrainer3dError | None = None
        self._report: dict[str, Any] | None = None
        self._begun, self._took = time.monotonic(), 0.0
        self._stop = threading.Event()
        # One core is left to the page and to training.
        processes = max(1, (os.cpu_count() or 2) - 1)
        ready = simulate(
            design,
            chosen.inputs(),
            chosen.readout,
            time_limit_s=TIME_LIMIT_S,
            processes=processes,
            on_share=self._tell,
            cancelled=self._stop.is_set,
        )
        self._thread = threading.Thread(target=self._follow, args=(ready,), name="simulation", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """End it; nothing is left behind."""
        self._stop.set()
        self._thread.join()

    def to_dict(self) -> dict[str, Any]:
        """Give what `circuit_models.Simulation` describes."""
        seconds = self._took or time.monotonic() - self._begun
        about = {"id": self.id, "run": self.run, "form": self.form, "status": self.status, "share": self.share}
        error = self._error.body()["error"] if self._error else None
        return {**about, "seconds": seconds, "error": error, "report": self._report}

    def waveforms(self) -> dict[str, bytes]:
        """Give the report's files: each sample's waveforms beside the network's membranes, as SVG."""
        from snntrainer3d.analysis import render
        from snntrainer3d.circuits import draw_waveforms

        if self.status != "done":
            raise ConflictError("The simulation is not done.", hint="Its report comes with its end.")
        files = {}
        for one in sorted(self.found, key=lambda one: one.place):
            index = self.chosen.indices[one.place]
            title = f"{self.chosen.dataset.info.name} test sample {index}, {one.design.title}, {self.form}"
            files[f"waveforms-{index}.svg"] = render(draw_waveforms(one, title), "svg")
        return files

    def _tell(self, share: float) -> None:
        self.share = share

    def _follow(self, ready: Any) -> None:
        try:
            self.found = list(ready)
            self._report = self._told()
            self.status, self.share = "done", 1.0
        except Snntrainer3dError as error:
            self._error = error
            self.status = "cancelled" if self._stop.is_set() else "failed"
        except Exception as error:
            log.error("The simulation broke.", exc_info=error)
            self._error = FailureError("The simulation broke.", hint="The server's log holds why; please report it.")
            self.status = "failed"
        finally:
            self._took = time.monotonic() - self._begun

    def _told(self) -> dict[str, Any]:
        from snntrainer3d.circuits import report_of, traces_of

        report = report_of(self.found, self.chosen.indices, self.chosen.labels.tolist())
        ordered = sorted(self.found, key=lambda one: one.place)
        report["traces"] = [{"sample": self.chosen.indices[one.place], **traces_of(one)} for one in ordered]
        return report
