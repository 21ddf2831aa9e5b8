"""Generated files are what the code says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def test_generated_files_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    import generate

    files = generate.generated()
    assert "export interface RunSpec" in files["web/src/protocol/spec.ts"]
    assert len(files) >= 10
    assert generate.stale(files) == [], "run `make generate`"


def test_a_change_and_a_stranger_are_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    import generate

    files = generate.generated()
    left_out = {name: text for name, text in files.items() if name != "docs/schema/run.json"}
    changed = {**left_out, "docs/errors.md": "other"}
    assert generate.stale(changed) == ["docs/errors.md", "docs/schema/run.json"]
