"""A network: what goes in, and the layers it passes through; the last layer is the output."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from snntrainer3d.errors import Fault, MismatchError
from snntrainer3d.spec._document import FieldFault, FieldFaults, Part
from snntrainer3d.spec.layers import MAX_MAP_VALUES, MAX_SIZE, Dense, Layer, Recurrent, Shape, Size, shown
from snntrainer3d.spec.neurons import DEFAULT_NEURON, Neuron

MAX_LAYERS = 200
MAX_WEIGHTS = 200_000_000


class Input(Part):
    """The shape of one sample at one time step: (features,) or (channels, height, width)."""

    shape: Annotated[tuple[Size, ...], Field(min_length=1, max_length=3)]

    @property
    def size(self) -> int:
        """Give the number of input values."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Connection:
    """Weights between two stages as a matrix; `tensor` names their array, whose rows come flattened."""

    layer: int
    tensor: str
    rows: int
    columns: int


def tensor_name(layer: int, part: str) -> str:
    """Return the name of a layer's array: of its weight, its bias, or its neuron's beta ("neuron.beta")."""
    return f"layers.{layer}.{part}"


def tensor_owner(tensor: str) -> tuple[int, str]:
    """Return the layer whose array has a name, and which of its parts that is."""
    _, layer, part = tensor.split(".", 2)
    return int(layer), part


