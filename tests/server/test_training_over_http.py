"""A real training through the API: watched, paused, resumed, stopped, and gone on with by another server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_runs import LEFT_RUNNING, Served, serve, small_spec
from websockets.sync.client import connect

from snntrainer3d.frames import decode_frame
from snntrainer3d.server import models

pytestmark = pytest.mark.slow
PATIENCE_S = 600.0


@pytest.fixture(autouse=True)
def _leave_taken() -> Iterator[None]:
    yield
    while LEFT_RUNNING:
        LEFT_RUNNING.pop().wait(PATIENCE_S)


def wait_for(served: Served, run: str, *statuses: str) -> Any:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        detail = served.client.get(f"/api/runs/{run}").json()
        if detail["status"] in statuses:
            return detail
        assert detail["status"] not in {"failed", "interrupted"}, detail
        time.sleep(0.1)
    raise AssertionError(f"run {run} did not become {statuses}")


def start(served: Served, **training: Any) -> str:
    spec = small_spec(**training).model_dump(mode="json")
    answer = served.client.post("/api/runs", json={"spec": spec})
    assert answer.status_code == 201, answer.text
    run: str = answer.json()["id"]
    return run


def updates_seen(served: Served, run: str, count: int) -> list[int]:
    """Watch a run until frames of some different updates came."""
    seen: list[int] = []
    with connect(f"ws{served.url.removeprefix('http')}/api/ws", max_size=None) as page:
        page.send(json.dumps({"watch": run, "hertz": 10}))
        until = time.monotonic() + PATIENCE_S
        while len(seen) < count and time.monotonic() < until:
            message = page.recv(timeout=PATIENCE_S)
            if isinstance(message, bytes):
                frame = decode_frame(message)
                seen.append(frame.update)
                page.send(json.dumps({"ack": frame.sequence}))
    return seen


def test_a_run_is_trained_watched_and_outlives_its_server(tmp_path: Path) -> None:
    for served in serve(tmp_path):
        run = start(served, pace="slow", epochs=100_000)
        seen = updates_seen(served, run, 3)
        assert seen == sorted(set(seen)), "weights change from frame to frame"
        served.client.post(f"/api/runs/{run}/pause")
        paused = wait_for(served, run, "paused")
        served.client.post(f"/api/runs/{run}/step")
        until = time.monotonic() + PATIENCE_S
        while served.client.get(f"/api/runs/{run}").json()["progress"]["update"] <= paused["progress"]["update"]:
            assert time.monotonic() < until, "a step was asked for and not done"
            time.sleep(0.1)
        served.client.post(f"/api/runs/{run}/resume")
        wait_for(served, run, "running")
    for served in serve(tmp_path):
        detail = wait_for(served, run, "running")
        later = updates_seen(served, run, 2)
        assert later[-1] > detail["progress"]["update"]
        served.client.post(f"/api/runs/{run}/cancel")
        wait_for(served, run, "cancelled")
        assert served.client.delete(f"/api/runs/{run}").status_code == 204


def test_results_of_a_real_run_are_what_the_api_promises(tmp_path: Path) -> None:
    for served in serve(tmp_path):
        run = start(served, epochs=2)
        detail = models.RunDetail.model_validate(wait_for(served, run, "finished"))
        assert detail.results is not None
        assert detail.results.test is not None
        assert detail.results.validation is not None
        assert detail.results.test.samples == 359
        assert detail.test_accuracy == detail.results.test.accuracy
        page = served.client.get(f"/api/runs/{run}/events").json()
        kinds = {event["kind"] for event in page["events"]}
        assert {"state", "prepared", "phase", "update", "epoch", "snapshot", "finished"} <= kinds
        assert len(served.client.get(f"/api/runs/{run}/snapshots").json()["snapshots"]) > 5
        assert decode_frame(served.client.get(f"/api/runs/{run}/frame").content).update == detail.results.updates
