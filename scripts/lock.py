"""Write requirements.lock from the virtual environment, naming no registry and no build variant."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "requirements.lock"
ELSEWHERE = {"atheris": "; sys_platform == 'linux' and platform_machine == 'x86_64'"}
HEADER = "# The exact packages that `make` installs. Written by `make lock`.\n"


def locked(freeze: str) -> str:
    """Give the lock's text from `pip freeze`'s: plain versions, without this project."""
    lines = [re.sub(r"\+\w+$", "", line) for line in freeze.splitlines() if "==" in line and line[0] != "#"]
    ours = ("snntrainer3d", "pip==", "setuptools==")
    return HEADER + "".join(f"{line}{_where(line)}\n" for line in lines if not line.startswith(ours))


def _where(line: str) -> str:
    """Give the marker of a package that is built for some machines only."""
    return ELSEWHERE.get(line.partition("==")[0], "")


if __name__ == "__main__":
    freeze = subprocess.run([sys.executable, "-m", "pip", "freeze"], capture_output=True, text=True, check=True)
    TARGET.write_text(locked(freeze.stdout))
    print(f"{TARGET.name} written.")
