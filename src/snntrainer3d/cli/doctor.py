"""`snntrainer3d doctor`: what this machine has, and whether one tiny training goes through."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from snntrainer3d.cli.output import AsJson, give, give_json, say
from snntrainer3d.errors import Snntrainer3dError

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
LEAST_FREE_BYTES = 2**30
TRAINING_SECONDS = 300
TRAINING = ["train", "--dataset", "xor", "--hidden", "4", "--epochs", "3", "--json"]
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; SKIP for what is missing but needed only for some things."""

    name: str
    result: Literal["PASS", "FAIL", "SKIP"]
    text: str


def doctor(
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Check the runs alone, and mend what can be mended; nothing is thrown away."),
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what a report of a fault needs; no data, no secrets.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check this machine and the runs on it: PASS, FAIL or SKIP with a reason; exit code 1 if anything fails."""
    findings = []
    for check in (_mended,) if repair else CHECKS:
        for finding in check():
            findings.append(finding)
            if not as_json:
                give(f"{finding.result}  {finding.name:<10}  {finding.text}", flush=True)
    if report is not None:
        _write_report(report, findings)
    healthy = all(finding.result != "FAIL" for finding in findings)
    if as_json:
        give_json({"ok": healthy, "checks": [asdict(finding) for finding in findings]})
    if not healthy:
        raise typer.Exit(1)


def _write_report(file: Path, findings: list[Finding]) -> None:
    from snntrainer3d.runs import home_folder
    from snntrainer3d.server import diagnose
    from snntrainer3d.storage import write_output

    home = home_folder()
    checks = [{"name": one.name, "result": one.result} for one in findings]
    write_output(file, json.dumps({**diagnose(home), "checks": checks}, indent=1) + "\n")
    say(f"The report is in {file}: look it through, then attach it.")


def _python() -> Iterator[Finding]:
    fits = sys.version_info >= OLDEST_PYTHON
    oldest = ".".join(map(str, OLDEST_PYTHON))
    text = f"{platform.python_version()} ({sys.executable})"
    yield Finding("python", "PASS" if fits else "FAIL", text if fits else f"{text}; {oldest} or newer is needed")


def _packages() -> Iterator[Finding]:
    for name in ("torch", "snntorch", "numba"):
        try:
            yield Finding(name, "PASS", importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, "FAIL", "not installed; run `make run`, or `pip install snntrainer3d` again")


def _cuda() -> Iterator[Finding]:
    say("Asking torch for a GPU, some seconds …")
    # Asked in a process of its own: torch takes seconds to import and a broken driver may end the process.
    code = "import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else '')"
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        yield Finding("cuda", "FAIL", "importing torch took more than two minutes")
        return
    if done.returncode != 0:
        yield Finding("cuda", "FAIL", f"torch cannot be imported: {_last_line(done.stderr)}")
    elif done.stdout.strip():
        yield Finding("cuda", "SKIP", f"{done.stdout.strip()} is here but not used: everything runs on the CPU")
    else:
        yield Finding("cuda", "SKIP", "no GPU that torch can use; none is needed, everything runs on the CPU")


def _node() -> Iterator[Finding]:
    version = _said_by(["node", "--version"])
    if not version:
        yield Finding("node", "SKIP", f"not found; {OLDEST_NODE} or newer is needed only to build the page")
        return
    major = version.lstrip("v").split(".")[0]
    fits = major.isdecimal() and int(major) >= OLDEST_NODE
    yield Finding(
        "node", "PASS" if fits else "FAIL", version if fits else f"{version}; {OLDEST_NODE} or newer is needed"
    )


def _programs() -> Iterator[Finding]:
    chromium = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    yield Finding("chromium", "PASS" if chromium else "SKIP", chromium or "not found; needed only by browser tests")
    ngspice = shutil.which("ngspice")
    yield Finding("ngspice", "PASS" if ngspice else "SKIP", ngspice or "not found; needed only to simulate circuits")


def _page() -> Iterator[Finding]:
    from snntrainer3d.server import STATIC

    built = (STATIC / "index.html").is_file()
    yield Finding("page", "PASS" if built else "FAIL", "built" if built else "not built; run `make run`")


def _home() -> Iterator[Finding]:
    from snntrainer3d.runs import RunStore, home_folder

    home = home_folder()
    try:
        with RunStore(home):
            yield Finding("home", "PASS", f"{home} is writable, its store opens")
    except Snntrainer3dError as error:
        yield Finding("home", "FAIL", str(error))
        return
    free = shutil.disk_usage(home).free
    enough = free >= LEAST_FREE_BYTES
    yield Finding("disk", "PASS" if enough else "FAIL", f"{free / 2**30:,.1f} GiB free in {home}")


def _store() -> Iterator[Finding]:
    from snntrainer3d.runs import check_store, home_folder

    try:
        troubles = check_store(home_folder())
    except Snntrainer3dError:
        return  # told with the home
    for trouble in troubles:
        yield Finding("runs", "FAIL", f"{trouble.where}: {trouble.text} `snntrainer3d doctor --repair` may mend it.")
    if not troubles:
        yield Finding("runs", "PASS", "every run is whole")


def _mended() -> Iterator[Finding]:
    from snntrainer3d.runs import check_store, home_folder

    home = home_folder()
    troubles = check_store(home, mend=True)
    for trouble in troubles:
        result: Literal["PASS", "SKIP"] = "PASS" if trouble.mended else "SKIP"
        yield Finding("repair", result, f"{trouble.where}: {trouble.text} {trouble.mended or 'Left as it is.'}")
    if not troubles:
        yield Finding("repair", "PASS", f"{home}: every run is whole, nothing to mend")


def _datasets() -> Iterator[Finding]:
    from snntrainer3d.data import CATALOGUE, available

    for name in CATALOGUE:
        here = available(name)
        text = f"{name} is here" if here else f"{name} is not here; `snntrainer3d datasets fetch {name}` gets it"
        yield Finding("data", "PASS" if here else "SKIP", text)


def _training() -> Iterator[Finding]:
    say("Trying a tiny training, which the first time compiles its kernels: some seconds …")
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-doctor-") as home:
        environment = {**os.environ, "SNNTRAINER3D_HOME": home}
        command = [sys.executable, "-m", "snntrainer3d", *TRAINING]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=TRAINING_SECONDS,
                check=False,
                env=environment,
                cwd=Path(home),
            )
        except subprocess.TimeoutExpired:
            yield Finding("training", "FAIL", f"a tiny training took more than {TRAINING_SECONDS} s")
            return
    if done.returncode != 0:
        yield Finding("training", "FAIL", _last_line(done.stderr))
        return
    seconds = json.loads(done.stdout)["train_seconds"]
    yield Finding("training", "PASS", f"xor, 3 epochs in {seconds:.2f} s")


def _said_by(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no word of why"])[-1]


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _cuda,
    _node,
    _programs,
    _page,
    _home,
    _store,
    _datasets,
    _training,
)
