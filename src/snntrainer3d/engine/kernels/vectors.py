"""Sums of weighted rows that stay in the processor's registers until they are whole, which loops in Python do not."""

from __future__ import annotations

from snntrainer3d.engine.kernels.translate import Instructions, Integers, Number, Numbers, kernel, size_of

WIDTH = 16
"""Values of a vector; LLVM cuts it to what the processor has."""


def _adder(vectors: int) -> Instructions:
    """Return a function that adds Σ values[i]·row[i] to rows of so many vectors."""
    kind, each = f"<{WIDTH} x Number>", range(vectors)
    lines = [
        f"define internal void @add{vectors}(ptr %target, ptr %base, ptr %places, ptr %values, i64 %count) {{",
        "entry:", "br label %head", "head:",
        "%at = phi i64 [0, %entry], [%next, %body]",
        *(f"%sum{k} = phi {kind} [zeroinitializer, %entry], [%new{k}, %body]" for k in each),
        "%more = icmp slt i64 %at, %count",
        "br i1 %more, label %body, label %end",
        "body:",
        "%from = getelementptr i64, ptr %places, i64 %at",
        "%bytes = load i64, ptr %from",
        "%row = getelementptr i8, ptr %base, i64 %bytes",
        "%place = getelementptr Number, ptr %values, i64 %at",
        "%value = load Number, ptr %place",
        f"%first = insertelement {kind} poison, Number %value, i32 0",
        f"%spread = shufflevector {kind} %first, {kind} poison, <{WIDTH} x i32> zeroinitializer",
    ]  # fmt: skip
    for k in each:
        lines += [
            f"%part{k} = getelementptr {kind}, ptr %row, i64 {k}",
            f"%own{k} = load {kind}, ptr %part{k}, align size_of(Number)",
            f"%product{k} = fmul contract {kind} %own{k}, %spread",
            f"%new{k} = fadd contract {kind} %sum{k}, %product{k}",
        ]
    lines += ["%next = add i64 %at, 1", "br label %head", "end:"]
    for k in each:
        lines += [
            f"%there{k} = getelementptr {kind}, ptr %target, i64 {k}",
            f"%before{k} = load {kind}, ptr %there{k}, align size_of(Number)",
            f"%after{k} = fadd {kind} %before{k}, %sum{k}",
            f"store {kind} %after{k}, ptr %there{k}, align size_of(Number)",
        ]
    takes = ("*Number", "*Number", "*i64", "*Number", "i64")
    return Instructions(f"add{vectors}", takes, "void", "\n".join([*lines, "ret void", "}"]))


_add4, _add2, _add1 = _adder(4), _adder(2), _adder(1)


@kernel
def add_rows(target: Numbers, base: int, places: Integers, values: Numbers, count: int, vectors: int) -> None:
    """Add Σ values[i]·row[i] to the row at `target`.

    Args:
        base, places: row i begins `places[i]` bytes behind the address `base`.
        vectors: length of the rows in vectors of `WIDTH` numbers.
    """
    done, step = 0, size_of(Number) * WIDTH
    while vectors - done >= 4:
        _add4(target[done * WIDTH :], Numbers(base + done * step), places, values, count)
        done += 4
    if vectors - done >= 2:
        _add2(target[done * WIDTH :], Numbers(base + done * step), places, values, count)
        done += 2
    if vectors - done == 1:
        _add1(target[done * WIDTH :], Numbers(base + done * step), places, values, count)
