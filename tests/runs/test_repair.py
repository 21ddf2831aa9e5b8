"""A store that was damaged in every way one can think of, looked over and mended; nothing that was kept is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.errors import ConflictError, StorageError
from snntrainer3d.events import EpochDone, Event, Finished, Prepared, StateChanged
from snntrainer3d.frames import frame_bytes, make_frame
from snntrainer3d.runs import (
    RecordWriter,
    RunStore,
    SnapshotWriter,
    StoredCheckpoint,
    Trouble,
    check_store,
    newest_checkpoint,
    write_checkpoint,
)
from snntrainer3d.runs.weights import write_weights
from snntrainer3d.spec import RunSpec, TrainedNetwork, fixed_tensors, tensor_shapes

UPDATES = 12


def trained(spec: RunSpec) -> TrainedNetwork:
    random = np.random.default_rng(0)
    drawn = {
        name: np.asarray(random.normal(size=shape), np.float32) for name, shape in tensor_shapes(spec.network).items()
    }
    return TrainedNetwork(spec.network, {**drawn, **fixed_tensors(spec.network)}, spec.training)


def finish(store: RunStore, spec: RunSpec, name: str = "kept") -> str:
    """Make a run with everything that a training leaves."""
    run = store.create(spec).id
    folder, network = store.folder(run), trained(spec)
    prepared = Prepared(
        engine="reference", threads=1, parameters=1, train_samples=1, validation_samples=0, test_samples=1,
        updates_per_epoch=UPDATES, total_updates=UPDATES,
    )  # fmt: skip
    epoch = EpochDone(epoch=1, update=UPDATES, train_loss=0.2, train_accuracy=0.9, rates=[0.1], seconds=1.0)
    events: list[Event] = [StateChanged(state="running"), prepared, epoch, Finished(results={"updates": UPDATES})]
    with RecordWriter(folder.events) as record:
        for event in events:
            record.write(event)
    for update in (UPDATES // 2, UPDATES):
        write_checkpoint(folder.checkpoints, StoredCheckpoint(1, update, network.tensors, {}, {}))
    kept = SnapshotWriter(folder.snapshots, frame_bytes(spec.network.weight_shapes()))
    matrices = [network.tensors[f"layers.{index}.weight"] for index in range(2)]
    kept.write(0, make_frame(run, 1, UPDATES, 1, matrices))
    kept.close()
    write_weights(folder.weights, network)
    store.sync(run)
    store.change(run, name=name, tags=["thesis"], notes="mine")
    return run


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, spec: RunSpec) -> tuple[Path, str]:
    """A home with one run, and the run's id."""
    home = tmp_path_factory.mktemp("kept")
    with RunStore(home) as store:
        run = finish(store, spec)
    assert check_store(home) == []
    return home, run


@pytest.fixture
def run(home: Path, kept: tuple[Path, str]) -> str:
    shutil.copytree(kept[0], home)
    return kept[1]


def mended(home: Path) -> list[Trouble]:
    """Mend; what is looked over again is then whole."""
    before = check_store(home)
    done = check_store(home, mend=True)
    assert before
    assert all(trouble.mended for trouble in done), done
    assert check_store(home) == []
    return done


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil(path: Path, place: float = 0.7) -> None:
    content = bytearray(path.read_bytes())
    at = int(len(content) * place)
    content[at : at + 40] = bytes(255 - byte for byte in content[at : at + 40])
    path.write_bytes(content)


def everything_of(home: Path, run: str) -> tuple[str, str, tuple[str, ...], str, int]:
    with RunStore(home) as store:
        found = store.get(run)
        return found.status, found.name, tuple(found.tags), found.notes, len(store.metrics(run).epochs)


@pytest.mark.slow
def test_a_database_that_is_lost_is_made_anew_from_the_folders(home: Path, run: str) -> None:
    for part in home.glob("runs.db*"):
        part.unlink()
    os.utime(home / "runs" / run, (1e9, 1e9))
    mended(home)
    status, _, _, _, epochs = everything_of(home, run)
    assert (status, epochs) == ("finished", 1)


@pytest.mark.slow
@pytest.mark.parametrize("place", [0.0, 0.02, 0.1, 0.2])
def test_a_damaged_database_keeps_every_run_and_what_can_be_read_of_the_rest(
    home: Path, run: str, place: float
) -> None:
    content = bytearray((home / "runs.db").read_bytes())
    at = int(len(content) * place)
    content[at : at + 3000] = b"\xee" * len(content[at : at + 3000])
    (home / "runs.db").write_bytes(content)
    os.utime(home / "runs" / run, (1e9, 1e9))
    if not check_store(home):
        pytest.skip("these pages hold nothing")
    check_store(home, mend=True)
    assert check_store(home) == []
    status, _, _, _, epochs = everything_of(home, run)
    assert (status, epochs) == ("finished", 1)
    assert list((home / "backups").glob("damaged-*/runs.db"))


