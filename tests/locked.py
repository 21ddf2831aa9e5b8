"""What `make run` installs and nothing else: packages of requirements-dev.lock alone are hidden from imports."""

from __future__ import annotations

import importlib.metadata
import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_RUNS_TESTS = {"attrs", "beartype", "execnet", "hypothesis", "iniconfig", "pytest", "pytest-timeout", "pytest-xdist"}
"""What a test itself imports while it runs; hidden from the processes that it starts."""
_HOOK = """import sys


class _Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, _Hidden())
"""


def hide_dev_packages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Hide, from this process and those that it starts, what requirements.lock does not have; give the modules' names.

    Args:
        folder: where the file may lie by which other processes know of it.
    """
    known, beside = _names(ROOT / "requirements.lock"), _names(ROOT / "requirements-dev.lock")
    providers = {
        module: {_plain(name) for name in names}
        for module, names in importlib.metadata.packages_distributions().items()
    }
    hidden = {module for module, names in providers.items() if names & beside and not names & known}
    for module in sorted(hidden):
        if not providers[module] & _RUNS_TESTS:
            monkeypatch.setitem(sys.modules, module, None)
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_HOOK.format(names=hidden), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]))
    return hidden


def _names(lock: Path) -> set[str]:
    lines = lock.read_text(encoding="utf-8").splitlines()
    return {_plain(line.split("==")[0]) for line in lines if "==" in line}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
