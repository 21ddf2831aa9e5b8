"""Inputs that the fuzzers found, each of which once ended in an error that is not ours."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from pathlib import Path

import pytest

from snntrainer3d.errors import FileFormatError, NotFoundError, SpecError
from snntrainer3d.events import Finished, StateChanged, dump_event, load_event
from snntrainer3d.runs import Query, RunStore, read_live_frame
from snntrainer3d.runs.run_file import read_run_file
from snntrainer3d.runs.snapshots import list_snapshots, read_snapshot
from snntrainer3d.spec import RunSpec, read_json


@pytest.mark.parametrize("room", [1 << 63, (1 << 64) - 1, 1 << 41])
def test_a_head_that_tells_of_endless_frames_has_none(tmp_path: Path, room: int) -> None:
    live, kept = tmp_path / "frame.bin", tmp_path / "snapshots.bin"
    live.write_bytes(struct.pack("<4sIQ", b"S3DL", 1, room) + bytes(200))
    kept.write_bytes(struct.pack("<4sIQ", b"S3DN", 1, room) + bytes(200))
    assert read_live_frame(live) is None
    assert list_snapshots(kept) == []
    with pytest.raises(NotFoundError):
        read_snapshot(kept, 0)


def test_a_run_file_with_a_part_before_its_beginning_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("run.json", "{}")
    content = bytearray(path.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    size = struct.unpack_from("<I", content, end + 12)[0]
    struct.pack_into("<I", content, end + 12, size)
    struct.pack_into("<I", content, end + 16, 0xFFFF)
    path.write_bytes(content)
    with pytest.raises(FileFormatError):
        read_run_file(path, tmp_path)


@pytest.mark.parametrize("number", ["1e999", "-1e400", "NaN", "Infinity"])
def test_a_number_that_is_not_finite_is_none_of_a_document(number: str) -> None:
    with pytest.raises(SpecError):
        read_json(f'{{"a": [{number}]}}')


@pytest.mark.parametrize("number", ["1e999", "NaN"])
def test_results_with_numbers_that_are_not_finite_harm_no_list_of_runs(
    store: RunStore, spec: RunSpec, number: str
) -> None:
    run = store.create(spec, launcher="cli").id
    folder = store.folder(run)
    results = f'{{"test": {{"accuracy": 0.5, "loss": {number}}}, "far": [[{number}]]}}'
    lines = [dump_event(StateChanged(state="running")), f'{{"kind": "finished", "results": {results}}}'.encode()]
    folder.events.write_bytes(b"".join(line + b"\n" for line in lines))
    folder.results.write_text(results)
    store.sync(run)
    assert store.get(run).results == {"test": {"accuracy": 0.5, "loss": None}, "far": [[None]]} == folder.read_results()
    assert [row.id for row in store.query(Query(sort="results.test.accuracy")).runs] == [run]
    json.dumps(store.get(run).model_dump(mode="json"), allow_nan=False)


def test_an_event_with_a_number_that_is_not_finite_is_a_damaged_line(store: RunStore, spec: RunSpec) -> None:
    run = store.create(spec, launcher="cli").id
    point = '{"kind":"update","update":1,"epoch":1,"loss":1e999,"accuracy":0.5,"learning_rate":1,'
    folder = store.folder(run)
    folder.events.write_text(point + '"samples_per_second":1,"rates":[]}\n')
    store.sync(run)
    assert store.get(run).damaged_lines == 1
    assert load_event(dump_event(Finished(results={"loss": float("nan")}))).results == {"loss": None}


def test_a_run_file_whose_environment_has_a_number_that_is_not_finite_is_refused(tmp_path: Path) -> None:
    about = {"format": "snntrainer3d/run-file", "version": 1, "id": "d231sv7q2yve", "created_at": 1.0}
    about |= {"launcher": "cli", "files": {"spec.json": {"bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()}}}
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("run.json", json.dumps({**about, "environment": {"a": 1}}).replace('"a": 1', '"a": 1e999'))
        archive.writestr("spec.json", "{}")
    with pytest.raises(FileFormatError):
        read_run_file(path, tmp_path / "into")