class Network(Part):
    """The architecture: input and layers, of which the last is the output with one neuron per class."""

    format: Literal["snntrainer3d/network"] = "snntrainer3d/network"
    version: Literal[1] = 1
    input: Input
    layers: Annotated[tuple[Layer, ...], Field(min_length=1, max_length=MAX_LAYERS)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.input.size > MAX_SIZE:
            raise FieldFault("input.shape", f"has {self.input.size:,} values, at most {MAX_SIZE:,} are allowed.")
        if faults := list(_shape_faults(self)):
            raise FieldFaults(faults)
        weights = sum(rows * columns for rows, columns in self.weight_shapes())
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
    def output(self) -> Dense | Recurrent:
        """Give the last layer."""
        last = self.layers[-1]
        assert isinstance(last, Dense | Recurrent)
        return last

    @property
    def only_dense(self) -> bool:
        """Tell whether every layer is dense: one weight matrix and one group of neurons for each."""
        return all(isinstance(layer, Dense) for layer in self.layers)

    def dense_layers(self) -> tuple[Dense, ...]:
        """Give the layers for what knows dense ones only; raises MismatchError, naming every other layer."""
        faults = [
            Fault(f"network.layers[{index}].kind", f"is {layer.kind}, where only dense layers are known.")
            for index, layer in enumerate(self.layers)
            if not isinstance(layer, Dense)
        ]
        if faults:
            raise MismatchError(f"Network {self.title()} is not only of dense layers.", faults=faults)
        return tuple(layer for layer in self.layers if isinstance(layer, Dense))

    def shapes(self) -> tuple[Shape, ...]:
        """Give the shape of the values at each stage: input, after each layer."""
        found: list[Shape] = [self.input.shape]
        for index, layer in enumerate(self.layers):
            found.append(layer.shape_after(_given(index, layer, found[-1])))
        return tuple(found)

    def taken_shapes(self) -> tuple[Shape, ...]:
        """Give the shape in which each layer takes its input; a picture goes into a first dense layer flat."""
        together = enumerate(zip(self.layers, self.shapes(), strict=False))
        return tuple(_given(index, layer, shape) for index, (layer, shape) in together)

    def sizes(self) -> tuple[int, ...]:
        """Give the number of values at each stage: input, after each layer."""
        return tuple(math.prod(shape) for shape in self.shapes())

    def spiking(self) -> tuple[int, ...]:
        """Give the places of the layers that have neurons; rates and recordings hold one entry for each of them."""
        return tuple(index for index, layer in enumerate(self.layers) if layer.neuron is not None)

    def spiking_sizes(self) -> tuple[int, ...]:
        """Give the number of neurons of each layer that has some."""
        sizes = self.sizes()
        return tuple(sizes[index + 1] for index in self.spiking())

    def neurons(self) -> tuple[Neuron, ...]:
        """Give the neuron of each layer that has some."""
        return tuple(layer.neuron for layer in self.layers if layer.neuron is not None)

    def connections(self) -> tuple[Connection, ...]:
        """Give all weights as matrices, in order; of a recurrent layer first those from before, then its own."""
        return tuple(
            Connection(index, tensor_name(index, name), rows, columns)
            for index, (layer, shape) in enumerate(zip(self.layers, self.taken_shapes(), strict=True))
            for name, rows, columns in layer.matrices(shape)
        )

    def weight_shapes(self) -> tuple[tuple[int, int], ...]:
        """Give each connection's shape, (receiving, sending), torch's [out][in] order; a kernel is one row a map."""
        return tuple((one.rows, one.columns) for one in self.connections())

    def title(self) -> str:
        """Give the network as people write it: 784-100-10, or 28×28-12c5-mp2-10."""
        if self.only_dense:
            return "-".join(str(size) for size in self.sizes())
        shape = self.input.shape
        first = shown(shape[1:] if len(shape) == 3 and shape[0] == 1 else shape)
        return "-".join([first, *(label for layer in self.layers if (label := layer.label()))])


def _given(index: int, layer: Layer, shape: Shape) -> Shape:
    return (math.prod(shape),) if index == 0 and layer.takes == "flat" else shape


def _shape_faults(network: Network) -> Iterator[FieldFault]:
    """Find every layer that cannot take what the layers before it give."""
    shape: Shape | None = network.input.shape
    for index, layer in enumerate(network.layers):
        at = f"layers[{index}]"
        if shape is None:
            shape = layer.sure_shape()  # what follows from a fault is not told a second time
            continue
        shape = _given(index, layer, shape)
        if (misfit := _misfit(layer, shape, index)) is not None:
            yield FieldFault(at, *misfit)
            shape = layer.sure_shape()
            continue
        try:
            after = layer.shape_after(shape)
        except FieldFault as fault:
            yield FieldFault(f"{at}.{fault.field}", fault.message, fault.hint)
            shape = layer.sure_shape()
            continue
        if math.prod(after) > MAX_MAP_VALUES:
            message = f"gives {math.prod(after):,} values ({shown(after)}), at most {MAX_MAP_VALUES:,} are allowed."
            yield FieldFault(at, message, "Take fewer channels, a larger stride, or pool before it.")
        shape = after if math.prod(after) <= MAX_MAP_VALUES else None
    yield from _silent_faults(network)
    if not isinstance(network.layers[-1], Dense | Recurrent):
        yield FieldFault(
            f"layers[{len(network.layers) - 1}]",
            f"is the output and of kind {network.layers[-1].kind}; the output is a dense or recurrent layer.",
            "End with a dense layer that has one neuron for each class.",
        )


def _silent_faults(network: Network) -> Iterator[FieldFault]:
    """Find neurons that never spike and stand before the output."""
    for index, layer in enumerate(network.layers[:-1]):
        if layer.neuron is not None and layer.neuron.never_spikes:
            message = f"is {layer.neuron.kind}, which never spikes: the layers after it would get nothing."
            yield FieldFault(f"layers[{index}].neuron.kind", message, "Take it for the output only.")


def _misfit(layer: Layer, shape: Shape, index: int) -> tuple[str, str] | None:
    """Give message and remedy where a layer needs maps and gets a row of values, or the other way round."""
    if layer.takes == "maps" and len(shape) != 3:
        values = math.prod(shape)
        side = math.isqrt(values)
        before = f"set the input's shape to 1×{side}×{side}" if side * side == values and side > 1 else ""
        where = f"{before[:1].upper()}{before[1:]}." if index == 0 and before else ""
        message = f"takes maps (channels×height×width), but {shown(shape)} flat values come in."
        return message, where or "Put it before the first dense or flatten layer."
    if layer.takes == "flat" and len(shape) != 1:
        message = f"takes a flat row of values, but maps of {shown(shape)} come in."
        return message, f"Put a flatten layer before it: {math.prod(shape):,} values."
    return None


def dense_network(
    input_shape: Sequence[int], hidden: Sequence[int], outputs: int, neuron: Neuron | None = None, *, bias: bool = True
) -> Network:
    """Give a fully connected network with one neuron model throughout; raises SpecError."""
    from snntrainer3d.spec._document import parse

    chosen = (neuron or DEFAULT_NEURON).model_dump(mode="json")
    layers = [{"kind": "dense", "size": size, "bias": bias, "neuron": chosen} for size in (*hidden, outputs)]
    return parse(Network, {"input": {"shape": list(input_shape)}, "layers": layers}, what="network", root="network")
