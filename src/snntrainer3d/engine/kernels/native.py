# ruff: noqa: ARG001 — Numba calls by names that it prescribes
"""What Numba does not offer: products by the BLAS at hand on one thread, denormals as zero, a vectorising exp.

Products run *inside* Numba's threads, each on one thread: torch's and Numba's pools never run at the same time
(when they did, two threads were up to ten times slower than one), and a block's result does not depend on how many
threads there are. torch's own MKL is taken where its symbols can be found (measured: .14 ms for 128×784×100 on two
cores, OpenBLAS .18), else the BLAS of scipy.
"""

from __future__ import annotations

import ctypes
import math
import platform
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding  # type: ignore[import-untyped]
import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from snntrainer3d.engine.kernels.compiled import kernel

_X86 = platform.machine().lower() in {"x86_64", "amd64"}
FLUSH_BITS = 0x8040
"""Flush-to-zero and denormals-are-zero in the control register of SSE."""


@cache
def bind_blas() -> str:
    """Tell Numba where sgemm and dgemm are; call before the first kernel. Gives the name of the library taken."""
    found = _torch_blas() or _scipy_blas()
    for name, address in found.items():
        if name != "library":
            llvmlite.binding.add_symbol(f"snntrainer3d_{name}", int(address))
    return str(found["library"])


def _torch_blas() -> dict[str, Any] | None:
    """Find MKL inside torch's CPU library, which exports it on Linux."""
    import importlib.util

    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / "lib" / "libtorch_cpu.so"
    try:
        library = ctypes.CDLL(str(file))
        functions = {
            "sgemm": library.sgemm_,
            "dgemm": library.dgemm_,
            "one_thread": library.MKL_Set_Num_Threads_Local,
        }
    except (OSError, AttributeError):
        return None
    addresses = {name: ctypes.cast(found, ctypes.c_void_p).value for name, found in functions.items()}
    return {"library": "MKL of torch", **addresses}


def _scipy_blas() -> dict[str, Any]:
    """Find scipy's BLAS; its own threads are switched off for the process."""
    import threadpoolctl  # type: ignore[import-untyped]
    from scipy.linalg import cython_blas

    for library in threadpoolctl.ThreadpoolController().lib_controllers:
        if library.user_api == "blas":
            library.set_num_threads(1)
    capsules = cython_blas.__pyx_capi__
    return {
        "library": "BLAS of scipy",
        "sgemm": _pointer(capsules["sgemm"]),
        "dgemm": _pointer(capsules["dgemm"]),
        "one_thread": ctypes.cast(_keep_threads, ctypes.c_void_p).value,
    }


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
def _keep_threads(count: int) -> int:
    """Stand in for MKL's switch of threads where there is none to switch."""
    return count


def _pointer(capsule: Any) -> int:
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype = ctypes.c_char_p
    api.PyCapsule_GetName.argtypes = [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    address: int = api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule))
    return address


_GEMM = types.void(*([types.uintp] * 13))
_sgemm = types.ExternalFunction("snntrainer3d_sgemm", _GEMM)
_dgemm = types.ExternalFunction("snntrainer3d_dgemm", _GEMM)
one_blas_thread = types.ExternalFunction("snntrainer3d_one_thread", types.int32(types.int32))


def _gemm_of(c: Any, arguments: Any) -> Any:
    """Call the product of C's dtype."""
    raise NotImplementedError


@overload(_gemm_of)
def _gemm_overload(c: Any, arguments: Any) -> Any:
    def single(c: Any, arguments: Any) -> Any:
        _sgemm(*arguments)

    def double(c: Any, arguments: Any) -> Any:
        _dgemm(*arguments)

    return single if c.dtype == types.float32 else double


