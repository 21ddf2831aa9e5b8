"""Files are written whole or not at all."""

import errno
import os
import stat

import pytest

from snntrainer3d.errors import InputError, StorageError
from snntrainer3d.storage import write_atomically, write_output


def test_a_file_is_written_with_its_folders(tmp_path):
    path = write_atomically(tmp_path / "a" / "b.json", "β")
    assert path.read_bytes() == "β".encode()
    write_atomically(path, memoryview(b"new"))
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["b.json"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_file_is_readable_as_any_new_file_is(tmp_path):
    (tmp_path / "plain").touch()
    path = write_atomically(tmp_path / "ours", b"")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_content_and_nothing_else(tmp_path, monkeypatch, step):
    path = write_atomically(tmp_path / "weights.json", b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, step, full)
    with pytest.raises(StorageError, match="No space left") as caught:
        write_atomically(path, b"new")
    assert "weights.json" in caught.value.message
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["weights.json"]


def test_an_interruption_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "new", b"new")
    assert os.listdir(tmp_path) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "below", b"x")


@pytest.mark.parametrize(
    ("place", "words"),
    [("file/below", "file is a file, not a folder"), (".", "is a folder"), ("file/a/b", "not a folder")],
)
def test_a_place_that_a_person_gave_wrongly_is_their_input(tmp_path, place, words):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=words) as caught:
        write_output(tmp_path / place, b"x")
    assert "space" not in caught.value.hint


@pytest.mark.parametrize(
    ("number", "kind", "hint"),
    [
        (errno.EACCES, InputError, "may write"),
        (errno.EROFS, InputError, "may write"),
        (errno.ENOENT, InputError, "another folder"),
        (errno.ENOSPC, StorageError, "Free some space"),
        (errno.EIO, StorageError, "Free some space"),
    ],
)
def test_only_the_disk_is_told_of_space(tmp_path, monkeypatch, number, kind, hint):
    def refused(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(kind) as caught:
        write_output(tmp_path / "x", b"new")
    assert hint in caught.value.hint
    assert os.listdir(tmp_path) == []
