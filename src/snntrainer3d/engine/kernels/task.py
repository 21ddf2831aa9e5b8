# ruff: noqa: ARG001 — Numba calls by names that it prescribes
"""Compiled tasks run side by side: a task is one C function (table, lane), its table the addresses of its arrays.

One small parallel loop calls any task by its address. With `prange` in every kernel Numba would compile each one
twice over (measured: 20 s more).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from snntrainer3d.engine.kernels.compiled import kernel, task_compiler
from snntrainer3d.engine.kernels.native import bind_blas

Table = np.ndarray
"""int64 [n]: addresses and sizes, in the order that a task reads them."""


@intrinsic
def _pointer(typing_context: Any, address: Any) -> Any:
    """Take a number as an address."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.intp), generate


@intrinsic
def call(typing_context: Any, function: Any, table: Any, lane: Any) -> Any:
    """Call the C function at an address."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(ir.VoidType(), [word, word])
        builder.call(builder.inttoptr(args[0], kind.as_pointer()), [args[1], args[2]])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@intrinsic
def take_number(typing_context: Any, address: Any) -> Any:
    """Give the number at an address and add one to it there, whoever else does so at the same time."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        return builder.atomic_rmw("add", builder.inttoptr(args[0], word.as_pointer()), word(1), "monotonic")

    return types.int64(types.int64), generate


@kernel()
def vector(address: Any, size: Any, dtype: Any) -> Any:
    """Give the `size` values at an address as an array."""
    return numba.carray(_pointer(address), (size,), dtype)


@kernel()
def matrix(address: Any, rows: Any, columns: Any, dtype: Any) -> Any:
    """Give the rows × columns values at an address as an array."""
    return numba.carray(_pointer(address), (rows, columns), dtype)


@kernel()
def stack(address: Any, depth: Any, rows: Any, columns: Any, dtype: Any) -> Any:
    """Give the depth × rows × columns values at an address as an array."""
    return numba.carray(_pointer(address), (depth, rows, columns), dtype)


@kernel(parallel=True)
def _run_parallel(function: Any, table: Any, lanes: Any) -> Any:
    for lane in numba.prange(lanes):
        call(function, table, lane)


@kernel()
def _run_alone(function: Any, table: Any, lanes: Any) -> Any:
    for lane in range(lanes):
        call(function, table, lane)


class Task:
    """A function (table: int64, lane: int64) that is compiled when first needed.

    `table` is the address of the table; the function must touch only what belongs to its lane.
    """

    def __init__(self, function: Callable[[int, int], None]) -> None:
        self._function = function
        self._address = 0

    @property
    def address(self) -> int:
        """Give the address of the compiled function; the first time takes seconds, from the cache milliseconds."""
        if not self._address:
            bind_blas()
            self._compiled = task_compiler(types.void(types.int64, types.int64))(self._function)
            self._address = self._compiled.address
        return self._address

    def run(self, table: Table, lanes: int) -> None:
        """Run lanes 0…lanes − 1, side by side where there are several."""
        run = _run_parallel if lanes > 1 else _run_alone
        run(self.address, table.ctypes.data, lanes)


def threads() -> int:
    """Give how many threads kernels may use (`NUMBA_NUM_THREADS`, else the cores)."""
    return int(numba.get_num_threads())
