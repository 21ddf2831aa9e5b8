"""Processes that read foreign bytes: within the limits of the machine, and with what they need of the environment."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import snntrainer3d
from snntrainer3d.apart import read_hdf5
from snntrainer3d.apart.environment import needed_environment, own_environment
from snntrainer3d.apart.own_process import broken_by
from snntrainer3d.circuits.simulation import ngspice
from snntrainer3d.data.own.gathered import Choice
from snntrainer3d.data.own.reading_apart import read_in_own_process
from snntrainer3d.errors import FileFormatError, LimitError
from snntrainer3d.exports.pt_reading import read_pt
from snntrainer3d.exports.running import call

SECRETS = {"SNNTRAINER3D_TOKEN": "the-secret-of-this-server", "AWS_SECRET_ACCESS_KEY": "x", "PGPASSWORD": "x"}
SOURCES = Path(snntrainer3d.__file__).parent
BY_THEIR_USER = {"cli/bench.py", "cli/doctor.py"}
"""Commands of a person's own, which run what that person's shell runs."""


def test_what_reads_foreign_bytes_gets_what_it_needs_and_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ngspice, "find_ngspice", lambda: "ngspice")
    given: list[dict[str, str]] = []

    class Recorded(Exception):
        pass

    def record(*_command: Any, env: dict[str, str] | None = None, **_more: Any) -> None:
        given.append(dict(os.environ) if env is None else env)
        raise Recorded

    monkeypatch.setattr(subprocess, "Popen", record)
    table = tmp_path / "a.csv"
    table.write_bytes(b"x,kind\n1,a\n")
    readers: dict[str, Callable[[], object]] = {
        "own data": lambda: read_in_own_process([table], "a.csv", Choice()),
        "HDF5": lambda: read_hdf5(b""),
        "PyTorch": lambda: read_pt(b""),
        "exported code": lambda: call(["python"], tmp_path),
        "a netlist": lambda: ngspice.run_ngspice("", 1.0, time_limit_s=1.0),
    }
    for name, read in readers.items():
        with pytest.raises(Recorded):
            read()
        (environment,) = given
        given.clear()
        assert not SECRETS.keys() & environment.keys(), name
        assert environment["PATH"] == os.environ["PATH"], name
        assert environment["TMPDIR"] != os.environ.get("TMPDIR"), name


def test_the_environment_of_a_reader_finds_packages_from_wherever_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["src", "/elsewhere"]))
    environment = needed_environment(tmp_path / "there", threads=1)
    assert environment["PYTHONPATH"] == os.pathsep.join([str(tmp_path / "src"), os.path.abspath("/elsewhere")])
    assert environment["OMP_NUM_THREADS"] == "1"
    assert environment["TMPDIR"] == str(tmp_path / "there")


def test_processes_that_train_get_all_but_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert own_environment() == {name: value for name, value in os.environ.items() if name != "SNNTRAINER3D_TOKEN"}


def test_every_process_is_started_with_an_environment_that_says_what_is_in_it() -> None:
    """Look at all places where the package starts a process."""
    found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("subprocess.Popen", "subprocess.run"):
                told = {word.arg: ast.unparse(word.value) for word in node.keywords}
                found[f"{path.relative_to(SOURCES).as_posix()}:{node.lineno}"] = told.get("env", "")
    assert len(found) >= 10
    silent = [place for place, env in found.items() if "environment" not in env]
    assert {place.split(":")[0] for place in silent} <= BY_THEIR_USER


def test_a_reader_that_broke_is_told_by_how_it_ended() -> None:
    import signal

    for code, kind, words in (
        (-getattr(signal, "SIGXCPU", 24), LimitError, "Reading the HDF5 file took too long"),
        (-getattr(signal, "SIGKILL", 9), LimitError, "Reading the HDF5 file took more memory than there is"),
        (-11, FileFormatError, "The HDF5 file is damaged: reading it ended the process"),
        (1, FileFormatError, "The HDF5 file is damaged"),
    ):
        if code == -24 and not hasattr(signal, "SIGXCPU"):
            continue
        error = broken_by("the HDF5 file", code, "Copy it again.")
        assert type(error) is kind
        assert words in str(error)


CHILD = """
import resource, runpy, sys
limits = {resource.RLIMIT_CPU: 500, resource.RLIMIT_AS: 10**12}
for what, most in limits.items():
    resource.setrlimit(what, (most, most))
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as ended:
    print(ended.code, [resource.getrlimit(what)[1] for what in limits] == list(limits.values()))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the limit of memory is Linux's")
def test_limits_that_the_machine_sets_already_are_kept_by_every_reader(tmp_path: Path) -> None:
    import h5py
    import torch

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["numbers"] = [1, 2]
    torch.save({"weight": torch.zeros(2)}, tmp_path / "a.pt")
    for child, name in (("apart/hdf5_child.py", "a.h5"), ("engine/pt_child.py", "a.pt")):
        more = [str(SOURCES / child), str(tmp_path / name), str(tmp_path / "out.npz"), str(10**13), "1000"]
        done = subprocess.run([sys.executable, "-c", CHILD, *more], capture_output=True, text=True)
        assert done.stdout.split() == ["0", "True"], f"{child}: {done.stdout}{done.stderr}"
