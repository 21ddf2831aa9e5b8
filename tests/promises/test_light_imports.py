"""Importing the package, the server and the command line brings in neither torch nor matplotlib."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "snntorch", "matplotlib", "numba", "sklearn", "scipy")
VERY_LIGHT = (*HEAVY, "numpy", "fastapi", "sqlalchemy")


def imported_by(code: str) -> set[str]:
    names = "import sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{names}"], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import snntrainer3d", VERY_LIGHT),
        ("import snntrainer3d.server", HEAVY),
        ("import snntrainer3d.cli", VERY_LIGHT),
        ("from snntrainer3d.cli import run; run(['--help']); run(['train', '--help'])", VERY_LIGHT),
    ],
)
def test_imports_are_light(code: str, forbidden: tuple[str, ...]) -> None:
    assert not imported_by(code) & set(forbidden)
