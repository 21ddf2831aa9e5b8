"""The locks: what the application runs with apart from what its makers need."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def lock() -> Iterator[ModuleType]:
    sys.path.insert(0, str(ROOT / "scripts"))
    yield importlib.import_module("lock")
    sys.path.remove(str(ROOT / "scripts"))


def names(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(re.split("[=;]", line)[0]) for line in lines if line and line[0] != "#"}


def test_what_runs_is_locked_and_nothing_of_the_makers_is(lock: ModuleType) -> None:
    running, rest = names(lock.RUN), names(lock.DEV)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    here = {name: {canonicalize_name(Requirement(text).name) for text in texts} for name, texts in extras.items()}
    assert {canonicalize_name(Requirement(text).name) for text in project["dependencies"]} <= running
    assert here["nir"] | here["onnx"] | here["notebook"] | here["tune"] | here["printing"] <= running
    assert here["dev"] | here["docs"] | here["cluster"] <= running | rest
    assert not running & rest
    assert {"ray", "pytest", "mypy", "mkdocs"} <= rest


def test_a_lock_names_plain_versions_and_not_this_project(lock: ModuleType) -> None:
    freeze = "# Editable install\n-e git+x#egg=snntrainer3d\nsnntrainer3d==0.1.0\ntorch==2.13.0+cpu\nPy_Test==9.2\n"
    run, dev = lock.locked(freeze, {"torch"})
    assert run.splitlines()[1:] == ["torch==2.13.0"]
    assert dev.splitlines()[1:] == ["Py_Test==9.2"]
    assert {"numpy", "scipy"} <= lock.needed(["scikit-learn"])
