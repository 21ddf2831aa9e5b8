"""Generated files are what the code says."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture(scope="module")
def generate() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPTS))
    yield importlib.import_module("generate")
    sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def files(generate: ModuleType) -> dict[str, str]:
    found: dict[str, str] = generate.generated()
    return found


def test_generated_files_are_fresh(generate: ModuleType, files: dict[str, str]) -> None:
    assert "export interface RunSpec" in files["web/src/protocol/spec.ts"]
    assert len(files) >= 10
    assert generate.stale(files) == [], "run `make generate`"


def test_a_change_and_a_stranger_are_stale(generate: ModuleType, files: dict[str, str]) -> None:
    left_out = {name: text for name, text in files.items() if name != "docs/schema/run.json"}
    assert generate.stale({**left_out, "docs/errors.md": "other"}) == ["docs/errors.md", "docs/schema/run.json"]
