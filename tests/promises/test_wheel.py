"""The wheel carries page, notices and migrations: it serves and trains away from the checkout, without node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("static/index.html", "runs/migrations/env.py", "licenses/LICENSE", "licenses/THIRD-PARTY-NOTICES.md")
XOR = (
    "train",
    "--dataset",
    "xor",
    "--hidden",
    "10",
    "--preset",
    "fast",
    "--seed",
    "1",
    "--engine",
    "reference",
    "--json",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (made,) = folder.glob("*.whl")
    return made


def served_page(command: list[str], environment: dict[str, str], folder: Path) -> str:
    """Start the server in a folder that is no checkout; give its page once it says that it is healthy."""
    serve = [*command, "serve", "--port", "0", "--no-browser"]
    process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = line[line.index("http") :].strip()
        with urllib.request.urlopen(f"{address}/api/health", timeout=120) as answer:
            assert json.loads(answer.read())["status"] == "ok"
        with urllib.request.urlopen(address, timeout=120) as answer:
            return answer.read().decode()
    finally:
        process.terminate()
        process.communicate(timeout=120)


def trained_xor(command: list[str], environment: dict[str, str], folder: Path) -> float:
    done = subprocess.run([*command, *XOR], capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    accuracy: float = json.loads(done.stdout)["test"]["accuracy"]
    return accuracy


@pytest.mark.slow
def test_the_wheel_holds_what_it_needs(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [end for end in NEEDED if not any(name.endswith(end) for name in names)] == []


@pytest.mark.slow
def test_a_wheel_serves_and_trains_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-P", "-m", "snntrainer3d"]
    where = [sys.executable, "-P", "-c", "import snntrainer3d; print(snntrainer3d.__file__)"]
    found = subprocess.run(where, capture_output=True, text=True, cwd=tmp_path, env=environment, check=True).stdout
    assert found.startswith(str(site))
    assert "<title>SNNtrainer3D" in served_page(command, environment, tmp_path)
    assert trained_xor(command, environment, tmp_path) == 1.0


@pytest.mark.verify
def test_a_wheel_serves_and_trains_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    install = [binaries / "python", "-m", "pip", "install", "--quiet", "-c", ROOT / "requirements.lock", wheel]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(binaries / "snntrainer3d")]
    assert "<title>SNNtrainer3D" in served_page(command, environment, tmp_path)
    assert trained_xor(command, environment, tmp_path) == 1.0