@pytest.mark.slow
def test_what_a_backup_knows_of_a_run_is_taken_from_it(home: Path, run: str) -> None:
    (home / "backups").mkdir()
    copied = home / "backups" / "runs-0001.db"
    with closing(sqlite3.connect(home / "runs.db")) as source, closing(sqlite3.connect(copied)) as copy:
        source.backup(copy)
    (home / "runs.db").write_bytes(b"no database at all, not a page of it" * 500)
    mended(home)
    assert everything_of(home, run) == ("finished", "kept", ("thesis",), "mine", 1)


@pytest.mark.slow
@pytest.mark.usefixtures("run")
def test_a_damaged_database_in_use_is_left_alone(home: Path) -> None:
    with closing(sqlite3.connect(home / "runs.db", isolation_level=None)) as server:
        server.execute("SELECT count(*) FROM runs").fetchall()
        server.execute("BEGIN IMMEDIATE")
        content = bytearray((home / "runs.db").read_bytes())
        content[8192:12000] = b"\xee" * 3808
        (home / "runs.db").write_bytes(content)
        with pytest.raises(ConflictError, match="in use"):
            check_store(home, mend=True)
    assert not (home / "backups").exists()


@pytest.mark.slow
def test_a_folder_without_a_row_is_a_run_again(home: Path, run: str) -> None:
    with closing(sqlite3.connect(home / "runs.db")) as connection, connection:
        connection.execute("DELETE FROM runs")
    os.utime(home / "runs" / run, (1e9, 1e9))
    mended(home)
    assert everything_of(home, run)[0] == "finished"


@pytest.mark.usefixtures("run")
def test_a_folder_that_is_no_run_is_set_aside_with_all_in_it(home: Path) -> None:
    (home / "runs" / "half").mkdir()
    (home / "runs" / "half" / "weights.safetensors").write_bytes(b"mine")
    os.utime(home / "runs" / "half", (1e9, 1e9))
    mended(home)
    assert [file.read_bytes() for file in (home / "backups").glob("half-*/weights.safetensors")] == [b"mine"]


def test_a_damaged_checkpoint_is_set_aside_and_the_one_before_it_used(home: Path, run: str) -> None:
    folder = home / "runs" / run / "checkpoints"
    spoil(folder / f"update-{UPDATES:010d}.safetensors")
    mended(home)
    found, faults = newest_checkpoint(folder)
    assert (found is not None and found.update, faults) == (UPDATES // 2, [])


def test_damaged_weights_are_written_anew_from_the_checkpoint_that_holds_them(home: Path, run: str) -> None:
    weights = home / "runs" / run / "weights.safetensors"
    whole = weights.read_bytes()
    cut(weights)
    mended(home)
    assert weights.read_bytes() == whole


def test_a_damaged_snapshot_is_told(home: Path, run: str) -> None:
    spoil(home / "runs" / run / "snapshots.bin")
    assert ["damaged" in trouble.text for trouble in check_store(home, mend=True)] == [True]


@pytest.mark.slow
def test_a_run_without_its_folder_keeps_what_is_known_of_it(home: Path, run: str, spec: RunSpec) -> None:
    with RunStore(home) as store:
        waiting = store.create(spec).id
    for gone in (run, waiting):
        shutil.rmtree(home / "runs" / gone)
    assert [trouble.mended[:21] for trouble in check_store(home, mend=True)].count("The run is marked as ") == 1
    assert everything_of(home, run)[0] == "finished"
    assert everything_of(home, waiting)[0] == "interrupted"


def test_what_killed_processes_left_is_removed_once_it_is_old(home: Path, run: str) -> None:
    old, young = [home / ".upload-old", home / ".export-old"], home / "runs" / run / ".spec.json.0.part"
    for left in (*old, young):
        left.write_bytes(b"half")
    for left in old:
        os.utime(left, (time.time() - 7200,) * 2)
    mended(home)
    assert not any(left.exists() for left in old)
    assert young.exists()


@pytest.mark.usefixtures("run")
def test_a_store_of_a_newer_release_is_refused_and_not_damaged(home: Path) -> None:
    with closing(sqlite3.connect(home / "runs.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (home / "runs.db").read_bytes()
    with pytest.raises(StorageError, match="newer release"):
        check_store(home, mend=True)
    assert (home / "runs.db").read_bytes() == before
