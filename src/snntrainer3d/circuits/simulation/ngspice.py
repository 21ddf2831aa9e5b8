"""One netlist under ngspice: its process, its time limit, and whether it really reached the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from snntrainer3d.apart import needed_environment
from snntrainer3d.circuits.simulation.raw import Waveforms, read_raw, time_reached
from snntrainer3d.errors import SimulationError

PROGRAM = "ngspice"
POLL_S = 0.02
SHARE_EVERY_S = 0.5
LAST_LINES = 8
NEARLY = 1.0 - 1e-6
"""Of the time asked for: ngspice ends with exit code 0 also when it stopped early."""


def find_ngspice() -> str:
    """Give the path of ngspice; raises SimulationError where there is none."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise SimulationError(
            "ngspice is not installed.", hint="Debian: apt-get install ngspice; macOS: brew install ngspice."
        )
    return found


def run_ngspice(
    text: str,
    stop_s: float,
    *,
    time_limit_s: float,
    on_share: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Waveforms:
    """Simulate a netlist in a folder of its own, which is gone afterwards.

    Args:
        stop_s: simulated time that the netlist asks for; an earlier end is a failure.
        time_limit_s: of the clock on the wall.
        on_share: told the share of the simulated time that is done, now and then.
        cancelled: asked now and then; the process is ended when it says so.

    Raises:
        SimulationError: no ngspice; it failed, stopped early, took too long or was cancelled; with its last lines.
    """
    program = find_ngspice()
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-ngspice-") as folder:
        place = Path(folder)
        (place / "circuit.cir").write_text(text, encoding="ascii")
        code = _run(program, place, stop_s, time_limit_s, on_share, cancelled)
        said = (place / "said.txt").read_text(encoding="utf-8", errors="replace")
        reached = time_reached(place / "out.raw")
        if code != 0 or reached < stop_s * NEARLY or "aborted" in said.lower():
            raise _failure(f"ngspice {_ending(code, reached, stop_s)}.", said)
        return read_raw(place / "out.raw")


def _run(
    program: str,
    place: Path,
    stop_s: float,
    time_limit_s: float,
    on_share: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> int:
    begun = told = time.monotonic()
    with (place / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            [program, "-b", "-r", "out.raw", "circuit.cir"],
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # One thread each: samples run side by side, and ngspice's threads only help models of transistors.
            env=needed_environment(place, threads=1),
        )
        try:
            while process.poll() is None:
                now = time.monotonic()
                if now - begun > time_limit_s or (cancelled is not None and cancelled()):
                    raise _stopped(place, now - begun > time_limit_s, time_limit_s, stop_s)
                if on_share is not None and now - told > SHARE_EVERY_S:
                    told = now
                    on_share(min(time_reached(place / "out.raw") / stop_s, 1.0))
                time.sleep(POLL_S)
        finally:
            _end(process)
    return process.returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _stopped(place: Path, too_long: bool, time_limit_s: float, stop_s: float) -> SimulationError:
    if not too_long:
        return SimulationError("The simulation was cancelled.")
    share = time_reached(place / "out.raw") / stop_s
    said = (place / "said.txt").read_text(encoding="utf-8", errors="replace")
    return _failure(
        f"ngspice was ended after {time_limit_s:g} s, with {share:.0%} of the simulation done.",
        said,
        hint="Give it more time, simulate a smaller network or fewer steps, or take the form vccs.",
    )


def _ending(code: int, reached: float, stop_s: float) -> str:
    if code < 0:
        return f"was ended by signal {-code}"
    if code:
        return f"failed with exit code {code}"
    return f"stopped early, at {reached:.6g} s of {stop_s:.6g} s, with exit code 0"


def _failure(what: str, said: str, hint: str = "The netlist can be exported and looked at.") -> SimulationError:
    lines = [line.rstrip() for line in said.splitlines() if line.strip()][-LAST_LINES:]
    last = "\n".join(["Its last lines:", *(f"  {line}" for line in lines)]) if lines else "It said nothing."
    return SimulationError(f"{what} {last}", hint=hint)
