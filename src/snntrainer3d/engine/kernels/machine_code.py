"""Machine code of generated functions: made by LLVM in a moment, kept on disk under what it was made of."""

from __future__ import annotations

import hashlib
import struct
import threading
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]

from snntrainer3d.engine.kernels.compiled import kernel_cache
from snntrainer3d.storage import write_atomically

_SEAL = struct.Struct("<4sI")
_MAGIC = b"S3DO"
_turn = threading.Lock()
_kept: list[Any] = []
"""Engines own the memory of their functions."""


@cache
def address_of(text: str) -> int:
    """Return the address of the function `scan` of an LLVM module, compiled for this processor."""
    with _turn:
        machine = _machine()
        file = kernel_cache() / f"{_key(text)}.o"
        code = _read(file)
        if code is None:
            code = _compile(text, machine)
            _write(file, code)
        module = llvm.parse_assembly("")
        module.triple = machine.triple
        engine = llvm.create_mcjit_compiler(module, machine)
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        _kept.append(engine)
        return int(engine.get_function_address("scan"))


def _machine() -> Any:
    """Return LLVM's description of this processor; an engine takes one for itself."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=2, jit=True)


def assembly_of(text: str) -> str:
    """Return the processor's instructions of an LLVM module, to be looked at."""
    with _turn:
        module = llvm.parse_assembly(text)
        assembly: str = _machine().emit_assembly(module)
        return assembly


def _compile(text: str, machine: Any) -> bytes:
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.verify()
    code: bytes = machine.emit_object(module)
    return code


def _key(text: str) -> str:
    told = (text, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), llvm.llvm_version_info)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _read(file: Path) -> bytes | None:
    """Return code that is whole, as it was written; None for what is missing or damaged."""
    try:
        content = file.read_bytes()
        magic, checksum = _SEAL.unpack(content[-_SEAL.size :])
    except (OSError, struct.error):
        return None
    code = content[: -_SEAL.size]
    return code if magic == _MAGIC and checksum == zlib.crc32(code) else None


def _write(file: Path, code: bytes) -> None:
    try:
        write_atomically(file, code + _SEAL.pack(_MAGIC, zlib.crc32(code)))
    except OSError:
        return
