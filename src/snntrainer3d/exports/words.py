"""What every exported text says in the same words: which network it is, how it is fed, and how it is read."""

from __future__ import annotations

import math
import re

from snntrainer3d.spec import Delta, Direct, InputContract, Latency, Network, Population, Rate, Readout


def title_in_words(network: Network) -> str:
    """Give sizes and neurons: 784-100-10 of leaky neurons."""
    kinds = list(dict.fromkeys(as_words(neuron.title) for neuron in network.neurons()))
    return f"Spiking neural network {network.title()} of {' and '.join(kinds)} neurons, made by SNNtrainer3D"


def as_words(title: str) -> str:
    """Give a title without what would end a comment or a docstring of any language."""
    return re.sub(r"[^\w .,()+-]", "", title)


def values_of(network: Network, contract: InputContract) -> int:
    """Give the number of values of a stored sample at one time."""
    if contract.shape:
        return math.prod(contract.shape)
    each = contract.coding.neurons if isinstance(contract.coding, Population) else 1
    return network.input.size // each


def range_in_words(contract: InputContract) -> str:
    """Tell which values a stored sample has."""
    highest = f"{1 / contract.unit:g}"
    if contract.stored == "uint8":
        return f"whole numbers 0-{highest} as stored, or floats from 0 to 1"
    return f"floats from 0 to {highest}, as stored"


def coding_in_words(contract: InputContract) -> str:
    """Tell how values become input over the steps."""
    steps, values = contract.num_steps, "each value"
    scaled = ""
    if contract.mean is not None:
        scaled = (
            f"standardised by the mean {contract.mean:g} and deviation {contract.deviation:g} of the training set; "
        )
    shown = f", frame t*{contract.frames}//{steps} at step t" if contract.timed else ""
    match contract.coding:
        case Direct():
            told = "the value itself is the input" + (shown or " at every step")
        case Rate(gain=gain):
            told = f"rate: {values} times {gain:g} is the chance of a spike at each step{shown}; drawn from the number"
            told += " of the sample in its split"
        case Latency(scale=scale, threshold=least):
            told = f"latency, {scale}: {values} from {least:g} on spikes once, the larger the earlier"
        case Delta(threshold=least, off_spikes=off):
            falls = ", and -1 where it fell by as much" if off else ""
            told = f"delta: 1 where a value grew by {least:g} or more since the step before{falls}{shown}"
        case Population(neurons=neurons, width=width):
            told = f"population: {values} drives {neurons} inputs by bell curves of width {width:g} over 0-1{shown}"
    return f"{scaled}{told}"


def decision_in_words(readout: Readout) -> str:
    """Tell what decides."""
    by = {"count": "the most spikes", "membrane": "the highest membrane", "first_spike": "the earliest spike"}
    whose = f" of its {readout.population} neighbouring outputs" if readout.population > 1 else ""
    when = "" if readout.last_steps is None else f" in the last {readout.last_steps} steps"
    return f"the class with {by[readout.reading]}{whose}{when}, of equal ones the lowest"
