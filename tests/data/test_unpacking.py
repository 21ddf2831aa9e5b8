"""What is unpacked for an import: no more than is allowed, nothing left by who was killed, damage told as such."""

from __future__ import annotations

import asyncio
import bz2
import errno
import gzip
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from own_files import packed, pictures_by_class, written
from snntrainer3d.data import import_data, left_unpacked
from snntrainer3d.data.own import portions
from snntrainer3d.data.own.unpacking import Allowance, place_of_its_own, unpack
from snntrainer3d.errors import FileFormatError, LimitError, StorageError
from snntrainer3d.runs import check_store
from snntrainer3d.server import create_app

TABLE = "".join(f"{at * 5 % 17},{at % 7},{'ab'[at % 2]}\n" for at in range(60)).encode()


def nested(innermost: bytes, levels: int) -> bytes:
    """Give a zip of zips, three in each."""
    content = gzip.compress(innermost)
    for _ in range(levels):
        content = packed({f"{at}.gz": content for at in range(3)}, zipfile.ZIP_DEFLATED)
    return content


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of every file that was unpacked, to its last byte."""
    sizes: list[int] = []

    def told(packed: Any, place: Path, allowance: Allowance) -> Path:
        try:
            return unpack(packed, place, allowance)
        finally:
            sizes.append(place.stat().st_size)

    monkeypatch.setattr(portions, "unpack", told)
    return sizes


def test_zips_in_a_zip_share_what_may_be_unpacked_in_all(
    tmp_path: Path, unpacked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "MAX_TREE_BYTES", 3_000_000)
    monkeypatch.setattr(portions, "MAX_RATIO", 100_000)
    with pytest.raises(LimitError, match="bomb unpacks to more than 3,000,000 bytes"):
        import_data(written(tmp_path, "b.zip", nested(b"\0" * 900_000, 2)), "bomb")
    assert sum(unpacked) <= 3_000_000
    assert max(unpacked) == 900_000, "what is allowed is unpacked"


def test_what_is_unpacked_is_measured_against_the_outermost_file(tmp_path: Path, unpacked: list[int]) -> None:
    content = nested(b"\0" * 300_000, 2)
    assert 200 * len(content) < 1 << 20, "so small a file may unpack to a mebibyte"
    with pytest.raises(LimitError, match=r"b\.zip unpacks to more than 1,048,576 bytes"):
        import_data(written(tmp_path, "b.zip", content))
    assert sum(unpacked) <= 1 << 20


def member(compression: int) -> Callable[[], tuple[str, bytes]]:
    def made() -> tuple[str, bytes]:
        content = bytearray(packed({"t_train.h5": TABLE * 9, "t_test.h5": TABLE}, compression))
        start = 30 + len("t_train.h5") + (9 if compression == zipfile.ZIP_LZMA else 0)
        content[start + 4 : start + 40] = b"\xff" * 36
        return "t.zip", bytes(content)

    return made


def bare_gzip() -> tuple[str, bytes]:
    content = bytearray(gzip.compress(TABLE * 9))
    content[20:60] = b"\xff" * 40
    return "t.h5.gz", bytes(content)


DAMAGED = {
    "deflate": member(zipfile.ZIP_DEFLATED),
    "bzip2": member(zipfile.ZIP_BZIP2),
    "lzma": member(zipfile.ZIP_LZMA),
    "gzip": bare_gzip,
}


@pytest.mark.parametrize("way", DAMAGED)
def test_a_damaged_member_is_told_as_damaged_however_it_is_packed(way: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"t_train\.h5|t\.h5\.gz") as caught:
        import_data(written(tmp_path, *DAMAGED[way]()))
    assert "cannot be unpacked: " in caught.value.message
    assert "None" not in caught.value.message


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_picture_is_told_as_damaged_however_it_is_packed(compression: int, tmp_path: Path) -> None:
    content = bytearray(packed(pictures_by_class(), compression))
    start = 30 + len("pets/cat/0.png") + (9 if compression == zipfile.ZIP_LZMA else 0)
    content[start + 4 : start + 40] = b"\xff" * 36
    with pytest.raises(FileFormatError) as caught:
        import_data(written(tmp_path, "pets.zip", bytes(content)))
    assert {fault.path: fault.message[:18] for fault in caught.value.faults} == {"pets/cat/0.png": "cannot be unpacked"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_is_told_as_one() -> None:
    with pytest.raises(StorageError, match=r"Nothing can be unpacked into .*: No space left"):
        unpack(io.BytesIO(b"a" * 100_000), Path("/dev/full"), Allowance("t.h5.gz", 1_000_000))


def test_a_disk_that_cannot_be_read_is_no_damage_of_the_file(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.raises(StorageError, match=r"t\.h5\.gz cannot be read: Input/output error"):
        unpack(Broken(), tmp_path / "0", Allowance("t.h5.gz", 1_000_000))


@pytest.mark.parametrize(
    ("file", "content", "name", "title"),
    [
        ("t.csv.gz", gzip.compress(TABLE), "", "t"),
        ("T.CSV.GZ", gzip.compress(TABLE), "", "T"),
        ("t.csv", TABLE, "my name", "my name"),
        ("t.csv.gz", gzip.compress(TABLE), "my name", "my name"),
        (".upload-x0", TABLE, "t.csv", "t"),
        (".upload-x0", gzip.compress(TABLE), "t.csv.gz", "t"),
    ],
)
def test_a_table_is_known_by_its_files_name(file: str, content: bytes, name: str, title: str, tmp_path: Path) -> None:
    info = import_data(written(tmp_path, file, content), name)
    assert (info.title, info.classes, info.input_shape) == (title, 2, (2,))


def test_a_bzip2_file_by_itself_is_of_no_kind(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="of no kind that is read"):
        import_data(written(tmp_path, "t.csv.bz2", bz2.compress(TABLE)))


def old(folder: Path) -> Path:
    os.utime(folder, (time.time() - 60,) * 2)
    return folder


KILLED = """
import sys
from snntrainer3d.data.own.unpacking import place_of_its_own
with place_of_its_own() as folder:
    (folder / "0").write_bytes(b"half")
    print(folder, flush=True)
    sys.stdin.read()
"""


async def started_and_ended(home: Path) -> None:
    app = create_app(home)
    async with app.router.lifespan_context(app):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("by_the_server", [True, False])
def test_what_a_killed_process_unpacked_is_removed_and_what_is_in_use_is_not(home: Path, by_the_server: bool) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process, place_of_its_own() as in_use:
        assert process.stdout
        left = old(Path(process.stdout.readline().strip()))
        old(in_use)
        assert left.parent == home
        assert left_unpacked(home) == []
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=120)
        if by_the_server:
            asyncio.run(started_and_ended(home))
        else:
            assert [(trouble.where, trouble.mended) for trouble in check_store(home)] == [(str(left), "")]
            assert [trouble.mended for trouble in check_store(home, mend=True)] == ["Removed."]
        assert not left.exists()
        assert in_use.is_dir()
    assert not in_use.exists()
