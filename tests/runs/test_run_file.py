"""A run as one file: from home to home whole, and whatever is hostile or damaged refused with nothing left behind."""

from __future__ import annotations

import hashlib
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snntrainer3d.analysis import evaluate_counts, metrics_csv
from snntrainer3d.errors import ConflictError, FileFormatError, LimitError, NotFoundError, Snntrainer3dError
from snntrainer3d.events import Cancelled, EpochDone, Finished, StateChanged, Update
from snntrainer3d.exports import to_safetensors
from snntrainer3d.frames import encode_frame, make_frame
from snntrainer3d.runs import (
    RunStore,
    SnapshotWriter,
    StoredCheckpoint,
    append_event,
    read_record,
    run_file,
    write_checkpoint,
)
from snntrainer3d.spec import RunSpec, TrainedNetwork, fixed_tensors, tensor_shapes

pytestmark = pytest.mark.slow


def weights_of(spec: RunSpec) -> TrainedNetwork:
    random = np.random.default_rng(0)
    shapes = tensor_shapes(spec.network).items()
    drawn = {name: np.asarray(random.normal(size=shape), np.float32) for name, shape in shapes}
    return TrainedNetwork(spec.network, {**drawn, **fixed_tensors(spec.network)}, spec.training)


def results_of(spec: RunSpec) -> dict[str, Any]:
    labels = np.arange(20) % 10
    scores = evaluate_counts(np.eye(10, dtype=np.int64)[labels], labels, 0.25).to_dict()
    counts = {"parameters": 7, "flops": 8, "flops_all_steps": 32, "updates": 1, "epochs": 1}
    return {"test": scores, "validation": None, **counts, "rates": [0.1] * len(spec.network.spiking())}


def snapshots_of(spec: RunSpec, path: Path) -> None:
    weights = [np.ones((one.rows, one.columns), np.float32) for one in spec.network.connections()]
    frame = make_frame("0123456789ab", 1, 1, 1, weights)
    writer = SnapshotWriter(path, len(encode_frame(frame)))
    writer.write(0, frame)
    writer.close()


@pytest.fixture
def run(store: RunStore, spec: RunSpec) -> str:
    """A finished run with everything in it."""
    made = store.create(spec, launcher="cli").id
    folder = store.folder(made)
    folder.weights.write_bytes(to_safetensors(weights_of(spec)))
    folder.results.write_text(json.dumps(results_of(spec)))
    snapshots_of(spec, folder.snapshots)
    append_event(folder.events, StateChanged(state="running"))
    append_event(
        folder.events,
        Update(update=1, epoch=1, loss=1.0, accuracy=0.5, learning_rate=0.1, samples_per_second=9.0, rates=[0.1]),
    )
    append_event(
        folder.events,
        EpochDone(epoch=1, update=1, train_loss=1.0, train_accuracy=0.5, rates=[0.1], seconds=1.0),
    )
    append_event(folder.events, Finished(results=results_of(spec)))
    folder.metrics.write_text(metrics_csv(read_record(folder.events).events))
    store.sync(made)
    store.change(made, name="to take along", tags=["kept"], notes="why")
    return made


@pytest.fixture
def file(store: RunStore, run: str, tmp_path: Path) -> Path:
    target = tmp_path / "mine.snnrun.zip"
    store.export_file(run, target)
    return target


@pytest.fixture
def other(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "other")


def test_a_run_goes_from_home_to_home_as_it_is(store: RunStore, run: str, file: Path, other: RunStore) -> None:
    row = other.import_file(file)
    before, after = store.get(run), other.get(run)
    changed = {name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)}
    assert changed == set()
    assert row.tags == ["kept"]
    assert other.metrics(run) == store.metrics(run)
    for name in ("spec.json", "events.jsonl", "weights.safetensors", "snapshots.bin", "results.json", "metrics.csv"):
        assert (other.folder(run).path / name).read_bytes() == (store.folder(run).path / name).read_bytes()


def test_a_run_that_is_here_is_not_read_twice(store: RunStore, run: str, file: Path) -> None:
    with pytest.raises(ConflictError, match="here already"):
        store.import_file(file)
    store.delete(run)
    with pytest.raises(ConflictError, match="in the trash"):
        store.import_file(file)
    store.trash.empty()
    assert store.import_file(file).id == run


