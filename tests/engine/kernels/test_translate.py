"""Kernels in their small Python compute what Python computes, in the precision asked for, or say what is wrong."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from snntrainer3d.engine.kernels.machine_code import address_of
from snntrainer3d.engine.kernels.native import exp
from snntrainer3d.engine.kernels.task import Task, threads
from snntrainer3d.engine.kernels.translate import (
    Floats,
    Int32,
    Integers,
    Integers32,
    Number,
    Numbers,
    Raws,
    array_of,
    kernel,
    module_text,
    size_of,
)

THREE = 3


@kernel
def factorial(n: int) -> int:
    found = 1
    while n > 1:
        found *= n
        n -= 1
    return found


@kernel
def first_above(values: Numbers, count: int, limit: float) -> int:
    for i in range(count):
        if values[i] > limit:
            return i
    return -1


@kernel
def integers(table: Integers, lane: int) -> None:
    """Fill `out` with what whole numbers give."""
    out, a, b = Integers(table[0]), table[1], table[2]
    out[0], out[1], out[2], out[3] = a + b, a - b, a * b, -a
    out[4], out[5], out[6] = a // b, a % b, a << THREE
    out[7], out[8], out[9] = min(a, b), max(a, b), a if a > b else b
    out[10], out[11] = factorial(5), lane
    out[12] = (a > b and a != 0) + (a < b or not a) + (a == b)
    a, b = b, a
    out[13], out[14] = a, b
    for i in range(2, 9, 3):
        out[15] = out[15] * 10 + i
    narrow = array_of(Int32, 2)
    narrow[0], narrow[1] = Int32(a * (1 << 40) + 5), Int32(-7)
    out[16], out[17] = narrow[0], narrow[1] + Integers32(int(narrow))[1:][0]
    out[18], out[19] = size_of(Number), int(out[3:]) - int(out)


@kernel
def numbers(table: Integers, lane: int) -> None:
    """Fill `out` with what numbers give."""
    out, x, y, exact = Numbers(table[0]), Numbers(table[1]), Raws(table[2])[lane], Floats(table[3])
    a, b = x[0], x[1]
    out[0], out[1], out[2], out[3] = a + b, a - b, a * b, a / b
    out[4], out[5], out[6] = -a, min(a, b), max(a, b)
    out[7], out[8], out[9] = math.sqrt(a), exp(b), Number(y) * a
    out[10], out[11] = a if a > b else b, first_above(x, 2, 2.0)
    total = 0.0
    for i in range(1000):
        total += a / 3 + i * 0.1
    exact[0], exact[1] = total, 1 / THREE


@pytest.mark.parametrize(("a", "b"), [(17, 5), (3, 19), (4, 4)])
def test_whole_numbers_are_pythons(a: int, b: int) -> None:
    out = np.zeros(20, np.int64)
    Task(integers, Number="float").run(np.array([out.ctypes.data, a, b]), 1)
    expected = [a + b, a - b, a * b, -a, a // b, a % b, a << 3, min(a, b), max(a, b), max(a, b), 120, 0]
    assert out.tolist() == [*expected, 1, b, a, 258, 5, -14, 4, 24]


@pytest.mark.parametrize("kind", ["float", "double"])
def test_numbers_keep_their_precision(kind: str) -> None:
    f = np.float32 if kind == "float" else np.float64
    x, raw = np.array([2.3, -1.7], f), np.array([200], np.uint8)
    out, exact = np.zeros(12, f), np.zeros(2)
    table = np.array([out.ctypes.data, x.ctypes.data, raw.ctypes.data, exact.ctypes.data])
    Task(numbers, Number=kind, Raw="i8").run(table, 1)
    a, b = x
    same = [a + b, a - b, a * b, a / b, -a, b, a, np.sqrt(a)]
    assert out[:8].tolist() == same
    np.testing.assert_allclose(out[8], np.exp(b), rtol=2 * np.finfo(f).eps)
    assert out[9:].tolist() == [f(200) * a, a, 0]
    assert exact.tolist() == [sum_of(a, f), 1 / 3]


def sum_of(a: Any, f: Any) -> float:
    """Return the sum that Python makes in double precision of what was computed in the other."""
    total = 0.0
    for i in range(1000):
        total += float(f(a / f(3))) + i * 0.1
    return total


def test_what_does_not_fit_names_the_kernel_and_the_line() -> None:
    def narrows(_table: Integers, lane: int) -> None:
        lane = 1.5  # noqa: F841

    def computes(table: Integers, lane: int) -> None:
        table[0] = table + lane

    def chooses(table: Integers, lane: int) -> None:
        table[0] = 1 if lane else 2.0

    def slices(table: Integers, lane: int) -> None:
        table[0] = table[lane : lane + 1][0]

    def asserts(_table: Integers, lane: int) -> None:
        assert lane

    def opens(_table: Any, lane: int) -> None:
        pass

    said: dict[Callable[..., None], str] = {
        narrows: "narrows: lane = 1.5: double is no i64",
        computes: r"computes: table\[0\] = table \+ lane: there is no computing with \*i64",
        chooses: "chooses: .*: the arms of a choice are i64 and double",
        slices: r"slices: .*: of an address there is only what begins somewhere: \[begin:\]",
        asserts: "asserts: assert lane: this statement is none that kernels have",
        opens: "a kernel knows no kind 'Any'",
    }
    for function, words in said.items():
        with pytest.raises(TypeError, match=words):
            module_text(kernel(function), {})
    with pytest.raises(TypeError, match="can be called by kernels only"):
        factorial(3)


def test_lanes_run_side_by_side_each_once() -> None:
    @kernel
    def counted(table: Integers, lane: int) -> None:
        Integers(table[0])[lane] += lane + 1

    out, task, before = np.zeros(7, np.int64), Task(counted), threads()
    for lanes in (7, 1, 0):
        task.run(np.array([out.ctypes.data]), lanes)
    assert out.tolist() == [2, 2, 3, 4, 5, 6, 7]
    assert threads() == before


def test_a_kernel_is_called_at_its_address() -> None:
    @kernel
    def doubled(values: Floats, count: int) -> None:
        for i in range(count):
            values[i] *= 2

    values = np.arange(9.0)
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(
        address_of(module_text(doubled, {}), "run", optimised=True)
    )
    run(values.ctypes.data, 8)
    assert values.tolist() == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 8.0]
