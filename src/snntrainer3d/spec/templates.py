"""Networks by name: what `--template` makes for the shape of a data set's samples and its number of classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Plain = dict[str, Any]
EVERY = "*"
_LARGE_SIDE = 20
"""Height and width from which a picture bears two 5×5 kernels with pooling after each."""
WIDE_EACH, WIDEST = 16, 256
"""Hidden neurons for each input of a network with few inputs, and the most of them."""

_PICTURES: Plain = {"num_steps": 4, "epochs": 5, "learning_rate": 3e-3}


@dataclass(frozen=True, slots=True)
class Template:
    """A named architecture; `layers` makes its documents from input shape, classes and the neuron of all layers.

    `recipes` holds, by data set or for EVERY one, what it sets over the usual preset: a convolution costs more per step
    than a dense layer.
    """

    name: str
    title: str
    summary: str
    layers: Callable[[Sequence[int], int, Plain], list[Plain]]
    recipes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def recipe_for(self, dataset: str) -> Plain:
        """Give the fields of Training that this network wants for a data set."""
        return {**self.recipes.get(EVERY, {}), **self.recipes.get(dataset, {})}


def _lenet(shape: Sequence[int], classes: int, neuron: Plain) -> list[Plain]:
    large = len(shape) == 3 and min(shape[1:]) >= _LARGE_SIDE
    kernel: Plain = {"kernel": 5} if large else {"kernel": 3, "padding": 1}
    blocks = []
    for channels in (16, 32):
        blocks.append({"kind": "conv2d", "channels": channels, **kernel, "neuron": None})
        blocks.append({"kind": "batch_norm", "neuron": None})
        blocks.append({"kind": "max_pool", "kernel": 2, "neuron": neuron})
    return [
        *blocks,
        {"kind": "flatten"},
        {"kind": "dense", "size": 128, "neuron": neuron},
        {"kind": "dense", "size": classes, "neuron": neuron},
    ]


def _triangle(shape: Sequence[int], classes: int, neuron: Plain) -> list[Plain]:
    del shape
    return [{"kind": "dense", "size": size, "neuron": neuron} for size in (30, 25, 20, 15, classes)]


def _recurrent(shape: Sequence[int], classes: int, neuron: Plain) -> list[Plain]:
    del shape
    return [
        {"kind": "recurrent", "size": 100, "neuron": neuron},
        {"kind": "dense", "size": classes, "neuron": neuron},
    ]


def _wide(shape: Sequence[int], classes: int, neuron: Plain) -> list[Plain]:
    hidden = min(WIDE_EACH * math.prod(shape), WIDEST)
    return [{"kind": "dense", "size": size, "neuron": neuron} for size in (hidden, classes)]


def _memory(shape: Sequence[int], classes: int, neuron: Plain) -> list[Plain]:
    del shape
    surrogate = {"surrogate": neuron["surrogate"]} if "surrogate" in neuron else {}
    hidden = {"kind": "adaptive", "beta": 0.9, "rho": 0.99, "adaptation": 30.0, **surrogate}
    return [
        {"kind": "dense", "size": 60, "neuron": hidden},
        {"kind": "dense", "size": classes, "neuron": {"kind": "integrator", "beta": 0.9}},
    ]


LENET = Template(
    "lenet",
    "LeNet-like",
    "Two convolutions, each normalised and pooled before its neurons spike, then two dense layers; for pictures.",
    _lenet,
    {"mnist": _PICTURES, "fashion-mnist": _PICTURES},
)
TRIANGLE = Template(
    "triangle", "Triangle", "The paper's: dense layers that narrow from 30 neurons to the number of classes.", _triangle
)
RECURRENT = Template(
    "recurrent",
    "Recurrent",
    "100 neurons whose spikes come back to all of them one step later, then the output.",
    _recurrent,
)
WIDE = Template(
    "wide",
    "Wide",
    "One hidden layer, 16 neurons for each input and at most 256: for few inputs, such as the bits of parity.",
    _wide,
)
MEMORY = Template(
    "memory",
    "Memory",
    "60 adaptive neurons, whose thresholds remember what they spiked for, and integrators as output.",
    _memory,
    {EVERY: {"loss": "max_membrane"}},
)
TEMPLATES: dict[str, Template] = {one.name: one for one in (LENET, TRIANGLE, RECURRENT, WIDE, MEMORY)}