def test_a_run_that_goes_on_is_not_exported(store: RunStore, spec: RunSpec, tmp_path: Path) -> None:
    with pytest.raises(ConflictError, match="queued"):
        store.export_file(store.create(spec).id, tmp_path / "x.zip")


def test_a_stopped_run_takes_its_checkpoint_along(
    store: RunStore, spec: RunSpec, other: RunStore, tmp_path: Path
) -> None:
    made = store.create(spec).id
    folder = store.folder(made)
    folder.checkpoints.mkdir()
    for update in (1, 2):
        write_checkpoint(folder.checkpoints, StoredCheckpoint(0, update, weights_of(spec).tensors, {}, {}))
    append_event(folder.events, Cancelled())
    store.sync(made)
    store.export_file(made, tmp_path / "x.zip")
    assert other.import_file(tmp_path / "x.zip").status == "cancelled"
    assert [row.update for row in other.checkpoints(made)] == [2]


def test_a_weight_file_that_was_read_goes_along(
    store: RunStore, spec: RunSpec, other: RunStore, tmp_path: Path
) -> None:
    made = store.import_run(spec, to_safetensors(weights_of(spec))).id
    store.export_file(made, tmp_path / "x.zip")
    row = other.import_file(tmp_path / "x.zip")
    assert row.status == "finished"
    assert other.get(made).imported


def changed(file: Path, change: Callable[[dict[str, bytes]], None], **options: int) -> Path:
    """Write the archive anew with its content changed."""
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    change(content)
    target = file.with_name("changed.zip")
    with zipfile.ZipFile(target, "w", **options) as archive:  # type: ignore[call-overload]
        for name, data in content.items():
            archive.writestr(name, data)
    return target


def with_sums(content: dict[str, bytes]) -> None:
    """Make the list of files fit what they hold: the checksums are no protection from who wrote both."""
    told = {
        name: {"bytes": len(one), "sha256": hashlib.sha256(one).hexdigest()}
        for name, one in content.items()
        if name != "run.json"
    }
    _about(content, files=told)


def _about(content: dict[str, bytes], **changes: object) -> None:
    content["run.json"] = json.dumps({**json.loads(content["run.json"]), **changes}).encode()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda content: content.update({"../../evil.txt": b"x"}), FileFormatError),
        (lambda content: content.update({"/etc/evil": b"x"}), FileFormatError),
        (lambda content: content.update({"checkpoints/../job.lock": b"x"}), FileFormatError),
        (lambda content: content.update({"more.bin": b"x"}), FileFormatError),
        (lambda content: content.update({f"{n}.bin": b"" for n in range(100)}), LimitError),
        (lambda content: content.pop("run.json"), FileFormatError),
        (lambda content: content.pop("spec.json"), FileFormatError),
        (lambda content: content.pop("events.jsonl"), FileFormatError),
        (lambda content: content.update({"metrics.csv": b"unlisted"}), FileFormatError),
        (lambda content: content.update({"events.jsonl": b"tampered\n"}), FileFormatError),
        (lambda content: _about(content, version=2), FileFormatError),
        (lambda content: _about(content, id="../../x"), Snntrainer3dError),
        (lambda content: _about(content, created_at=-1), Snntrainer3dError),
        (lambda content: _about(content, files={}), FileFormatError),
        (lambda content: content.update({"run.json": b"[]"}), Snntrainer3dError),
        (lambda content: content.update({"run.json": b"\xff"}), FileFormatError),
    ],
)
def test_what_does_not_belong_there_is_refused(
    file: Path, other: RunStore, change: Callable[[dict[str, bytes]], None], error: type[Exception]
) -> None:
    refused(changed(file, change), other, error)


def refused(path: Path, other: RunStore, error: type[Exception]) -> None:
    before = sorted(other.home.parent.rglob("*"))
    with pytest.raises(error):
        other.import_file(path)
    assert sorted(other.home.parent.rglob("*")) == before
    assert other.list() == []


