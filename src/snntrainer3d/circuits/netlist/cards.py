"""How a netlist is written: ASCII, one element a line, nodes named after what they are.

Only what ngspice and LTspice read alike: R, C, V, F, G, E, S with Ron, Roff, Vt and Vh, PULSE, inline PWL, B with u(),
`.subckt`, `.save V(n)`, `.tran`. Layers count from 1, neurons and inputs from 0, as in the page.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

LINE = 110
"""Columns after which a line goes on in the next, which begins with `+`."""
OFF_OHM = 1e13
"""Of an open switch."""


def number(value: float) -> str:
    """Write a number so that no simulator's precision is lost."""
    return f"{value:.10g}"


def ascii_only(text: str) -> str:
    """Replace what older simulators stumble over."""
    return text.encode("ascii", "replace").decode()


def comment(text: str) -> Iterator[str]:
    """Give comment lines."""
    for line in textwrap.wrap(ascii_only(text), LINE - 2) or [""]:
        yield f"* {line}".rstrip()


def continued(words: Iterable[str]) -> Iterator[str]:
    """Give one card over as many lines as it needs."""
    line, begun = "", False
    for word in words:
        if line and len(line) + len(word) + 1 > LINE:
            yield line
            line, begun = f"+ {word}", True
        else:
            line = f"{line} {word}" if line else word
    if line or not begun:
        yield line


def switch(name: str, one: str, other: str, control: str) -> str:
    """Give a switch that is closed while the voltage of `control` is above a half."""
    return f"S{name} {one} {other} {control} 0 swi"


def row(layer: int, index: int, inputs: int) -> str:
    """Give the node of a crossbar's row; a layer's rows are what the layer before drives, then the bias."""
    if index >= inputs:
        return "bias"
    return f"in_{index}" if layer == 1 else f"out{layer - 1}_{index}"


def membrane(layer: int, neuron: int) -> str:
    """Give the node of a membrane."""
    return f"mem{layer}_{neuron}"


def spike(layer: int, neuron: int) -> str:
    """Give the node of a latched spike: 0 or 1 V."""
    return f"spk{layer}_{neuron}"
