"""What all tests share: no network, a home of their own, real data sets only where they are."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from snntrainer3d.runs import RunStore

_numbers = itertools.count()

# The same inputs each time, however slow the machine is; `make fuzz` draws others.
hypothesis.settings.register_profile(
    "here",
    max_examples=40,
    deadline=None,
    derandomize="EXAMPLES" not in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("here")


@pytest.fixture(autouse=True)
def home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Give each test an empty home for its runs; most tests use none, so the folder is not made."""
    if "tmp_path" in request.fixturenames:
        folder: Path = request.getfixturevalue("tmp_path") / "home"
    else:
        folder = tmp_path_factory.getbasetemp() / f"home-{next(_numbers)}"
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a home without runs, made once, because making a database takes longer than most tests of it."""
    from snntrainer3d.runs import RunStore

    folder = tmp_path_factory.mktemp("empty-home")
    RunStore(folder).close()
    return folder


@pytest.fixture
def store(home: Path, empty_home: Path) -> Iterator[RunStore]:
    """Give an empty store."""
    from snntrainer3d.runs import RunStore

    shutil.copytree(empty_home, home)
    with RunStore(home) as opened:
        yield opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs MNIST where it is not, and say so."""
    data = os.environ.get("SNNTRAINER3D_DATA", "")
    if data and (Path(data) / "mnist").is_dir():
        return
    skip = pytest.mark.skip(reason="needs MNIST: set SNNTRAINER3D_DATA to a folder that holds mnist/")
    for item in items:
        if "mnist" in item.keywords:
            item.add_marker(skip)
