"""The kinds of layer: what each does to its input, its arrays, and which shapes it can take.

A layer is an operation and, where it has a `neuron`, the neurons that its result drives as a current. A layer without
neurons hands its result on: pooled spikes, or currents for neurons of a later layer (conv2d without neurons, then
max_pool with neurons, is convolution, pooling, spikes). Values are flat (features,) or maps (channels, height, width).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from snntrainer3d.spec._document import UNTAGGED, FieldFault, Part
from snntrainer3d.spec.neurons import DEFAULT_NEURON, Neuron, RecurrentNeuron, SpikingNeuron

MAX_SIZE = 100_000
MAX_MAP_VALUES = 1_000_000
MAX_KERNEL = 64

Shape = tuple[int, ...]
Size = Annotated[int, Field(ge=1, le=MAX_SIZE, strict=True)]
Span = Annotated[int, Field(ge=1, le=MAX_KERNEL, strict=True)]


def shown(shape: Shape) -> str:
    """Give a shape as people write it: 16×4×4."""
    return "×".join(str(size) for size in shape)


class _Layer(Part):
    takes: ClassVar[Literal["flat", "maps", "any"]] = "any"

    def shape_after(self, shape: Shape) -> Shape:
        """Give the shape of what this layer gives; raises FieldFault where it cannot take `shape`."""
        return shape

    def sure_shape(self) -> Shape | None:
        """Give the shape of what it gives where that follows from the layer alone, else None."""
        return None

    def arrays(self, shape: Shape) -> dict[str, Shape]:
        """Give names and shapes of the learned arrays beside the neurons' own, for an input of `shape`."""
        del shape
        return {}

    def statistics(self, shape: Shape) -> dict[str, Shape]:
        """Give names and shapes of arrays that training gathers but no gradient moves."""
        del shape
        return {}

    def multiplications(self, shape: Shape) -> int:
        """Give the multiply-accumulates of one sample at one time step."""
        del shape
        return 0

    def matrices(self, shape: Shape) -> Iterator[tuple[str, int, int]]:
        """Give the connections as matrices: name of the array, rows (receiving), columns (sending)."""
        del shape
        yield from ()

    def window(self) -> tuple[int, int, int] | None:
        """Give kernel, stride and padding of what is slid over maps; None where each place stays what it is."""
        return None

    def label(self) -> str:
        """Give the layer in a network's title; empty where it does not show there."""
        return ""


class _Dense(_Layer):
    takes = "flat"

    size: Size
    """Number of neurons."""
    bias: bool = True
    """Whether each neuron has a constant input of its own, learned like a weight."""

    def shape_after(self, shape: Shape) -> Shape:
        del shape
        return (self.size,)

    def sure_shape(self) -> Shape | None:
        return (self.size,)

    def arrays(self, shape: Shape) -> dict[str, Shape]:
        found: dict[str, Shape] = {"weight": (self.size, math.prod(shape))}
        return {**found, "bias": (self.size,)} if self.bias else found

    def multiplications(self, shape: Shape) -> int:
        return self.size * math.prod(shape)

    def matrices(self, shape: Shape) -> Iterator[tuple[str, int, int]]:
        yield "weight", self.size, math.prod(shape)

    def label(self) -> str:
        return str(self.size)


class Dense(_Dense):
    """Every neuron is connected with every neuron before it: x[t] = W·s[t] + b."""

    kind: Literal["dense"] = "dense"
    neuron: Neuron = DEFAULT_NEURON


class Recurrent(_Dense):
    """A dense layer whose spikes come back to it one step later: x[t] = W·s[t] + b + V·own spikes[t−1].

    Where snnTorch has the recurrent class, as RLeaky and RSynaptic, it is that; with reset to zero RLeaky sets the
    whole membrane of the step to zero, its input too, which a dense layer keeps. With adaptive neurons, which snnTorch
    does not have, it is the recurrent network of Bellec et al. 2018 with a delay of one step.
    """

    kind: Literal["recurrent"] = "recurrent"
    feedback: Literal["all_to_all", "one_to_one"] = "all_to_all"
    """Whether a spike comes back to every neuron of the layer, or only to the one that fired."""
    neuron: RecurrentNeuron = DEFAULT_NEURON

    def arrays(self, shape: Shape) -> dict[str, Shape]:
        back = (self.size, self.size) if self.feedback == "all_to_all" else (self.size,)
        return {**super().arrays(shape), "recurrent.weight": back}

    def multiplications(self, shape: Shape) -> int:
        return super().multiplications(shape) + math.prod(self.arrays(shape)["recurrent.weight"])

    def matrices(self, shape: Shape) -> Iterator[tuple[str, int, int]]:
        yield from super().matrices(shape)
        yield "recurrent.weight", self.size, self.size if self.feedback == "all_to_all" else 1

    def label(self) -> str:
        return f"{self.size}r"


class _Maps(_Layer):
    takes = "maps"

    def _sides(self, shape: Shape, kernel: int, stride: int, padding: int) -> Shape:
        """Give height and width after a window slid over maps; raises FieldFault at `kernel`."""
        height, width = shape[1] + 2 * padding, shape[2] + 2 * padding
        if kernel > min(height, width):
            smallest = min(height, width)
            raise FieldFault(
                "kernel",
                f"is {kernel}×{kernel}, larger than its input of {shown(shape)}"
                + (f" with a padding of {padding}." if padding else "."),
                f"At most {smallest} fits here.",
            )
        return (height - kernel) // stride + 1, (width - kernel) // stride + 1


