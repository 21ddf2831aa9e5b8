"""A network: what goes in, and the layers it passes through; the last layer is the output."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from snntrainer3d.spec._document import FieldFault, Part
from snntrainer3d.spec.neurons import Leaky, Neuron

MAX_SIZE = 100_000
MAX_LAYERS = 200
MAX_WEIGHTS = 200_000_000

Size = Annotated[int, Field(ge=1, le=MAX_SIZE, strict=True)]


class Dense(Part):
    """Every neuron is connected with every neuron before it: x[t] = W·s[t] + b."""

    kind: Literal["dense"] = "dense"
    size: Size
    """Number of neurons."""
    bias: bool = True
    """Whether each neuron has a constant input of its own, learned like a weight."""
    neuron: Neuron = Leaky()


Layer = Dense
"""The kinds of layer; a union over `kind` as soon as there is a second."""


class Input(Part):
    """The shape of one sample at one time step: (features,) or (channels, height, width)."""

    shape: Annotated[tuple[Size, ...], Field(min_length=1, max_length=3)]

    @property
    def size(self) -> int:
        """Give the number of input values."""
        return math.prod(self.shape)


class Network(Part):
    """The architecture: input and layers, of which the last is the output with one neuron per class."""

    format: Literal["snntrainer3d/network"] = "snntrainer3d/network"
    version: Literal[1] = 1
    input: Input
    layers: Annotated[tuple[Layer, ...], Field(min_length=1, max_length=MAX_LAYERS)]

    @model_validator(mode="after")
    def _bearable(self) -> Self:
        if self.input.size > MAX_SIZE:
            raise FieldFault("input.shape", f"has {self.input.size:,} values, at most {MAX_SIZE:,} are allowed.")
        weights = sum(outs * ins for outs, ins in self.weight_shapes())
        if weights > MAX_WEIGHTS:
            raise FieldFault(
                "layers", f"have {weights:,} weights, at most {MAX_WEIGHTS:,} are allowed.", "Make a layer smaller."
            )
        return self

    @property
    def hidden(self) -> tuple[Layer, ...]:
        """Give the layers before the output."""
        return self.layers[:-1]

    @property
    def output(self) -> Layer:
        """Give the last layer."""
        return self.layers[-1]

    def sizes(self) -> tuple[int, ...]:
        """Give the number of values at each stage: input, each hidden layer, output."""
        return (self.input.size, *(layer.size for layer in self.layers))

    def weight_shapes(self) -> tuple[tuple[int, int], ...]:
        """Give each layer's weight shape, (neurons, neurons before), torch's [out][in] order."""
        sizes = self.sizes()
        return tuple(zip(sizes[1:], sizes[:-1], strict=True))

    def title(self) -> str:
        """Give the network as people write it: 784-100-10."""
        return "-".join(str(size) for size in self.sizes())


def dense_network(
    input_shape: Sequence[int], hidden: Sequence[int], outputs: int, neuron: Neuron | None = None, *, bias: bool = True
) -> Network:
    """Give a fully connected network with one neuron model throughout; raises SpecError."""
    from snntrainer3d.spec._document import parse

    chosen = (neuron or Leaky()).model_dump(mode="json")
    layers = [{"kind": "dense", "size": size, "bias": bias, "neuron": chosen} for size in (*hidden, outputs)]
    return parse(Network, {"input": {"shape": list(input_shape)}, "layers": layers}, what="network", root="network")