def results_with(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(content: dict[str, bytes]) -> None:
        content["results.json"] = json.dumps({**json.loads(content["results.json"]), **changes}).encode()

    return change


def scores_with(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(content: dict[str, bytes]) -> None:
        found = json.loads(content["results.json"])
        found["test"].update(changes)
        content["results.json"] = json.dumps(found).encode()

    return change


def event(**fields: Any) -> Callable[[dict[str, bytes]], None]:
    """Add an event to the record."""
    return lambda content: content.update(
        {"events.jsonl": content["events.jsonl"] + json.dumps(fields).encode() + b"\n"}
    )


PREPARED = {
    "kind": "prepared", "engine": "fused", "threads": 1, "parameters": 1, "train_samples": 1, "validation_samples": 0,
    "test_samples": 1, "updates_per_epoch": 1, "total_updates": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        event(kind="finished", results={"test": {"accuracy": "high"}}),
        event(kind="finished", results={"test": "good"}),
        event(kind="failed", error={"error": "text"}),
        event(kind="failed", error={"message": 1}),
        event(kind="epoch", epoch=1, update=1, train_loss=0.1, train_accuracy=0.5, rates=[0.1] * 9, seconds=1.0),
        lambda content: content.update({"events.jsonl": b"\x00\xff\ncut\n"}),
        lambda content: content.update({"results.json": b"[" * 5000}),
        lambda content: content.update({"results.json": b'{"a": ' * 900 + b"1" + b"}" * 900}),
        lambda content: content.update({"results.json": b"[]"}),
        results_with(rates="many"),
        results_with(parameters=-1),
        results_with(more="\ud800"),
        scores_with(accuracy="0.9"),
        scores_with(accuracy=7.0),
        scores_with(confusion=[[1, 2], [3]]),
        scores_with(confusion=[[0.5]]),
        scores_with(per_class=[{"name": 1}]),
        lambda content: content.update({"snapshots.bin": b"snapshots"}),
        lambda content: content.update({"snapshots.bin": content["snapshots.bin"][:-9] + b"\xff" * 9}),
        lambda content: content.pop("weights.safetensors"),
        lambda content: content.update({"weights.safetensors": content["weights.safetensors"][:40]}),
        lambda content: content.update({"start.safetensors": b"\x00" * 40}),
        lambda content: content.update({"checkpoints/update-0000000001.safetensors": b"checkpoint"}),
        lambda content: content.update({"spec.json": content["spec.json"].replace(b'"digits"', b'"\\ud800"')}),
        lambda content: _about(content, name="a/b"),
        lambda content: _about(content, name="\ud800"),
        lambda content: _about(content, notes="\ud800"),
        lambda content: _about(content, tags=["x" * 99]),
        lambda content: _about(content, environment={"deep": json.loads("[" * 90 + "]" * 90)}),
    ],
)
def test_what_no_training_writes_is_refused_whole(
    file: Path, other: RunStore, change: Callable[[dict[str, bytes]], None]
) -> None:
    def consistently(content: dict[str, bytes]) -> None:
        change(content)
        with_sums(content)

    refused(changed(file, consistently), other, Snntrainer3dError)


@pytest.mark.parametrize(
    "change",
    [
        event(kind="unheard of"),
        event(**{**PREPARED, "updates_per_epoch": 0}),
        event(**{**PREPARED, "total_updates": 2**70}),
        event(kind="epoch", epoch=1, update=-1, train_loss=0.1, train_accuracy=0.5, rates=[], seconds=1.0),
        event(kind="cancelled", at=1e300),
        event(kind="cancelled", at=-5.0),
        event(kind="notice", level="info", code="a", text="\ud800"),
        lambda content: content.update({"events.jsonl": content["events.jsonl"] + b"\x00\xff\n"}),
        lambda content: content.update({"events.jsonl": b"cut by a power loss\n" + content["events.jsonl"]}),
        lambda content: content.update({"events.jsonl": content["events.jsonl"].replace(b"\n", b"\ncut\n", 1)}),
    ],
)
def test_a_damaged_line_of_an_earlier_release_is_skipped_and_told(
    store: RunStore, run: str, file: Path, other: RunStore, change: Callable[[dict[str, bytes]], None]
) -> None:
    """An earlier release packed the record as it was, with the lines that a power loss had damaged."""

    def consistently(content: dict[str, bytes]) -> None:
        change(content)
        with_sums(content)

    row = other.import_file(changed(file, consistently))
    assert row.notices == ["1 line of the record cannot be read and is skipped."]
    before, after = store.get(run), other.get(run)
    assert {name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)} == {
        "damaged_lines"
    }
    assert other.metrics(run) == store.metrics(run)
    assert other.events(run).events == store.events(run).events


