# ruff: noqa: ARG001 — Numba calls by names that it prescribes
"""Sums of weighted rows that stay in the processor's registers until they are whole, which loops in Python do not."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from snntrainer3d.engine.kernels.compiled import kernel

WIDTH = 16
"""Values of a vector; LLVM cuts it to what the processor has."""
_FUSED = ("contract",)
_INDEX = ir.IntType(64)


def _adder(vectors: int) -> Any:
    """Give an intrinsic that sums rows of so many vectors."""

    @intrinsic
    def add(typing_context: Any, target: Any, base: Any, places: Any, values: Any, count: Any, zero: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = ir.FloatType() if signature.args[5] == types.float32 else ir.DoubleType()
            _generate(builder, args, number, vectors)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 5, zero), generate

    return add


def _generate(builder: Any, args: Any, number: Any, vectors: int) -> None:
    target, base, places, values, count, _ = args
    size = 4 if isinstance(number, ir.FloatType) else 8
    vector = ir.VectorType(number, WIDTH)
    steps = [_INDEX(at * WIDTH * size) for at in range(vectors)]

    def there(address: Any, step: Any) -> Any:
        return builder.inttoptr(builder.add(address, step), vector.as_pointer())

    before, head, body, end = (builder.block, *(builder.append_basic_block(name) for name in ("head", "body", "end")))
    builder.branch(head)
    builder.position_at_end(head)
    at, sums = builder.phi(_INDEX), [builder.phi(vector) for _ in steps]
    at.add_incoming(_INDEX(0), before)
    for each in sums:
        each.add_incoming(ir.Constant(vector, [0.0] * WIDTH), before)
    builder.cbranch(builder.icmp_signed("<", at, count), body, end)
    builder.position_at_end(body)
    row = builder.add(base, builder.load(builder.gep(builder.inttoptr(places, _INDEX.as_pointer()), [at])))
    value = builder.load(builder.gep(builder.inttoptr(values, number.as_pointer()), [at]))
    spread = _spread(builder, value, vector)
    for each, step in zip(sums, steps, strict=True):
        product = builder.fmul(builder.load(there(row, step), align=size), spread, flags=_FUSED)
        each.add_incoming(builder.fadd(each, product, flags=_FUSED), body)
    at.add_incoming(builder.add(at, _INDEX(1)), body)
    builder.branch(head)
    builder.position_at_end(end)
    for each, step in zip(sums, steps, strict=True):
        place = there(target, step)
        builder.store(builder.fadd(builder.load(place, align=size), each), place, align=size)


def _spread(builder: Any, value: Any, vector: Any) -> Any:
    """Give a vector that holds the value everywhere."""
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, value, ir.IntType(32)(0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH))


_add4, _add2, _add1 = _adder(4), _adder(2), _adder(1)


@kernel()
def add_rows(target: int, base: int, places: int, values: int, count: int, vectors: int, size: int, zero: Any) -> None:
    """Add Σ values[i]·row[i] to the row at `target`; all are addresses.

    Args:
        base, places: row i begins `places[i]` bytes (int64) behind `base`.
        values: numbers of the dtype of `zero`, as the rows are, each of `size` bytes.
        vectors: length of the rows in vectors of `WIDTH` numbers.
    """
    done, step = 0, size * WIDTH
    while vectors - done >= 4:
        _add4(target + done * step, base + done * step, places, values, count, zero)
        done += 4
    if vectors - done >= 2:
        _add2(target + done * step, base + done * step, places, values, count, zero)
        done += 2
    if vectors - done == 1:
        _add1(target + done * step, base + done * step, places, values, count, zero)