@kernel()
def gemm(
    a: Any,
    a_turned: Any,
    a_width: Any,
    b: Any,
    b_turned: Any,
    c: Any,
    m: Any,
    n: Any,
    k: Any,
    add: Any,
    integers: Any,
    reals: Any,
) -> Any:
    """Compute C[m n] = op(A)[m k]·op(B)[k n] (+ C where `add`), row-major; `turned` transposes.

    Rows of `a` are `a_width` apart, those of b and c dense.

    `integers` (int32, 8) and `reals` (2, of C's dtype) are scratch: BLAS takes its numbers by address.
    """
    integers[0] = n
    integers[1] = m
    integers[2] = k
    integers[3] = k if b_turned else n
    integers[4] = a_width
    integers[5] = n
    integers[6] = 84 if b_turned else 78
    integers[7] = 84 if a_turned else 78
    reals[0] = 1
    reals[1] = 1 if add else 0
    at = integers.ctypes.data
    one = reals.ctypes.data
    size = reals.itemsize
    _gemm_of(
        c,
        (
            at + 24, at + 28, at, at + 4, at + 8, one, b.ctypes.data, at + 12, a.ctypes.data, at + 16,
            one + size, c.ctypes.data, at + 20,
        ),
    )  # fmt: skip


@intrinsic
def _read_control(typing_context: Any) -> Any:
    """Read the control register of SSE; 0 on other machines."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        slot = builder.alloca(ir.IntType(32))
        builder.store(ir.IntType(32)(0), slot)
        if _X86:
            _call_control(builder, "llvm.x86.sse.stmxcsr", slot)
        return builder.load(slot)

    return types.uint32(), generate


@intrinsic
def _write_control(typing_context: Any, value: Any) -> Any:
    """Write the control register of SSE; nothing on other machines."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        slot = builder.alloca(ir.IntType(32))
        builder.store(args[0], slot)
        if _X86:
            _call_control(builder, "llvm.x86.sse.ldmxcsr", slot)
        return context.get_dummy_value()

    return types.void(types.uint32), generate


def _call_control(builder: Any, name: str, slot: Any) -> None:
    byte = ir.IntType(8).as_pointer()
    function = builder.module.globals.get(name) or ir.Function(
        builder.module, ir.FunctionType(ir.VoidType(), [byte]), name
    )
    builder.call(function, [builder.bitcast(slot, byte)])


@kernel(inline="never")
def flush_denormals() -> Any:
    """Let this thread take denormals as zero; give what `restore_denormals` wants.

    Decaying states turn denormal and made networks of two decays ten times slower than those of one.
    """
    before = _read_control()
    _write_control(numba.uint32(before | FLUSH_BITS))
    return before


@kernel(inline="never")
def restore_denormals(before: Any) -> Any:
    """Put back what `flush_denormals` found."""
    _write_control(numba.uint32(before))


@intrinsic
def _float_of_bits(typing_context: Any, bits: Any) -> Any:
    """Reinterpret 32 bits as float32."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), generate


def exp(x: Any) -> Any:
    """Give e^x; in float32 by a polynomial without calls, so that loops around it vectorise (Cephes, 2 ulp)."""
    return math.exp(x)


@overload(exp, inline="never")
def _exp_overload(x: Any) -> Any:
    return _exp32 if x == types.float32 else _exp64


def _exp64(x: Any) -> Any:
    return math.exp(x)


def _exp32(x: Any) -> Any:
    f = numba.float32
    x = min(max(x, f(-87.0)), f(88.0))
    n = numba.int32(x * f(1.44269504088896341) + (f(0.5) if x > f(0.0) else f(-0.5)))
    r = x - f(n) * f(0.693359375) - f(n) * f(-2.12194440e-4)
    p = f(1.9875691500e-4)
    p = p * r + f(1.3981999507e-3)
    p = p * r + f(8.3334519073e-3)
    p = p * r + f(4.1665795894e-2)
    p = p * r + f(1.6666665459e-1)
    p = p * r + f(5.0000001201e-1)
    y = p * r * r + r + f(1.0)
    return y * _float_of_bits(numba.int32((n + numba.int32(127)) << numba.int32(23)))
