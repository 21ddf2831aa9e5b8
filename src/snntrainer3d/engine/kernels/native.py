"""What the small Python of kernels does not have: products by the BLAS at hand on one thread, denormals as zero, exp.

Products run *inside* the kernels' threads, each on one thread: torch's pool and the kernels' never run at the same time
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

from snntrainer3d.engine.kernels.translate import (
    Instructions,
    Int32,
    Number,
    Numbers,
    Single,
    array_of,
    float_of_bits,
    kernel,
    size_of,
)

_X86 = platform.machine().lower() in {"x86_64", "amd64"}
FLUSH_BITS = 0x8040
"""Flush-to-zero and denormals-are-zero in the control register of SSE."""
_TURNED, _AS_IT_IS = ord("T"), ord("N")


@cache
def bind_blas() -> str:
    """Tell LLVM where sgemm and dgemm are; call before the first kernel. Return the name of the library taken."""
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
            "gemm_float": library.sgemm_,
            "gemm_double": library.dgemm_,
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
        "gemm_float": _pointer(capsules["sgemm"]),
        "gemm_double": _pointer(capsules["dgemm"]),
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


one_blas_thread = Instructions("snntrainer3d_one_thread", ("i32",), "i32", "declare i32 @snntrainer3d_one_thread(i32)")
_product = Instructions(
    "snntrainer3d_gemm_Number",
    (*["*i32"] * 5, "*Number", "*Number", "*i32", "*Number", "*i32", "*Number", "*Number", "*i32"),
    "void",
    f"declare void @snntrainer3d_gemm_Number({', '.join(['ptr'] * 13)})",
)


@kernel
def gemm(
    a: Numbers, a_turned: bool, a_width: int, b: Numbers, b_turned: bool, c: Numbers, m: int, n: int, k: int, add: bool
) -> None:
    """Compute C[m n] = op(A)[m k]·op(B)[k n] (+ C where `add`), row-major; `turned` transposes.

    Rows of `a` are `a_width` apart, those of b and c dense. BLAS takes its numbers by address.
    """
    sizes, letters, factors = array_of(Int32, 6), array_of(Int32, 2), array_of(Number, 2)
    sizes[0], sizes[1], sizes[2] = Int32(n), Int32(m), Int32(k)
    sizes[3], sizes[4], sizes[5] = Int32(k if b_turned else n), Int32(a_width), Int32(n)
    letters[0], letters[1] = Int32(_TURNED if b_turned else _AS_IT_IS), Int32(_TURNED if a_turned else _AS_IT_IS)
    factors[0], factors[1] = Number(1), Number(add)
    _product(
        letters,
        letters[1:],
        sizes,
        sizes[1:],
        sizes[2:],
        factors,
        b,
        sizes[3:],
        a,
        sizes[4:],
        factors[1:],
        c,
        sizes[5:],
    )


def _control(name: str, takes: tuple[str, ...], gives: str, text: str) -> Instructions:
    """Return what reads or writes the control register of SSE; on other machines it does nothing."""
    declared = "declare void @llvm.x86.sse.stmxcsr(ptr)\ndeclare void @llvm.x86.sse.ldmxcsr(ptr)\n"
    head = f"define internal {gives} @{name}({'i32 %before' if takes else ''}) noinline"
    nothing = "ret void" if gives == "void" else "ret i32 0"
    return Instructions(name, takes, gives, f"{declared if _X86 else ''}{head} {{\n{text if _X86 else nothing}\n}}")


flush_denormals = _control(
    "flush_denormals",
    (),
    "i32",
    f"""%slot = alloca i32
call void @llvm.x86.sse.stmxcsr(ptr %slot)
%before = load i32, ptr %slot
%flushing = or i32 %before, {FLUSH_BITS}
store i32 %flushing, ptr %slot
call void @llvm.x86.sse.ldmxcsr(ptr %slot)
ret i32 %before""",
)
"""Let this thread take denormals as zero; gives what `restore_denormals` wants.

Decaying states turn denormal and made networks of two decays ten times slower than those of one.
"""
restore_denormals = _control(
    "restore_denormals",
    ("i32",),
    "void",
    """%slot = alloca i32
store i32 %before, ptr %slot
call void @llvm.x86.sse.ldmxcsr(ptr %slot)
ret void""",
)
"""Put back what `flush_denormals` found."""


@kernel
def exp(x: Number) -> Number:
    """Return e^x; of single precision without calls, so that loops around it vectorise."""
    return Number(_exp_single(Single(x))) if size_of(Number) == 4 else Number(math.exp(float(x)))


@kernel
def _exp_single(x: Single) -> Single:
    """Return e^x by a polynomial, within 2 units of the last place (Cephes)."""
    x = min(max(x, Single(-87.0)), Single(88.0))
    n = Int32(x * Single(1.44269504088896341) + (Single(0.5) if x > Single(0.0) else Single(-0.5)))
    r = x - Single(n) * Single(0.693359375) - Single(n) * Single(-2.12194440e-4)
    p = Single(1.9875691500e-4)
    p = p * r + Single(1.3981999507e-3)
    p = p * r + Single(8.3334519073e-3)
    p = p * r + Single(4.1665795894e-2)
    p = p * r + Single(1.6666665459e-1)
    p = p * r + Single(5.0000001201e-1)
    y = p * r * r + r + Single(1.0)
    return y * float_of_bits((n + Int32(127)) << Int32(23))
