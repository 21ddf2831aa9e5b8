"""What travels between a run's folder and its copy on a node: nothing is lost, nothing said too early."""

from __future__ import annotations

from pathlib import Path

import pytest

from snntrainer3d.runs import LiveFrameWriter, RunFolder, read_live_frame, read_record
from snntrainer3d.studies.parcel import News, Parcel, Receiver, gather, unpack

BEGUN = b'{"kind": "state", "at": 1.0, "state": "running"}\n'
DONE = b'{"kind": "cancelled", "at": 2.0}\n'


@pytest.fixture
def home(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "home" / "run")
    folder.path.mkdir(parents=True)
    folder.spec.write_bytes(b"{}")
    folder.events.write_bytes(BEGUN)
    return folder


@pytest.fixture
def there(home: RunFolder, tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "node" / "run")
    unpack(folder, gather(home))
    return folder


def checkpoint(run: RunFolder, update: int) -> Path:
    path = run.checkpoints / f"update-{update:010d}.safetensors"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"%d" % update)
    return path


def test_a_copy_goes_on_where_the_home_was(home: RunFolder, tmp_path: Path) -> None:
    checkpoint(home, 7)
    home.snapshots.write_bytes(b"snapshots")
    home.frame.write_bytes(b"stays")
    copy = RunFolder(tmp_path / "copy")
    unpack(copy, gather(home))
    names = sorted(path.relative_to(copy.path).as_posix() for path in copy.path.rglob("*") if path.is_file())
    assert names == ["checkpoints/update-0000000007.safetensors", "events.jsonl", "snapshots.bin", "spec.json"]


def test_only_what_is_new_is_sent_and_only_whole_lines(there: RunFolder) -> None:
    news = News(there)
    assert news.take() == Parcel()
    with there.events.open("ab") as file:
        file.write(DONE + b'{"kind": "up')
    assert news.take() == Parcel(events=DONE)
    assert news.take() == Parcel()


def test_results_come_no_later_than_the_event_that_speaks_of_them(home: RunFolder, there: RunFolder) -> None:
    news = News(there)
    there.weights.write_bytes(b"weights")
    there.results.write_bytes(b"{}")
    with there.events.open("ab") as file:
        file.write(DONE)
    parcel = news.take()
    assert parcel.events == DONE
    assert set(parcel.files) == {"weights.safetensors", "results.json"}
    receiver = Receiver(home)
    receiver.take(parcel)
    receiver.close()
    assert home.weights.read_bytes() == b"weights"
    assert home.events.read_bytes() == BEGUN + DONE
    assert news.take() == Parcel()


def test_home_keeps_the_newest_two_checkpoints(home: RunFolder, there: RunFolder) -> None:
    news, receiver = News(there), Receiver(home)
    for update in (10, 20, 30):
        checkpoint(there, update)
        receiver.take(news.take())
    assert [path.read_bytes() for path in sorted(home.checkpoints.iterdir())] == [b"20", b"30"]


def test_snapshots_grow_in_their_file_and_come_with_checkpoints(home: RunFolder, there: RunFolder) -> None:
    home.snapshots.write_bytes(b"head")
    there.snapshots.write_bytes(b"head")
    news, receiver = News(there), Receiver(home)
    for update, content in ((1, b"head, one"), (2, b"head, one, two")):
        there.snapshots.write_bytes(content)
        assert not news.take().snapshots, "without a checkpoint nobody would go on from there"
        checkpoint(there, update)
        receiver.take(news.take())
        assert home.snapshots.read_bytes() == content


def test_weights_can_be_watched(home: RunFolder, there: RunFolder) -> None:
    news, receiver, writer = News(there), Receiver(home), LiveFrameWriter(there.frame, 5)
    for frame in (b"first", b"other"):
        writer.write(frame)
        receiver.take(news.take())
        assert read_live_frame(home.frame) == frame
    writer.close()
    receiver.close()


def test_a_line_that_was_cut_off_does_not_spoil_the_next(home: RunFolder) -> None:
    home.events.write_bytes(BEGUN + b'{"kind": "upda')
    receiver = Receiver(home)
    receiver.take(Parcel(events=DONE))
    assert home.events.read_bytes() == BEGUN + DONE
    assert read_record(home.events).damaged == 0
