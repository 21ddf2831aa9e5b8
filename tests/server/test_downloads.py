"""Downloads that go on while the server answers."""

from __future__ import annotations

import threading
import time

import pytest

from snntrainer3d.data import Progress
from snntrainer3d.errors import DataUnavailableError, NotFoundError
from snntrainer3d.server.downloads import Downloads

PATIENCE_S = 120.0


def wait_for(downloads: Downloads, *, running: bool) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        state = downloads.state("mnist")
        if (state is not None and state.error is None) == running:
            return
        time.sleep(0.01)
    raise AssertionError("the download did not get there")


def test_a_download_tells_how_far_it_is_and_runs_once() -> None:
    go_on, told, calls = threading.Event(), threading.Event(), []

    def fetch(name: str, progress: Progress) -> None:
        calls.append(name)
        progress("downloading", 0.5, "Half.")
        told.set()
        assert go_on.wait(PATIENCE_S)

    downloads = Downloads(fetch)
    assert downloads.state("mnist") is None
    downloads.start("mnist")
    downloads.start("mnist")
    assert told.wait(PATIENCE_S)
    state = downloads.state("mnist")
    assert state is not None
    assert (state.share, state.text, state.error) == (0.5, "Half.", None)
    go_on.set()
    wait_for(downloads, running=False)
    assert downloads.state("mnist") is None
    assert calls == ["mnist"]


def test_a_failed_download_says_why_and_may_be_tried_again() -> None:
    calls = []

    def fetch(name: str, _progress: Progress) -> None:
        calls.append(name)
        raise DataUnavailableError("No mirror answers.", hint="Put four files into mnist/.")

    downloads = Downloads(fetch)
    for count in (1, 2):
        downloads.start("mnist")
        wait_for(downloads, running=False)
        state = downloads.state("mnist")
        assert state is not None
        assert state.error is not None
        assert state.error.code == "data_unavailable"
        assert "four files" in state.error.hint
        assert len(calls) == count


def test_there_is_no_download_of_what_does_not_exist() -> None:
    with pytest.raises(NotFoundError):
        Downloads().start("cifar")
