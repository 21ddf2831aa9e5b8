"""What all tests share: no network, a home of their own, real data sets only where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty home for its runs."""
    folder = tmp_path / "home"
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(folder))
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs MNIST where it is not, and say so."""
    data = os.environ.get("SNNTRAINER3D_DATA", "")
    if data and (Path(data) / "mnist").is_dir():
        return
    skip = pytest.mark.skip(reason="needs MNIST: set SNNTRAINER3D_DATA to a folder that holds mnist/")
    for item in items:
        if "mnist" in item.keywords:
            item.add_marker(skip)
