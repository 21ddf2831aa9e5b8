"""What LLVM makes of scans works on vectors, on this processor and on others, read from its assembly."""

from __future__ import annotations

import re

import pytest

from random_equations import drawn
from snntrainer3d.engine.kernels.llvm_text import Scanned, backward_text, forward_text
from snntrainer3d.engine.kernels.machine_code import assembly_of
from snntrainer3d.spec import NEURONS, equation_of, neuron_of
from snntrainer3d.spec.neurons import usual_neuron

PROCESSORS = {
    "this one": ("", "", r"\b(?:mul|add|sub|div)ps\b|\bv(?:mul|add|sub|div)ps\b|\bf(?:mul|add|sub|div)\tv\d+\.4s", ""),
    "AVX2": ("x86_64-unknown-linux-gnu", "haswell", r"\bv(?:mul|add|sub|div)ps\t.*%ymm", r"%zmm"),
    "ARM": ("aarch64-unknown-linux-gnu", "cortex-a72", r"\bf(?:mul|add|sub|div)\tv\d+\.4s", r"\bz\d+\.s"),
}
"""Triple and name for LLVM, what its vector instructions look like, and what it does not have."""
CALL = re.compile(r"\t(?:callq?|blr?)\t.*")


def texts(scanned: Scanned) -> list[str]:
    """Return forward, backward, and backward with everything learned."""
    shared, every = [True] * len(scanned.rows), range(len(scanned.rows))
    return [
        forward_text(scanned, "float", shared),
        backward_text(scanned, "float", shared),
        backward_text(scanned, "float", [False] * len(scanned.rows), learned=every, membrane=True),
    ]


def check(scanned: Scanned, processor: str, name: str) -> None:
    triple, cpu, vector, missing = PROCESSORS[processor]
    for at, text in enumerate(texts(scanned)):
        assembly = assembly_of(text, triple, cpu)
        assert len(re.findall(vector, assembly)) >= 2, (name, at)
        assert not CALL.findall(assembly), (name, at, CALL.findall(assembly)[:3])
        assert not missing or not re.search(missing, assembly), (name, at)


@pytest.mark.slow
@pytest.mark.parametrize("processor", PROCESSORS)
def test_the_scans_of_every_neuron_are_vector_instructions(processor: str) -> None:
    for model in NEURONS:
        check(Scanned(equation_of(usual_neuron(model))), processor, model.title)


@pytest.mark.slow
@pytest.mark.parametrize("processor", PROCESSORS)
def test_the_scans_of_drawn_equations_are_vector_instructions(processor: str) -> None:
    for seed in range(40):
        check(Scanned(drawn(seed)), processor, f"seed {seed}")


def test_a_call_of_the_c_library_would_be_seen() -> None:
    scanned = Scanned(equation_of(usual_neuron(neuron_of("refractory_lif"))))
    text = forward_text(scanned, "double", [True] * len(scanned.rows))
    for triple, cpu, _, _ in PROCESSORS.values():
        assert CALL.findall(assembly_of(text, triple, cpu))
