"""A row of NIR nodes of any program as layers: what NIR defines, by forward Euler with a time step.

Gains of the input are multiplied into the weights before the neurons. Where there are none, thresholds are divided by
them: a membrane that is smaller by a factor, with a threshold that is, fires at the same steps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float64

from snntrainer3d.errors import Fault, FileFormatError
from snntrainer3d.exports.nir_graph import Node, numbers, shape_in, spread, whole
from snntrainer3d.exports.nir_kinds import READ
from snntrainer3d.spec import Network, Shape, TrainedNetwork, parse, shown, tensor_name

SAME = 1e-5
"""Relative difference below which a gain counts as 1 and values as equal: float32 written and read twice."""
_PASSED = {"Input", "Output", "Flatten"}
KNOWN = {"Affine", "Linear", "Conv2d", "AvgPool2d", "SumPool2d", "LIF", "IF", "CubaLIF", *_PASSED}
_NEEDED = {
    "LIF": ("tau", "r", "v_leak", "v_threshold"),
    "IF": ("r", "v_threshold"),
    "CubaLIF": ("tau_syn", "tau_mem", "r", "w_in", "v_leak", "v_threshold"),
}
HOW_TO_SAY_DT = "--dt-s {} on the command line, dt_s in Python and over HTTP, Time step on the page"
_HEIGHT_AND_WIDTH = "Write it with the shape of its input, (channels, height, width)."


@dataclass(frozen=True, slots=True)
class Conventions:
    """What NIR leaves open of a file, as it is taken."""

    dt_s: float
    reset: str
    reset_delay: bool


def network_of_nodes(order: list[str], nodes: Mapping[str, Node], by: Conventions) -> tuple[TrainedNetwork, list[str]]:
    """Give the network that nodes make, and what was done to bring them here; raises FileFormatError, SpecError."""
    reading = _Reading(by)
    for name in order:
        reading.take(name, nodes[name])
        if reading.faults:
            break  # what comes after depends on it
    reading.end()
    if reading.faults:
        faults = reading.faults
        raise FileFormatError("The NIR file cannot be read as a network.", path=faults[0].path, faults=faults)
    document = {"input": {"shape": list(reading.input)}, "layers": reading.layers}
    network = parse(Network, document, what="network", root="network")
    with np.errstate(over="ignore"):
        tensors = {name: array.astype(np.float32) for name, array in reading.tensors.items()}
    return TrainedNetwork(network, tensors), reading.notices


@dataclass(eq=False, slots=True)
class _Reading:
    by: Conventions
    layers: list[dict[str, Any]] = field(default_factory=list)
    tensors: dict[str, Float64[np.ndarray, "..."]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    input: Shape = ()
    shape: Shape = ()
    """Of the values at this place; empty before it is known."""
    flat: bool = False
    """Whether maps were flattened since; the layer for it comes with the next weights."""
    last: str = ""
    """The name of the newest node that computes something."""
    times: int = 1
    """By how much sums are larger than the means that stand for them here."""

    def take(self, name: str, node: Node) -> None:
        """Go on by one node."""
        self.last = self.last if node["type"] in _PASSED else name
        match node["type"]:
            case "Input":
                self._begin(shape_in(node, "shape"))
            case "Affine" | "Linear":
                self._dense(name, node)
            case "Conv2d":
                self._conv(name, node)
            case "AvgPool2d" | "SumPool2d":
                self._pool(name, node)
            case "Flatten":
                self._flatten(name, node)
            case "LIF" | "IF" | "CubaLIF":
                self._neurons(name, node)

    def end(self) -> None:
        """Refuse a network that does not end as one of ours does."""
        if self.faults:
            return
        if not self.layers:
            self.faults.append(Fault("nodes", "hold no layer."))
        elif self._waits():
            self._fault(self.last, "feeds no neurons; the last layer must spike.")
        elif self.layers[-1]["kind"] != "dense":
            self.faults.append(Fault("nodes", "do not end with Affine or Linear weights and their neurons."))

    def _waits(self) -> bool:
        return bool(self.layers) and self.layers[-1]["kind"] != "flatten" and self.layers[-1].get("neuron") is None

    def _begin(self, shape: Shape | None) -> None:
        if shape is not None and len(shape) == 2:
            shape = (1, *shape)
        self.input = self.shape = shape or ()

    def _fault(self, path: str, message: str, hint: str = "") -> None:
        self.faults.append(Fault(f"nodes.{path}", message, hint))

    def _dense(self, name: str, node: Node) -> None:
        weight, bias = self._weights(name, node, 2)
        if weight is None:
            return None
        if self._waits() and self.layers[-1]["kind"] == "dense":
            return self._fault(name, f"is {node['type']} where a neuron is expected.")
        size = weight.shape[1]
        if not self.shape:
            self.input = self.shape = (size,)
        if math.prod(self.shape) != size:
            return self._fault(f"{name}.weight", f"takes {size} values, {shown(self.shape)} come in.")
        if not self.layers:
            picture = len(self.input) == 3 and self.input[1] > 1
            self.input = self.input if picture else (1, 28, 28) if size == 784 else (size,)
        elif len(self.shape) == 3:
            if not self.flat:
                return self._fault(name, f"takes a row of values, maps of {shown(self.shape)} come in.")
            self.layers.append({"kind": "flatten"})
        self._add({"kind": "dense", "size": len(weight), "bias": bias is not None}, weight, bias)
        self.shape, self.flat = (len(weight),), False
        return None

    def _weights(
        self, name: str, node: Node, axes: int
    ) -> tuple[Float64[np.ndarray, "..."] | None, Float64[np.ndarray, "out"] | None]:
        """Give weights and biases, the weights larger where means stand for sums before them."""
        weight = numbers(node, name, "weight", self.faults)
        bias = numbers(node, name, "bias", self.faults) if "bias" in node or node["type"] == "Affine" else None
        if weight is not None and weight.ndim != axes:
            what = "a matrix" if axes == 2 else "[out, in, height, width]"
            self._fault(f"{name}.weight", f"has shape {weight.shape}, expected {what}.")
        elif weight is not None and bias is not None and bias.shape != (len(weight),):
            self._fault(f"{name}.bias", f"has shape {bias.shape}, expected {(len(weight),)}.")
        if self.faults or weight is None:
            return None, None
        if self.times != 1:
            self.notices.append(f"nodes.{name}: weights were multiplied by {self.times}, for sums before it are means.")
        weight, self.times = weight * self.times, 1
        return weight, bias

    def _add(
        self, layer: dict[str, Any], weight: Float64[np.ndarray, "..."], bias: Float64[np.ndarray, "out"] | None
    ) -> None:
        self.layers.append(layer)
        self._keep("weight", weight)
        if bias is not None:
            self._keep("bias", bias)

    def _name(self, part: str) -> str:
        return tensor_name(len(self.layers) - 1, part)

    def _keep(self, name: str, array: np.ndarray) -> None:
        self.tensors[self._name(name)] = array

    def _conv(self, name: str, node: Node) -> None:
        weight, bias = self._weights(name, node, 4)
        groups = whole(node, name, "groups", 1, self.faults)
        dilation = whole(node, name, "dilation", 1, self.faults)
        stride = whole(node, name, "stride", 1, self.faults)
        if groups != 1:
            self._fault(f"{name}.groups", f"is {groups}; only 1 has a counterpart here.")
        if dilation != 1:
            self._fault(f"{name}.dilation", f"is {dilation}; only 1 has a counterpart here.")
        if weight is None or self.faults:
            return None
        channels, taken, height, width = weight.shape
        if height != width:
            return self._fault(f"{name}.weight", f"has kernels of {height}×{width}; only square ones are known here.")
        padding = self._padding(name, node, height, stride)
        self._maps(name, taken, shape_in(node, "input_shape"))
        if self.faults:
            return None
        layer = {"kind": "conv2d", "channels": channels, "kernel": height, "stride": stride, "padding": padding}
        self._add({**layer, "bias": bias is not None, "neuron": None}, weight, bias)
        self._window(name, channels, height, stride, padding)
        return None

    def _padding(self, name: str, node: Node, kernel: int, stride: int) -> int:
        said = node.get("padding")
        if not isinstance(said, str):
            return whole(node, name, "padding", 0, self.faults)
        if said == "valid":
            return 0
        if said == "same" and stride == 1 and kernel % 2:
            return kernel // 2
        even = "with an even kernel or a stride it is not the same on both sides" if said == "same" else "unknown"
        self._fault(f"{name}.padding", f"is {said!r:.20}: {even}.", "Write it with padding as numbers.")
        return 0

    def _maps(self, name: str, channels: int, said: Shape | None) -> None:
        """See that maps of so many channels come in; the file may say height and width here alone."""
        sides = said[-2:] if said is not None and len(said) >= 2 else None
        if not self.layers and len(self.shape) != 3 and sides is not None:
            known = not self.shape or (channels == 1 and math.prod(self.shape) == math.prod(sides))
            if known:
                self.input = self.shape = (channels, *sides)
        if not self.shape:
            self._fault(f"{name}.input_shape", "is not said, and neither is the shape of the input.", _HEIGHT_AND_WIDTH)
        elif len(self.shape) != 3 or self.flat:
            told = f"takes maps, a row of {math.prod(self.shape)} values comes in."
            self._fault(name, told, "" if self.layers else _HEIGHT_AND_WIDTH)
        elif self.shape[0] != channels or (sides is not None and self.shape[1:] != sides):
            wanted = shown((channels, *(sides or self.shape[1:])))
            self._fault(name, f"takes maps of {wanted}, {shown(self.shape)} come in.")

    def _window(self, name: str, channels: int, kernel: int, stride: int, padding: int) -> None:
        height, width = ((side + 2 * padding - kernel) // stride + 1 for side in self.shape[1:])
        if min(height, width) < 1:
            self._fault(name, f"has a window of {kernel}×{kernel}, larger than the maps of {shown(self.shape)}.")
        self.shape = (channels, height, width)

    def _pool(self, name: str, node: Node) -> None:
        if "kernel_size" not in node:
            return self._fault(f"{name}.kernel_size", "missing.")
        kernel = whole(node, name, "kernel_size", 0, self.faults)
        stride = whole(node, name, "stride", kernel, self.faults)
        if whole(node, name, "padding", 0, self.faults):
            self._fault(f"{name}.padding", "is not 0; pooling has no padding here.")
        if not self.shape:
            self._fault("input.shape", "is not said.", _HEIGHT_AND_WIDTH)
        elif len(self.shape) != 3 or self.flat:
            self._fault(name, f"takes maps, a row of {math.prod(self.shape)} values comes in.")
        if self.faults:
            return None
        self.layers.append({"kind": "avg_pool", "kernel": kernel, "stride": stride, "neuron": None})
        self._window(name, self.shape[0], kernel, max(stride, 1), 0)
        self.times *= kernel**2 if node["type"] == "SumPool2d" else 1
        return None

    def _flatten(self, name: str, node: Node) -> None:
        start, end = whole(node, name, "start_dim", 1, self.faults), whole(node, name, "end_dim", -1, self.faults)
        # Some programs count the batch as a dimension and others do not.
        if len(self.shape) == 3 and (start, end) not in {(0, -1), (0, 2), (1, -1), (1, 3)}:
            self._fault(name, f"flattens dimensions {start} to {end}; only all of them together are known here.")
        self.flat = len(self.shape) == 3

    def _neurons(self, name: str, node: Node) -> None:
        if not self._waits():
            return self._fault(name, f"is {node['type']} where weights are expected.")
        kind = node["type"]
        wanted = (*_NEEDED[kind], *(("v_reset",) if "v_reset" in node else ()))
        values = {key: spread(node, name, key, self.shape, self.faults) for key in wanted}
        for key in ("v_leak", "v_reset"):
            if key in values and values[key].any():
                self._fault(f"{name}.{key}", "is not zero, which has no counterpart here.")
        for key in ("tau", "tau_syn", "tau_mem", "v_threshold"):
            if key in values and not (values[key] > 0).all():
                self._fault(f"{name}.{key}", "is not above zero.")
        if self.faults:
            return None
        decays, gain = _decays(kind, values, self.by.dt_s)
        for decay, array in decays.items():
            if (array < -1e-9).any():
                told = f"has a time constant below the time step of {self.by.dt_s:g} s"
                smaller = HOW_TO_SAY_DT.format(f"{self.by.dt_s / (1.0 - array.min()) / 10.0:.0e}")
                self._fault(name, f"{told} ({decay} would be {array.min():.3g}).", f"Give a smaller one: {smaller}.")
        if self.faults:
            return None
        threshold = self._put_gain(name, gain * self.times, values["v_threshold"])
        self.times = 1
        neuron: dict[str, Any] = {"kind": READ[kind], "reset": self.by.reset}
        if kind == "CubaLIF" or self.by.reset != "zero":
            # Of LIF with reset zero both give the same spikes.
            neuron["reset_delay"] = self.by.reset_delay
        for key, array in {**{key: np.clip(array, 0, 1) for key, array in decays.items()},
                           "threshold": threshold}.items():  # fmt: skip
            single = bool(np.ptp(array) == 0)
            neuron[key] = float(f"{np.float32(array.flat[0]):.9g}") if single else float(np.mean(array))
            neuron[f"learn_{key}"] = "fixed" if single else "per_neuron"
            self._keep(f"neuron.{key}", np.asarray(array.flat[0]) if single else array)
        self.layers[-1]["neuron"] = neuron
        return None

    def _put_gain(
        self, name: str, gain: Float64[np.ndarray, "..."], threshold: Float64[np.ndarray, "..."]
    ) -> Float64[np.ndarray, "..."]:
        """Multiply a gain into the weights before neurons, or divide their thresholds by it; gives the thresholds."""
        if np.allclose(gain, 1.0, rtol=SAME):
            return threshold
        told = f"a gain of {gain.min():.4g} was"
        if np.ptp(gain) > SAME * abs(gain).max():
            told = f"gains of {gain.min():.4g} to {gain.max():.4g} were"
        each = gain.reshape(len(gain), -1)
        weight = self.tensors.get(self._name("weight"))
        if weight is not None and np.allclose(each, each[:, :1], rtol=SAME):
            self.notices.append(f"nodes.{name}: {told} multiplied into the weights.")
            column = each[:, 0]
            self._keep("weight", weight * column.reshape(-1, *(1,) * (weight.ndim - 1)))
            if self._name("bias") in self.tensors:
                self._keep("bias", self.tensors[self._name("bias")] * column)
            return threshold
        if not (gain > 0).all():
            self._fault(f"{name}.r", "is not above zero, and there are no weights before it to take it.")
            return threshold
        self.notices.append(f"nodes.{name}: {told} taken by the thresholds, which were divided by it.")
        return threshold / gain


def _decays(
    kind: str, values: Mapping[str, Float64[np.ndarray, "..."]], dt_s: float
) -> tuple[dict[str, Float64[np.ndarray, "..."]], Float64[np.ndarray, "..."]]:
    """Give a neuron's decays by their names here, and the gain of its input."""
    if kind == "CubaLIF":
        decays = {"alpha": 1.0 - dt_s / values["tau_syn"], "beta": 1.0 - dt_s / values["tau_mem"]}
        return decays, values["w_in"] * dt_s / values["tau_syn"] * values["r"] * dt_s / values["tau_mem"]
    if kind == "LIF":
        return {"beta": 1.0 - dt_s / values["tau"]}, values["r"] * dt_s / values["tau"]
    return {"beta": np.ones_like(values["r"])}, values["r"] * dt_s
