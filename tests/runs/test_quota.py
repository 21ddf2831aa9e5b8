"""What runs take on the disk, and a bound on it: snapshots are thinned, nothing else, whatever happens meanwhile."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from snntrainer3d.errors import FileFormatError, InputError
from snntrainer3d.events import Finished, Notice, StateChanged
from snntrainer3d.frames import Frame, encode_frame, frame_bytes, make_frame
from snntrainer3d.runs import (
    Quota,
    RecordWriter,
    RunFolder,
    RunStore,
    SnapshotWriter,
    Thinned,
    quota_file,
    snapshots,
    use_of,
)
from snntrainer3d.runs import quota as quota_room
from snntrainer3d.runs.disk import can_make_holes, make_hole
from snntrainer3d.runs.snapshots import keep_snapshots, list_snapshots, read_snapshot
from snntrainer3d.spec import RunSpec

SHAPES = [(300, 100)]
SMALL = [(20, 20)]
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


@pytest.mark.slow
def test_without_a_quota_nothing_is_thinned(store: RunStore, spec: RunSpec) -> None:
    folder = made(store, spec)
    assert Quota(store).bytes is None
    assert Quota(store).keep() == ()
    assert counts(folder) == [SNAPSHOTS]


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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
    Quota(store).set(2_000_000)
    assert Quota(store).bytes == 2_000_000


def test_a_file_of_a_newer_release_is_not_overwritten_and_told_of_once(
    store: RunStore, caplog: pytest.LogCaptureFixture
) -> None:
    newer = '{"format": "snntrainer3d/disk", "version": 2, "quota_bytes": 5000000, "more": 1}'
    (store.home / "disk.json").write_text(newer)
    quota = Quota(store)
    assert quota.keep() == quota.keep() == ()
    assert quota.bytes is None
    assert [record.levelname for record in caplog.records if "newer release" in record.getMessage()] == ["ERROR"]
    with pytest.raises(FileFormatError, match="newer release"):
        quota.set(None)
    assert (store.home / "disk.json").read_text() == newer


@pytest.mark.slow
def test_two_who_keep_the_quota_at_once_take_no_more_than_one_would(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [made(store, spec) for _ in range(3)]
    Quota(store).set(sum(use.bytes for use in Quota(store).uses()) - 100_000)
    begun = threading.Event()

    def slowly(path: Path, indices: Collection[int]) -> int:
        begun.set()
        time.sleep(0.3)
        return keep_snapshots(path, indices)

    monkeypatch.setattr(quota_room, "keep_snapshots", slowly)
    with ThreadPoolExecutor(2) as keepers:
        first = keepers.submit(Quota(store).keep)
        assert begun.wait(120)
        second = keepers.submit(Quota(store).keep)
        assert [len(first.result(120)), len(second.result(120))] == [1, 0]
    assert counts(*folders) == [SNAPSHOTS // 2 + 1, SNAPSHOTS, SNAPSHOTS]


@pytest.mark.slow
def test_a_quota_taken_away_while_it_is_kept_ends_the_keeping_and_stays_away(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [made(store, spec) for _ in range(3)]
    Quota(store).set(1_000_000)

    def and_changes_its_mind(path: Path, indices: Collection[int]) -> int:
        Quota(store).set(None)
        return keep_snapshots(path, indices)

    monkeypatch.setattr(quota_room, "keep_snapshots", and_changes_its_mind)
    assert len(Quota(store).keep()) == 1
    assert counts(*folders)[1:] == [SNAPSHOTS, SNAPSHOTS]
    assert Quota(store).bytes is None
    assert len(Quota(store).thinned) == 1


@pytest.mark.slow
def test_neither_of_two_changes_of_the_file_is_lost(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    Quota(store).set(1_000_000)
    read, real = threading.Event(), quota_file.write_atomically

    def slowly(path: Path, data: str) -> Path:
        read.set()
        time.sleep(0.3)
        return real(path, data)

    monkeypatch.setattr(quota_file, "write_atomically", slowly)
    with ThreadPoolExecutor(1) as other:
        noted = other.submit(quota_file.QuotaFile(store.home).note, Thinned(run="a", snapshots=1, bytes=1, at=0.0))
        assert read.wait(120)
        Quota(store).set(None)
        noted.result(120)
    assert Quota(store).bytes is None
    assert [found.run for found in Quota(store).thinned] == ["a"]


@pytest.mark.slow
def test_one_run_that_cannot_be_thinned_keeps_no_other_from_it(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = made(store, spec), made(store, spec)
    (bad.path / ".snapshots.bin.part").mkdir()
    in_turn = Quota._in_turn
    monkeypatch.setattr(Quota, "_in_turn", lambda self, uses: chain(["deletedmeanwhile"], in_turn(self, uses)))
    quota = Quota(store)
    quota.set(1_000_000)
    assert [found.run for found in quota.keep()] == [good.id]
    assert counts(bad)[0] == SNAPSHOTS
    assert [record.run for record in caplog.records if "cannot be thinned" in record.getMessage()] == [bad.id]  # type: ignore[attr-defined]


@pytest.mark.slow
def test_the_trash_is_not_counted(store: RunStore, spec: RunSpec) -> None:
    deleted, other = made(store, spec), made(store, spec)
    Quota(store).set(1_000_000)
    store.delete(deleted.id)
    assert list(Quota(store).keep()) == []
    assert counts(deleted, other) == [SNAPSHOTS, SNAPSHOTS]


def heavy(store: RunStore, spec: RunSpec, snapshots: int) -> RunFolder:
    """A run with small snapshots that is above every quota by what is never thinned."""
    folder = made(store, spec)
    folder.snapshots.unlink()
    writer = SnapshotWriter(folder.snapshots, frame_bytes(SMALL))
    for index in range(snapshots):
        writer.write(index, make_frame("a" * 12, 1, index, 0, [np.full(SMALL[0], 1.0 + index, np.float32)]))
    writer.close()
    folder.weights.write_bytes(bytes(2_000_000))
    return folder


@pytest.mark.slow
def test_small_snapshots_are_taken_only_where_that_frees_something_and_is_told_in_kilobytes(
    store: RunStore, spec: RunSpec
) -> None:
    few, many = heavy(store, spec, 6), heavy(store, spec, 200)
    quota = Quota(store)
    quota.set(1_000_000)
    before = use_of(many).snapshots
    (done,) = quota.keep()
    assert (done.run, counts(few, many)) == (many.id, [6, 2])
    assert done.bytes == before - use_of(many).snapshots > 0
    (notice,) = [event for event in store.events(many.id).events if isinstance(event, Notice)]
    assert f"({done.bytes / 1000:.0f} kB)" in notice.text


@pytest.mark.slow
def test_where_the_disk_gives_nothing_back_every_snapshot_stays_and_it_is_tried_once(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders, copies = [made(store, spec) for _ in range(3)], []
    monkeypatch.setattr(snapshots, "on_disk", lambda found: found.st_size)  # no file has a hole
    monkeypatch.setattr(quota_room, "keep_snapshots", lambda *args: copies.append(0) or keep_snapshots(*args))
    quota = Quota(store)
    quota.set(1_000_000)
    assert list(quota.keep()) == list(quota.keep()) == []
    assert counts(*folders) == [SNAPSHOTS] * 3
    assert len(copies) == 3
    assert not list(store.home.rglob("*.part"))


@pytest.mark.slow
def test_runs_with_nothing_left_to_thin_are_not_locked(
    store: RunStore, spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(store, spec)
    folder.weights.write_bytes(bytes(2_000_000))
    quota = Quota(store)
    quota.set(1_000_000)
    assert len(quota.keep()) == 1
    monkeypatch.setattr(RunFolder, "hold", lambda *_: pytest.fail("the run was locked"))
    assert list(quota.keep()) == []
    assert counts(folder) == [2]


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.slow
@pytest.mark.skipif(not can_make_holes(), reason="holes are made in place on Linux alone")
def test_on_a_full_disk_holes_are_made_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunFolder(tmp_path)
    fill(folder)
    before, monkey = use_of(folder).snapshots, monkeypatch
    monkey.setattr(os, "replace", full)
    assert keep_snapshots(folder.snapshots, [0, 7, SNAPSHOTS - 1]) == before - use_of(folder).snapshots > before / 2
    assert [row.index for row in list_snapshots(folder.snapshots)] == [0, 7, SNAPSHOTS - 1]
    for index in (0, 7, SNAPSHOTS - 1):
        assert read_snapshot(folder.snapshots, index) == encode_frame(frame(10 * index))
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.skipif(not can_make_holes(), reason="holes are made in place on Linux alone")
@pytest.mark.parametrize("moment", [0, 1, 5])
def test_broken_off_while_holes_are_made_what_is_listed_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    folder, made_holes = RunFolder(tmp_path), []
    fill(folder)

    def breaks_off(*args: int) -> None:
        if len(made_holes) == moment:
            raise KeyboardInterrupt
        made_holes.append(args)
        make_hole(*args)

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(snapshots, "make_hole", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        keep_snapshots(folder.snapshots, [0, SNAPSHOTS - 1])
    left = [row.index for row in list_snapshots(folder.snapshots)]
    assert left == ([0, SNAPSHOTS - 1] if moment else list(range(SNAPSHOTS)))
    for index in left:
        assert read_snapshot(folder.snapshots, index) == encode_frame(frame(10 * index))


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
@pytest.mark.parametrize("whole", [0, 1])
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
