"""ngspice that is missing, fails, stops early or never ends: its last lines are told, nothing is left behind."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from circuit_networks import inputs_of, needs_ngspice

from snntrainer3d.circuits import CircuitSettings, design_circuit, netlist, run_ngspice, simulate
from snntrainer3d.circuits.simulation import ngspice
from snntrainer3d.errors import SimulationError
from snntrainer3d.spec import TrainedNetwork


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give temporary folders a place where what is left behind can be seen."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program of that name before the real one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "ngspice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def gone(process: int) -> bool:
    """Wait for a process that was killed; one that nobody reaps stays as a zombie."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_without_ngspice_it_is_said_how_to_get_it(xor: TrainedNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SimulationError, match="not installed") as caught:
        simulate(design_circuit(xor), inputs_of(xor, [0]))
    assert "apt-get install ngspice" in caught.value.hint


def test_a_failure_tells_the_last_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    pretend(
        tmp_path, monkeypatch, "echo first; for i in 1 2 3 4 5 6 7 8; do echo line $i; done; echo broken >&2; exit 3"
    )
    with pytest.raises(SimulationError, match=r"exit code 3(.|\n)*broken") as caught:
        run_ngspice("*", 1.0, time_limit_s=600)
    assert "first" not in str(caught.value)
    assert not list(scratch.iterdir())


def test_an_early_end_with_exit_code_0_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path
) -> None:
    pretend(tmp_path, monkeypatch, "echo 'doAnalyses: TRAN: Timestep too small'; exit 0")
    with pytest.raises(SimulationError, match=r"stopped early, at 0 s of 1 s(.|\n)*Timestep too small"):
        run_ngspice("*", 1.0, time_limit_s=600)
    assert not list(scratch.iterdir())


@needs_ngspice
def test_what_ngspice_itself_gives_up_on_is_a_failure(scratch: Path) -> None:
    """Two voltage sources side by side: no solution."""
    with pytest.raises(SimulationError, match="Its last lines:"):
        run_ngspice("* twice\nV1 a 0 1\nV2 a 0 2\nR1 a 0 1\n.tran 1m 1\n.end\n", 1.0, time_limit_s=600)
    assert not list(scratch.iterdir())


@needs_ngspice
def test_a_netlist_that_asks_for_less_is_an_early_end(scratch: Path) -> None:
    with pytest.raises(SimulationError, match=r"stopped early, at 0\.5 s of 1 s"):
        run_ngspice("* short\nV1 a 0 1\nR1 a 0 1\n.tran 1m 0.5\n.end\n", 1.0, time_limit_s=600)
    assert not list(scratch.iterdir())


@pytest.mark.slow
def test_one_that_never_ends_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path
) -> None:
    child = tmp_path / "child"
    pretend(
        tmp_path, monkeypatch, f"echo working; sleep 100000 & echo $! > {child}.part; mv {child}.part {child}; wait"
    )
    # The time is up when the child is there.
    clock = SimpleNamespace(monotonic=lambda: 2.0 if child.exists() else 0.0, sleep=time.sleep)
    monkeypatch.setattr(ngspice, "time", clock)
    with pytest.raises(SimulationError, match=r"ended after 1 s, with 0% of the simulation done(.|\n)*working"):
        run_ngspice("*", 1.0, time_limit_s=1)
    assert gone(int(child.read_text()))
    assert not list(scratch.iterdir())


def test_one_failing_sample_ends_the_others(
    xor: TrainedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path
) -> None:
    marker = tmp_path / "second"
    pretend(tmp_path, monkeypatch, f"if mkdir {marker} 2>/dev/null; then exec sleep 100000; fi; echo no; exit 1")
    with pytest.raises(SimulationError, match="exit code 1"):
        list(simulate(design_circuit(xor), inputs_of(xor, [0, 1, 2]), processes=2, time_limit_s=100_000))
    assert not list(scratch.iterdir())


def test_a_cancelled_one_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    begun = tmp_path / "begun"
    pretend(tmp_path, monkeypatch, f"touch {begun}; exec sleep 100000")
    with pytest.raises(SimulationError, match="cancelled"):
        run_ngspice("*", 1.0, time_limit_s=100_000, cancelled=begun.exists)
    assert not list(scratch.iterdir())


@needs_ngspice
@pytest.mark.slow
def test_progress_is_told_and_reaches_the_end(xor: TrainedNetwork) -> None:
    told: list[float] = []
    list(simulate(design_circuit(xor, CircuitSettings(form="vccs")), inputs_of(xor, [0, 1]), on_share=told.append))
    assert told[-1] == 1.0
    assert all(0.0 <= share <= 1.0 for share in told)


@needs_ngspice
@pytest.mark.slow
def test_progress_within_a_long_sample(digits: TrainedNetwork) -> None:
    design = design_circuit(digits, CircuitSettings(form="opamp"))
    inputs = np.repeat(inputs_of(digits, [0]), 3, axis=1)
    told: list[float] = []
    run_ngspice(netlist(design, inputs), 0.032 * 1.1, time_limit_s=600, on_share=told.append)
    assert told
    assert told == sorted(told)
