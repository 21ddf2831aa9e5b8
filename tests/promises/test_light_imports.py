"""Importing the package, the server and the command line brings in neither torch nor matplotlib."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "snntorch", "matplotlib", "numba", "sklearn", "scipy")
VERY_LIGHT = (*HEAVY, "numpy", "fastapi", "sqlalchemy")


def imported_after(*steps: str) -> list[set[str]]:
    """Give what is imported after each step of one process."""
    names = "print('imported', *{name.split('.')[0] for name in sys.modules})"
    code = "\n".join(f"{step}\n{names}" for step in steps)
    done = subprocess.run([sys.executable, "-c", f"import sys\n{code}"], capture_output=True, text=True, check=True)
    return [set(line.split()[1:]) for line in done.stdout.splitlines() if line.startswith("imported ")]


@pytest.mark.slow
def test_imports_are_light() -> None:
    package, helped, served = imported_after(
        "import snntrainer3d",
        "from snntrainer3d.cli import run; run(['--help']); run(['train', '--help'])",
        "import snntrainer3d.data, snntrainer3d.analysis, snntrainer3d.exports, snntrainer3d.server",
    )
    assert not package & set(VERY_LIGHT)
    assert not helped & set(VERY_LIGHT)
    assert not served & {*HEAVY, "pooch"}
