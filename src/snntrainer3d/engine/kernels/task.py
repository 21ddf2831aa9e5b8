"""Compiled tasks run side by side: a task is one C function (table, lane), its table the addresses of its arrays.

One small parallel loop, that of Numba's threads, calls any task by its address.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numba
import numpy as np

from snntrainer3d.engine.kernels.machine_code import address_of
from snntrainer3d.engine.kernels.native import bind_blas
from snntrainer3d.engine.kernels.translate import Instructions, Integers, Kernel, kernel, module_text

Table = np.ndarray
"""int64 [n]: addresses and sizes, in the order that a task reads them."""

call = Instructions(
    "call",
    ("i64", "*i64", "i64"),
    "void",
    """define internal void @call(i64 %function, ptr %table, i64 %lane) {
%code = inttoptr i64 %function to ptr
call void %code(ptr %table, i64 %lane)
ret void
}""",
)
"""Call the C function at an address."""
take_number = Instructions(
    "take_number",
    ("*i64",),
    "i64",
    """define internal i64 @take_number(ptr %place) {
%number = atomicrmw add ptr %place, i64 1 monotonic
ret i64 %number
}""",
)
"""Return the number at an address and add one to it there, whoever else does so at the same time."""


@kernel
def _some_lanes(first: Integers, count: Integers, _steps: Integers, task: Integers) -> None:
    """Run the lanes of threads first … first + count − 1; what Numba's threads call."""
    for thread in range(first[0], first[0] + count[0]):
        for lane in range(thread, task[2], task[3]):
            call(task[0], Integers(task[1]), lane)


FLOATS = {np.dtype(np.float32): "float", np.dtype(np.float64): "double"}
"""What LLVM calls the floats of networks."""


class Task:
    """A kernel (table: Integers, lane: int) that is compiled when first needed.

    `table` is the address of the table; the kernel must touch only what belongs to its lane.
    """

    def __init__(self, made: Kernel, **kinds: str) -> None:
        self._kernel, self._kinds = made, kinds
        self._address = 0

    @property
    def address(self) -> int:
        """The address of the compiled function; the first time takes a moment, from the cache milliseconds."""
        if not self._address:
            bind_blas()
            self._address = address_of(module_text(self._kernel, self._kinds), "run", optimised=True)
            self._alone = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(self._address)
        return self._address

    def run(self, table: Table, lanes: int) -> None:
        """Run lanes 0…lanes − 1, side by side where there are several."""
        address, at = self.address, table.ctypes.data
        if lanes > 1:
            (loop, some_lanes), one, count = _parallel_loop(), ctypes.c_size_t * 1, threads()
            loop(some_lanes, one(0), one(count), one(1), (ctypes.c_int64 * 4)(address, at, lanes, count), 0, 1, count)
        else:
            for lane in range(lanes):
                self._alone(at, lane)


@cache
def _parallel_loop() -> tuple[Any, int]:
    """Return the loop of Numba's threads, and the address of what each of them calls.

    Threads 0…n − 1 are handed out as addresses: rows of an array at address 0, one byte each. The number of threads
    given to the loop becomes that of all later ones, hence always as many as there are.
    """
    threads()
    places = [ctypes.c_void_p] * 5
    kind = ctypes.CFUNCTYPE(None, *places, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int)
    some_lanes = address_of(module_text(_some_lanes, {}), "run", optimised=True)
    return kind(llvm.address_of_symbol("numba_parallel_for")), some_lanes


def threads() -> int:
    """Return how many threads kernels may use (`NUMBA_NUM_THREADS`, else the cores)."""
    return int(numba.get_num_threads())
