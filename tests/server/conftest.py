"""A server for a module's tests, and runs in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from made_runs import Served, fill, serve, small_spec

from snntrainer3d.jobs import JobRunner


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that starts no jobs, with a page of its own."""
    static = tmp_path_factory.mktemp("static")
    (static / "assets").mkdir()
    (static / "index.html").write_text("<!doctype html><title>the page</title>")
    (static / "assets" / "index-abc123.js").write_text("// code\n" * 500)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JobRunner, "tick", lambda _self: None)
        yield from serve(tmp_path_factory.mktemp("home"), static=static)


@pytest.fixture(scope="module")
def finished(served: Served) -> str:
    """The id of a finished run with everything in it."""
    spec = small_spec(name="Ein Lauf, größer")
    run = served.store.create(spec)
    fill(served.store.folder(run.id), spec)
    served.store.sync(run.id)
    return run.id


@pytest.fixture
def queued(served: Served) -> str:
    """The id of a run that waits."""
    return served.store.create(small_spec()).id
