"""Compiled kernels that were damaged on disk: compiled again, never run, never an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from snntrainer3d.engine.kernels import compiled


def doubled(value: float) -> float:
    return 2.0 * value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    compiled.kernel_cache.cache_clear()
    yield tmp_path
    compiled.kernel_cache.cache_clear()


def hits() -> int:
    """Call a kernel made anew, as another process would; tell how often the cache had it."""
    made: Any = compiled.kernel()(doubled)
    assert made(21.0) == 42.0
    return sum(made.stats.cache_hits.values())


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def noise(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes(255 - byte for byte in content[middle : middle + 30]) + content[middle + 30 :]


def empty(_content: bytes) -> bytes:
    return b""


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", [cut, noise, empty])
def test_a_damaged_kernel_is_compiled_again(folder: Path, ending: str, damage: Callable[[bytes], bytes]) -> None:
    assert [hits(), hits()] == [0, 1]
    files = list(folder.rglob(f"*.{ending}"))
    assert files
    for file in files:
        file.write_bytes(damage(file.read_bytes()))
    assert [hits(), hits()] == [0, 1]
