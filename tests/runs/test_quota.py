"""What runs take on the disk, and a bound on it: snapshots are thinned, nothing else, whatever happens meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.errors import InputError
from snntrainer3d.events import Finished, Notice, StateChanged
from snntrainer3d.frames import Frame, encode_frame, frame_bytes, make_frame
from snntrainer3d.runs import Quota, RecordWriter, RunFolder, RunStore, SnapshotWriter, use_of
from snntrainer3d.runs.snapshots import keep_snapshots, list_snapshots, read_snapshot
from snntrainer3d.spec import RunSpec

SHAPES = [(300, 100)]
SNAPSHOTS = 20
"""Of 30 kB each, so that a removed one is more than a block of the disk."""


def frame(update: int) -> Frame:
    return make_frame("a" * 12, 1, update, 0, [np.full(shape, 1.0 + update, np.float32) for shape in SHAPES])


def fill(folder: RunFolder, count: int = SNAPSHOTS) -> None:
    writer = SnapshotWriter(folder.snapshots, frame_bytes(SHAPES))
    for index in range(count):
        writer.write(index, frame(10 * index))
    writer.close()


def made(store: RunStore, spec: RunSpec, *, ended: bool = True) -> RunFolder:
    folder = store.folder(store.create(spec, launcher="cli").id)
    with RecordWriter(folder.events) as record:
        record.write(StateChanged(state="running"))
        if ended:
            record.write(Finished(results={"test": None, "validation": None}))
    store.sync(folder.id)
    folder.weights.write_bytes(b"weights")
    folder.checkpoints.mkdir()
    (folder.checkpoints / "update-0000000001.safetensors").write_bytes(b"state")
    folder.results.write_text("{}")
    fill(folder)
    return folder


def counts(*folders: RunFolder) -> list[int]:
    return [len(list_snapshots(folder.snapshots)) for folder in folders]


def all_but_snapshots(folder: RunFolder) -> dict[str, str]:
    apart = {folder.snapshots, folder.events, folder.lock}
    files = [path for path in folder.path.rglob("*") if path.is_file() and path not in apart and path.suffix != ".part"]
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


def test_what_a_run_takes_is_told_with_what_of_it_are_snapshots(store: RunStore, spec: RunSpec) -> None:
    folder = made(store, spec)
    (use,) = Quota(store).uses()
    assert use == use_of(folder)
    assert use.run == folder.id
    assert SNAPSHOTS * 30_000 <= use.snapshots <= SNAPSHOTS * 36_000
    assert use.bytes > use.snapshots


def test_without_a_quota_nothing_is_thinned(store: RunStore, spec: RunSpec) -> None:
    folder = made(store, spec)
    assert Quota(store).bytes is None
    assert Quota(store).keep() == ()
    assert counts(folder) == [SNAPSHOTS]


def test_the_oldest_runs_are_thinned_first_annotated_ones_last_and_nothing_but_snapshots(
    store: RunStore, spec: RunSpec
) -> None:
    noted, old, new, going = (made(store, spec, ended=ended) for ended in (True, True, True, False))
    store.change(noted.id, notes="Look at this one again.")
    before = {folder.id: all_but_snapshots(folder) for folder in (noted, old, new, going)}
    curves, quota = store.metrics(old.id), Quota(store)
    quota.set(sum(use.bytes for use in quota.uses()) - 100_000)
    (done,) = quota.keep()
    assert (done.run, done.snapshots) == (old.id, SNAPSHOTS // 2 - 1)
    assert done.bytes >= 100_000
    assert counts(noted, old, new, going) == [SNAPSHOTS, SNAPSHOTS // 2 + 1, SNAPSHOTS, SNAPSHOTS]
    quota.set(1_200_000)
    assert [found.run for found in quota.keep()] == [old.id, new.id, noted.id]
    quota.set(1_000_000)
    assert [found.run for found in quota.keep()] == [noted.id]
    assert counts(old, new, going) == [2, 2, SNAPSHOTS]
    assert 2 <= counts(noted)[0] < SNAPSHOTS / 2
    assert sum(use.bytes for use in quota.uses()) <= 1_000_000
    assert {folder.id: all_but_snapshots(folder) for folder in (noted, old, new, going)} == before
    assert store.metrics(old.id) == curves
    assert [row.index for row in list_snapshots(old.snapshots)] == [0, SNAPSHOTS - 1]
    assert read_snapshot(old.snapshots, SNAPSHOTS - 1) == encode_frame(frame(10 * (SNAPSHOTS - 1)))


def test_it_is_told_in_the_run_and_in_the_home(store: RunStore, spec: RunSpec) -> None:
    folder = made(store, spec)
    folder_two = made(store, spec)
    fill(folder_two, 2 * SNAPSHOTS)
    quota = Quota(store)
    quota.set(1_000_000)
    quota.keep()
    notices = [event for event in store.events(folder.id).events if isinstance(event, Notice)]
    assert [notice.code for notice in notices] == ["snapshots_thinned"]
    assert f"{SNAPSHOTS - 2} snapshots" in notices[0].text
    assert store.get(folder.id).status == "finished"
    assert Quota(store).thinned[0].run == folder.id
    assert Quota(store).bytes == 1_000_000


def test_a_run_that_a_process_works_on_is_left_alone(store: RunStore, spec: RunSpec) -> None:
    busy, other = made(store, spec), made(store, spec)
    quota = Quota(store)
    quota.set(1_000_000)
    with busy.hold():
        quota.keep()
    assert counts(busy)[0] == SNAPSHOTS
    assert counts(other)[0] < SNAPSHOTS


@pytest.mark.parametrize("bound", [0, -1, 999_999])
def test_a_quota_that_nothing_could_keep_is_refused(store: RunStore, bound: int) -> None:
    with pytest.raises(InputError, match="at least"):
        Quota(store).set(bound)


def test_a_damaged_file_of_the_disk_means_no_quota(store: RunStore) -> None:
    (store.home / "disk.json").write_text("{")
    assert Quota(store).bytes is None


THINNER = """
import os, signal, sys
from pathlib import Path
from snntrainer3d.runs.snapshots import keep_snapshots
def dies(*_): os.kill(os.getpid(), signal.SIGKILL)
setattr(os, sys.argv[2], dies)
keep_snapshots(Path(sys.argv[1]), [0, 19])
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_killed_in_the_middle_every_snapshot_is_still_there(store: RunStore, spec: RunSpec, moment: str) -> None:
    folder = made(store, spec)
    before = folder.snapshots.read_bytes()
    done = subprocess.run([sys.executable, "-c", THINNER, str(folder.snapshots), moment], check=False)
    assert done.returncode == -signal.SIGKILL
    assert folder.snapshots.read_bytes() == before
    keep_snapshots(folder.snapshots, [0, SNAPSHOTS - 1])
    assert counts(folder) == [2]
    assert not list(folder.path.glob(".*.part"))