def test_a_damaged_line_that_is_the_point_of_an_epoch_leaves_the_rest(
    run: str, file: Path, other: RunStore, store: RunStore
) -> None:
    def cut(content: dict[str, bytes]) -> None:
        lines = content["events.jsonl"].splitlines(keepends=True)
        content["events.jsonl"] = b"".join([*lines[:2], lines[2][:30] + b"\n", *lines[3:]])
        with_sums(content)

    row = other.import_file(changed(file, cut))
    assert (row.status, len(row.notices)) == ("finished", 1)
    assert len(other.metrics(run).updates) == 1
    assert len(other.metrics(run).epochs) == 0
    assert other.get(run).results == store.get(run).results


def test_nothing_stays_where_a_run_cannot_be_kept(file: Path, other: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise RuntimeError("broken on purpose")

    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "sync", fail)
        with pytest.raises(RuntimeError, match="on purpose"):
            other.import_file(file)
    assert other.list() == []
    assert not list((other.home / "runs").iterdir())
    assert other.import_file(file).status == "finished"


def test_the_table_of_an_imported_run_is_made_of_its_record(file: Path, other: RunStore) -> None:
    def foreign(content: dict[str, bytes]) -> None:
        content["metrics.csv"] = b"=1+1\n"
        with_sums(content)

    row = other.import_file(changed(file, foreign))
    assert b"=1+1" not in other.folder(row.id).metrics.read_bytes()


def test_a_line_that_cannot_be_read_stays_behind(store: RunStore, run: str, other: RunStore, tmp_path: Path) -> None:
    record = store.folder(run).events
    whole = record.read_bytes()
    record.write_bytes(b"damaged by a power loss\n" + whole + b'{"kind": "cut')
    store.export_file(run, tmp_path / "x.zip")
    other.import_file(tmp_path / "x.zip")
    assert other.folder(run).events.read_bytes() == whole


def test_a_bomb_is_not_unpacked(file: Path, other: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = changed(file, lambda content: content.update({"snapshots.bin": bytes(3_000_000)}), compression=8)
    refused(bomb, other, LimitError)
    monkeypatch.setattr(run_file, "MOST_BYTES", 1000)
    refused(file, other, LimitError)


def test_a_link_or_a_file_twice_is_refused(file: Path, other: RunStore, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("start.safetensors")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(file, other, FileFormatError)
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("spec.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("spec.json", "{}")
    refused(tmp_path / "twice.zip", other, FileFormatError)


def test_damage_anywhere_is_told(file: Path, other: RunStore) -> None:
    whole = file.read_bytes()
    random = np.random.default_rng(0)
    for place in [*random.integers(0, len(whole), 60), *range(len(whole) - 22, len(whole), 3)]:
        broken = bytearray(whole)
        broken[int(place)] ^= 0xFF
        file.write_bytes(bytes(broken))
        try:
            row = other.import_file(file)
        except Snntrainer3dError:
            assert other.list() == []
        else:
            # What no one reads, such as the time in an entry's head.
            other.delete(row.id)
            other.trash.empty()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        refused(file, other, FileFormatError)
    assert not list(other.home.glob(".import-*"))


def test_a_directory_that_claims_millions_of_entries_is_not_read(file: Path, other: RunStore) -> None:
    whole = bytearray(file.read_bytes())
    struct.pack_into("<HH", whole, len(whole) - 14, 60_000, 60_000)
    file.write_bytes(bytes(whole))
    refused(file, other, LimitError)


def test_no_file(other: RunStore, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        other.import_file(tmp_path / "missing.zip")
