"""Machine code on disk: damaged it is made again, never run and never an error; what is old or too much goes."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from snntrainer3d.engine.kernels import code_cache, machine_code

NEW, OLD = "0" * 32, "f" * 32


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    code_cache._folder.cache_clear()
    yield tmp_path / "kernels"
    code_cache._folder.cache_clear()


def made(number: int) -> int:
    """Return what a function gives that is compiled, or read from disk, as another process would."""
    text = f"define i64 @scan() {{\nret i64 {number}\n}}\n"
    return int(ctypes.CFUNCTYPE(ctypes.c_int64)(machine_code.address_of.__wrapped__(text))())


def test_damaged_code_is_compiled_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = machine_code._compile
    monkeypatch.setattr(machine_code, "_compile", lambda text, *rest: (compiled.append(text), real(text, *rest))[1])
    assert (made(7), made(7), len(compiled)) == (7, 7, 1)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    noise = whole[:40] + bytes(255 - byte for byte in whole[40:80]) + whole[80:]
    for count, damage in enumerate([whole[: len(whole) // 2], noise, b""]):
        file.write_bytes(damage)
        assert (made(7), len(compiled)) == (7, count + 2)
        assert file.read_bytes() == whole


def test_what_fails_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    for wrong in ("define i64 @scan() {\nret i64 one\n}\n", "define void @scan() {\nret i64 1\n}\n"):
        with pytest.raises(RuntimeError):
            machine_code.address_of(wrong)
    assert list(folder.iterdir()) == []
    folder.rmdir()
    folder.write_text("a file where the folder was")
    assert made(8) == 8
    assert [one.name for one in tmp_path.iterdir()] == ["kernels"]


def test_old_code_goes_and_what_others_keep_there_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not used for a month, and beyond the most what was not used for longest; each use counts."""
    day = 86_400.0
    monkeypatch.setattr(code_cache.time, "time", lambda: 1000 * day)

    def written(name: str, days_ago: float, size: int = 1000) -> Path:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes(size))
        os.utime(file, ((1000 - days_ago) * day,) * 2)
        return file

    earlier = "0123456789abcdef"
    numba_s = written(f"{earlier}/kernels_x/block._lane.nbc", 31)
    gone = [numba_s, written(f"{earlier}/{OLD}.o", 31), written(f"{OLD}.o", 31)]
    left = [written("others/module.fn.nbi", 400), written("notes.o", 400), written(f"{'1' * 32}.o", 29)]
    code_cache.keep(NEW, b"code")
    os.utime(folder / f"{NEW}.o", (1000 * day,) * 2)
    assert not any(file.exists() for file in gone)
    assert not (folder / earlier).exists()
    assert all(file.exists() for file in left)
    big = [written(f"{number:032x}.o", 10 - number, 400) for number in range(2, 6)]
    monkeypatch.setattr(code_cache, "MOST_BYTES", 1000)
    code_cache.keep(OLD, b"more")
    assert [file.exists() for file in big] == [False, False, True, True]
    assert not left[-1].exists()
    assert all(file.exists() for file in left[:-1])


def test_use_keeps_code(folder: Path) -> None:
    code_cache.keep(OLD, b"code")
    file = folder / f"{OLD}.o"
    os.utime(file, (1.0, 1.0))
    assert code_cache.kept(OLD) == b"code"
    assert file.stat().st_mtime > 1.0