class Conv2d(_Maps):
    """A kernel slid over maps, the same weights everywhere: x[t] = K * s[t] + b."""

    kind: Literal["conv2d"] = "conv2d"
    channels: Annotated[int, Field(ge=1, le=4096, strict=True)]
    """Number of maps that it gives, one kernel for each."""
    kernel: Span = 3
    """Height and width of the kernel."""
    stride: Span = 1
    """By how many places the kernel moves."""
    padding: Annotated[int, Field(ge=0, le=MAX_KERNEL, strict=True)] = 0
    """Rows and columns of zeros put around each map."""
    bias: bool = True
    """Whether each map has a constant input of its own, learned like a weight."""
    neuron: SpikingNeuron | None = DEFAULT_NEURON
    """The neurons, one for each value of the maps; null hands the currents on to the next layer."""

    def shape_after(self, shape: Shape) -> Shape:
        if self.padding >= self.kernel:
            raise FieldFault(
                "padding",
                f"is {self.padding}, so at the edge the {self.kernel}×{self.kernel} kernel would see only zeros.",
                f"At most {self.kernel - 1}.",
            )
        return self.channels, *self._sides(shape, self.kernel, self.stride, self.padding)

    def arrays(self, shape: Shape) -> dict[str, Shape]:
        found: dict[str, Shape] = {"weight": (self.channels, shape[0], self.kernel, self.kernel)}
        return {**found, "bias": (self.channels,)} if self.bias else found

    def multiplications(self, shape: Shape) -> int:
        return math.prod(self.shape_after(shape)) * shape[0] * self.kernel**2

    def matrices(self, shape: Shape) -> Iterator[tuple[str, int, int]]:
        yield "weight", self.channels, shape[0] * self.kernel**2

    def window(self) -> tuple[int, int, int] | None:
        return self.kernel, self.stride, self.padding

    def label(self) -> str:
        return f"{self.channels}c{self.kernel}" + (f"s{self.stride}" if self.stride > 1 else "")


class _Pool(_Maps):
    kernel: Annotated[int, Field(ge=2, le=MAX_KERNEL, strict=True)] = 2
    """Height and width of the window."""
    stride: Span | None = None
    """By how many places the window moves; null for its own size."""
    neuron: SpikingNeuron | None = None
    """Neurons driven by what was pooled; null hands it on."""

    def shape_after(self, shape: Shape) -> Shape:
        return shape[0], *self._sides(shape, self.kernel, self.stride or self.kernel, 0)

    def window(self) -> tuple[int, int, int] | None:
        return self.kernel, self.stride or self.kernel, 0


class AvgPool(_Pool):
    """The mean of each window of a map."""

    kind: Literal["avg_pool"] = "avg_pool"

    def label(self) -> str:
        return f"ap{self.kernel}"


class MaxPool(_Pool):
    """The largest value of each window of a map; of spikes: whether one of them fired."""

    kind: Literal["max_pool"] = "max_pool"

    def label(self) -> str:
        return f"mp{self.kernel}"


class Flatten(_Layer):
    """Maps laid out as one row of values, channel after channel, row after row."""

    kind: Literal["flatten"] = "flatten"
    neuron: None = None

    def shape_after(self, shape: Shape) -> Shape:
        return (math.prod(shape),)


class Dropout(_Layer):
    """While training, a share of values is silenced at random, the others grow to keep the sum.

    What is silenced is drawn per sample and held for all its time steps, so that a silenced neuron stays silent.
    """

    kind: Literal["dropout"] = "dropout"
    share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2
    """Share of values silenced."""
    neuron: None = None


class BatchNorm(_Layer):
    """Values brought to mean 0 and variance 1, then scaled and shifted by learned values, per map or per feature.

    While training over the batch and all time steps at once (as tdBN, Zheng et al. 2021, without its factor of the
    threshold); afterwards by running means. Put it between a conv2d without neurons and its neurons.
    """

    kind: Literal["batch_norm"] = "batch_norm"
    momentum: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    """Share of the newest batch in the running means."""
    epsilon: Annotated[float, Field(gt=0.0, le=1.0)] = 1e-5
    """Added to the variance."""
    neuron: SpikingNeuron | None = None
    """Neurons driven by the result; null hands it on."""

    def arrays(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": (shape[0],), "bias": (shape[0],)}

    def statistics(self, shape: Shape) -> dict[str, Shape]:
        return {"running_mean": (shape[0],), "running_var": (shape[0],)}

    def label(self) -> str:
        return "bn"


def _kind_of(value: Any) -> str:
    kind = value.get("kind", UNTAGGED) if isinstance(value, dict) else getattr(value, "kind", UNTAGGED)
    return kind if isinstance(kind, str) else UNTAGGED


Layer = Annotated[
    Annotated[Dense, Tag("dense")]
    | Annotated[Conv2d, Tag("conv2d")]
    | Annotated[AvgPool, Tag("avg_pool")]
    | Annotated[MaxPool, Tag("max_pool")]
    | Annotated[Flatten, Tag("flatten")]
    | Annotated[Dropout, Tag("dropout")]
    | Annotated[BatchNorm, Tag("batch_norm")]
    | Annotated[Recurrent, Tag("recurrent")],
    Discriminator(_kind_of),
]
"""The kinds of layer, told apart by `kind`; a new kind is a class above and a line here."""
LAYERS: tuple[type[_Layer], ...] = (Dense, Conv2d, AvgPool, MaxPool, Flatten, Dropout, BatchNorm, Recurrent)
