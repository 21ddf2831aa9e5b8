"""How kernels are compiled: by Numba, cached below the user's cache folder, one folder per source."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
import platformdirs
from numba.core import caching

from snntrainer3d.engine.kernels.cache_file import SealedCacheFile

_UNCOMPILED = {"__init__", "learner", "llvm_text", "machine_code", "neurons", "plan"}
"""Files without kernels, whose changes need no new compilation."""

F = TypeVar("F", bound=Callable[..., Any])


@cache
def kernel_cache() -> Path:
    """Give the folder of compiled kernels, made where missing; a temporary one where nothing can be written.

    Numba notices a change of a kernel's own file only, not of kernels that it calls: hence the hash of all sources.
    `NUMBA_CACHE_DIR` overrides the place.
    """
    chosen = os.environ.get("NUMBA_CACHE_DIR") or os.path.join(platformdirs.user_cache_dir("snntrainer3d"), "kernels")
    for root in (Path(chosen), Path(tempfile.gettempdir()) / f"snntrainer3d-kernels-{os.getpid()}"):
        folder = root / _sources_hash()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
        except OSError:
            continue
    raise OSError("neither the user's cache folder nor the temporary folder can be written")


def kernel(**options: Any) -> Callable[[F], F]:
    """Compile a function on first call (`numba.njit`), without Python's lock, cached in `kernel_cache()`."""

    def compile_later(function: F) -> F:
        with _cached():
            return numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)

    return compile_later


def task_compiler(signature: Any) -> Callable[[F], Any]:
    """Compile a C function now (`numba.cfunc`), cached as `kernel` does."""

    def compile_now(function: F) -> Any:
        with _cached():
            return numba.cfunc(signature, cache=True, error_model="numpy")(function)

    return compile_now


@contextmanager
def _cached() -> Iterator[None]:
    """Let Numba keep what is made within the block in our folder, sealed; it asks neither in any other way."""
    before = numba.config.CACHE_DIR, caching.IndexDataCacheFile
    numba.config.CACHE_DIR, caching.IndexDataCacheFile = str(kernel_cache()), SealedCacheFile
    try:
        yield
    finally:
        numba.config.CACHE_DIR, caching.IndexDataCacheFile = before


def _sources_hash() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    engine = Path(__file__).parents[1]
    for file in sorted([*(engine / "kernels").rglob("*.py"), *(engine / "fused").glob("*.py")]):
        if file.stem not in _UNCOMPILED:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
