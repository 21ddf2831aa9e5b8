"""Machine code of generated functions: made by LLVM in a moment, kept on disk under what it was made of."""

from __future__ import annotations

import hashlib
import threading
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]

from snntrainer3d.engine.kernels.code_cache import keep, kept

_turn = threading.Lock()
_loaded: list[Any] = []
"""Engines own the memory of their functions."""


@cache
def address_of(text: str, name: str = "scan", *, optimised: bool = False) -> int:
    """Return the address of a function of an LLVM module, compiled for this processor.

    Args:
        optimised: LLVM rearranges the module first; what is written in vectors has no need of that.
    """
    with _turn:
        machine = _machine()
        key = _key(text, optimised)
        code = kept(key)
        if code is None:
            code = _compile(text, machine, optimised)
            keep(key, code)
        module = llvm.parse_assembly("")
        module.triple = machine.triple
        engine = llvm.create_mcjit_compiler(module, machine)
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        _loaded.append(engine)
        return int(engine.get_function_address(name))


def _machine() -> Any:
    """Return LLVM's description of this processor; an engine takes one for itself."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=2, jit=True)


def assembly_of(text: str, triple: str = "", processor: str = "") -> str:
    """Return the instructions of an LLVM module, to be looked at; of another processor where one is named."""
    with _turn:
        module = llvm.parse_assembly(text)
        machine = _machine()
        if triple:
            llvm.initialize_all_targets()
            llvm.initialize_all_asmprinters()
            machine = llvm.Target.from_triple(triple).create_target_machine(cpu=processor, opt=2)
            module.triple = triple
        assembly: str = machine.emit_assembly(module)
        return assembly


def _compile(text: str, machine: Any, optimised: bool) -> bytes:
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.verify()
    if optimised:
        module.data_layout = str(machine.target_data)
        options = llvm.create_pipeline_tuning_options(speed_level=2)
        options.loop_vectorization, options.slp_vectorization = True, False
        passes = llvm.create_pass_builder(machine, options)
        passes.getModulePassManager().run(module, passes)
    code: bytes = machine.emit_object(module)
    return code


@cache
def _how() -> tuple[Any, ...]:
    """Return what machine code hangs on beside its text: the processor, LLVM, and how it is asked."""
    processor = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    return *processor, llvm.llvm_version_info, Path(__file__).read_bytes()


def _key(text: str, optimised: bool) -> str:
    return hashlib.sha256(repr((text, optimised, *_how())).encode()).hexdigest()[:32]
