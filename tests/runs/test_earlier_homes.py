"""Homes that earlier releases left, kept as they were: they open, and their runs can be read, evaluated and resumed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from snntrainer3d.jobs import run_job
from snntrainer3d.runs import RunStore, check_store

HOMES = sorted((Path(__file__).parents[1] / "golden" / "homes").glob("*.zip"))


def test_there_are_homes_of_earlier_releases() -> None:
    assert HOMES


@pytest.mark.slow
@pytest.mark.parametrize("packed", HOMES, ids=lambda path: path.stem)
def test_a_home_of_an_earlier_release_opens_with_all_that_is_in_it(packed: Path, home: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(home)
    expected = json.loads((home / "expected.json").read_text())
    with RunStore(home) as store:
        found = store.get(expected["finished"])
        assert (found.name, found.status, tuple(found.tags), found.notes) == (
            "of an earlier release",
            "finished",
            ("kept",),
            "A note.",
        )
        assert store.results(found.id)["test"]["accuracy"] == expected["accuracy"]
        assert [point.epoch for point in store.metrics(found.id).epochs] == [1, 2, 3, 4]
        assert store.snapshots(found.id)
        assert store.read_snapshot(found.id, 0)
        assert set(store.trained(found.id).tensors) >= {"layers.0.weight", "layers.1.weight"}
        assert store.events(found.id).events
        waiting = next(run for run in store.list() if run.status == "queued")
        assert run_job(store.folder(waiting.id)) is not None
        store.sync(waiting.id)
        assert store.get(waiting.id).status == "finished"
    assert check_store(home) == []
