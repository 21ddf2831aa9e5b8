"""The peers' environment: a virtual environment of their own, made once and again when its list changes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = Path(__file__).resolve().parent / "peers" / "requirements.txt"
FOLDER = ROOT / ".peers"
LAST_LINES = 3


def peers_python(say: Callable[[str], None], folder: Path = FOLDER) -> tuple[Path | None, str]:
    """Give the interpreter of the peers' environment, made where it is missing; or None and the reason.

    Everything in the list is pinned and installed without dependencies: SpikingJelly and Norse ask for torchvision,
    which fits no CPU build of torch and is not needed here.
    """
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = folder / ".ready"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if python.exists() and ready.exists() and ready.read_text(encoding="utf-8") == wanted:
        return python, ""
    say("Installing the peers in an environment of their own (minutes, about 2 GB, the first time) …")
    if not python.exists():
        venv.create(folder, with_pip=True)
    install = ("install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", str(REQUIREMENTS))
    done = subprocess.run([str(python), "-m", "pip", *install], capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        return None, "peers could not be installed: " + " ".join(lines[-LAST_LINES:])
    ready.write_text(wanted, encoding="utf-8")
    return python, ""
