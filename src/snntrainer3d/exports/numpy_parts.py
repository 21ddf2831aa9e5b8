"""What the NumPy scripts share: the neurons' steps as functions, and arrays as text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from snntrainer3d.exports.array_text import number, packed
from snntrainer3d.exports.stages import Stage, named_steps
from snntrainer3d.spec.equations.numpy_text import numpy_step

MAIN = """def main():
    parser = argparse.ArgumentParser(usage="python %(prog)s samples.npy [record.npz]{usage}")
    parser.add_argument("samples")
    parser.add_argument("record", nargs="?")
{first}    given = parser.parse_args()
    samples = np.load(given.samples)
    spikes, membranes = run(encode(samples{numbers}))
    print(*decide(spikes[-1], membranes[-1]), sep="\\n")
    if given.record:
        np.savez(given.record, *spikes, *membranes)"""
"""The command line of a script, a template that what `python_parts` gives is filled into."""


def steps_text(stages: Sequence[Stage]) -> tuple[dict[int, str], list[str]]:
    """Give the name of each layer's step, and the functions."""
    return named_steps(stages, lambda name, step: numpy_step(name, step.equation, step.given))


def neuron_text(stage: Stage, name: str) -> str:
    """Give the entries of a layer that say its neurons: their step, the states before the first one, the values."""
    assert stage.step is not None
    start = "".join(f"{value_text(value)}, " for value in stage.step.starts.values())
    values = ", ".join(f"{key}={value_text(value)}" for key, value in stage.values.items())
    return f'"neuron": {name}, "start": [{start.removesuffix(", ")}], "values": dict({values})'


def value_text(value: np.ndarray) -> str:
    """Give a number, or an array of one for each neuron, as an expression."""
    if not value.any():
        return "0"
    return f"np.float32({number(value)})" if value.ndim == 0 else array_text(value)


def array_text(value: np.ndarray) -> str:
    """Give an array as an expression of the script's `array`."""
    shape = ", ".join(map(str, value.shape))
    return f'array("""\n{packed(value)}\n""", {shape})'