def test_a_run_goes_on_recording_after_its_snapshots_were_thinned(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    fill(folder)
    keep_snapshots(folder.snapshots, [0, 4, 19])
    writer = SnapshotWriter(folder.snapshots, frame_bytes(SHAPES))
    writer.write(5, frame(77))
    writer.write(21, frame(99))
    writer.close()
    assert [(row.index, row.update) for row in list_snapshots(folder.snapshots)] == [
        (0, 0), (4, 40), (5, 77), (19, 190), (21, 99),
    ]  # fmt: skip


KEEPER = """
import os, signal, sys
from pathlib import Path
from snntrainer3d.runs import Quota, RunStore
real, left = os.replace, [int(sys.argv[2])]
def replace(source, target):
    if str(target).endswith("snapshots.bin"):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    real(source, target)
os.replace = replace
with RunStore(Path(sys.argv[1])) as store:
    Quota(store).keep()
"""


@pytest.mark.slow
@pytest.mark.parametrize("whole", [0, 1, 3])
def test_a_quota_killed_on_its_way_has_lost_nothing_else_and_goes_on(
    store: RunStore, spec: RunSpec, whole: int
) -> None:
    folders = [made(store, spec) for _ in range(3)]
    before = [all_but_snapshots(folder) for folder in folders]
    quota = Quota(store)
    quota.set(1_000_000)
    done = subprocess.run([sys.executable, "-c", KEEPER, str(store.home), str(whole)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert [all_but_snapshots(folder) for folder in folders] == before
    for folder in folders:
        for row in list_snapshots(folder.snapshots):
            assert read_snapshot(folder.snapshots, row.index) == encode_frame(frame(10 * row.index))
    quota.keep()
    assert sum(use.bytes for use in quota.uses()) <= 1_000_000
    assert [all_but_snapshots(folder) for folder in folders] == before
