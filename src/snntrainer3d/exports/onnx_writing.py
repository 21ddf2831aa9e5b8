"""ONNX: one time step of a network, its states as inputs and outputs, so that any runtime can go through time with it.

Inputs are `input`, [sample, …] as one step of a sample, and each layer's states before the step, zeros at rest; outputs
are each layer's spikes and its states after the step, which are the inputs of the next. Names say which is whose:
`layers.0.mem`, `layers.0.spikes`, `layers.0.mem.next`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from snntrainer3d.errors import Fault, InputError, LimitError
from snntrainer3d.exports.header import header_of
from snntrainer3d.exports.layer_values import STATES
from snntrainer3d.exports.refusal import EVERY_LAYER, refuse, unknown_parts
from snntrainer3d.exports.stages import Stage, stages_of
from snntrainer3d.spec import AvgPool, BatchNorm, Conv2d, Dense, Flatten, MaxPool, Network, Recurrent, TrainedNetwork

FORM = "ONNX"
OPSET = 17
IR_VERSION = 9
"""Of ONNX 1.14, which runtimes since 2023 read."""
KEY = "snntrainer3d"
MOST_BYTES = 2**31 - 2**20
"""One protobuf message holds no more."""


def to_onnx(trained: TrainedNetwork) -> bytes:
    """Give one time step as ONNX.

    Raises:
        MismatchError: a layer or neuron that has no form here, by its name.
        LimitError: more weights than one file of ONNX holds.
        InputError: the package onnx is not installed.
    """
    refuse(FORM, onnx_faults(trained.network))
    if sum(array.nbytes for array in trained.tensors.values()) > MOST_BYTES:
        raise LimitError("One file of ONNX holds at most 2 GiB.", path="network.layers", hint="Export safetensors.")
    onnx = onnx_package()
    step = _Step(onnx, trained)
    graph = onnx.helper.make_graph(step.nodes, "step", step.inputs, step.outputs, step.constants)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    model.producer_name = "snntrainer3d"
    onnx.helper.set_model_props(model, {KEY: json.dumps(header_of(trained), ensure_ascii=False)})
    onnx.checker.check_model(model, full_check=True)
    written: bytes = model.SerializeToString()
    return written


def onnx_faults(network: Network) -> list[Fault]:
    """Give every reason why ONNX cannot hold a network."""
    return unknown_parts(network, FORM, EVERY_LAYER)


def onnx_package() -> ModuleType:
    """Give the package onnx; raises InputError where it is missing."""
    try:
        import onnx
    except ImportError:
        raise InputError("ONNX needs the package onnx.", hint='Install it: pip install "snntrainer3d[onnx]".') from None
    return onnx


class _Step:
    """Nodes, constants, inputs and outputs of one step, written layer after layer."""

    def __init__(self, onnx: ModuleType, trained: TrainedNetwork) -> None:
        self._onnx = onnx
        self._count = 0
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = [self._told("input", trained.network.input.shape)]
        self.outputs: list[Any] = []
        signal = "input"
        for stage in stages_of(trained):
            signal = self._stage(stage, signal)

    def _told(self, name: str, shape: tuple[int, ...]) -> Any:
        return self._onnx.helper.make_tensor_value_info(name, self._onnx.TensorProto.FLOAT, ["sample", *shape])

    def _constant(self, name: str, value: Any, kind: Any = np.float32) -> str:
        self.constants.append(self._onnx.numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def _do(self, operation: str, *inputs: str, name: str = "", **options: Any) -> str:
        self._count += 1
        result = name or f"{operation.lower()}.{self._count}"
        self.nodes.append(self._onnx.helper.make_node(operation, list(inputs), [result], name=result, **options))
        return result

    def _stage(self, stage: Stage, signal: str) -> str:
        current = self._operation(stage, signal, f"layers.{stage.index}")
        return self._neurons(stage, current, f"layers.{stage.index}") if stage.fires else current

    def _operation(self, stage: Stage, signal: str, at: str) -> str:
        layer = stage.layer
        arrays = {name: self._constant(f"{at}.{name}", value) for name, value in stage.arrays.items()}
        match layer:
            case Dense() | Recurrent():
                if stage.index == 0:
                    signal = self._do("Flatten", signal, axis=1)
                given = [signal, arrays["weight"], *([arrays["bias"]] if "bias" in arrays else [])]
                return self._do("Gemm", *given, transB=1)
            case Conv2d():
                given = [signal, arrays["weight"], *([arrays["bias"]] if "bias" in arrays else [])]
                return self._do("Conv", *given, strides=[layer.stride] * 2, pads=[layer.padding] * 4)
            case AvgPool() | MaxPool():
                kind = "AveragePool" if isinstance(layer, AvgPool) else "MaxPool"
                stride = layer.stride or layer.kernel
                return self._do(kind, signal, kernel_shape=[layer.kernel] * 2, strides=[stride] * 2)
            case Flatten():
                return self._do("Flatten", signal, axis=1)
            case BatchNorm():
                names = ("weight", "bias", "running_mean", "running_var")
                return self._do("BatchNormalization", signal, *(arrays[name] for name in names), epsilon=layer.epsilon)
            case _:
                # Dropout silences nothing once a network is trained.
                return signal

    def _neurons(self, stage: Stage, current: str, at: str) -> str:
        values = {name: self._constant(f"{at}.neuron.{name}", value) for name, value in stage.values.items()}
        states = {name: f"{at}.{name}" for name in stage.states}
        self.inputs += [self._told(name, stage.given) for name in states.values()]
        fired = self._do("Cast", self._do("Greater", states["mem"], values["threshold"]), to=1)
        if isinstance(stage.layer, Recurrent):
            current = self._do("Add", current, self._back(stage.layer, fired, f"{at}.recurrent.weight"))
        new = dict(zip(stage.states, self._equation(stage, current, fired, states, values), strict=True))
        for name, value in new.items():
            self._do("Identity", value, name=f"{at}.{name}.next")
            self.outputs.append(self._told(f"{at}.{name}.next", stage.given))
        above = self._do("Greater", new["mem"], values["threshold"])
        spikes = self._do("Cast", above, name=f"{at}.spikes", to=1)
        self.outputs.append(self._told(spikes, stage.given))
        return spikes

    def _back(self, layer: Recurrent, fired: str, weight: str) -> str:
        if layer.feedback == "one_to_one":
            return self._do("Mul", fired, weight)
        return self._do("Gemm", fired, weight, transB=1)

    def _equation(
        self, stage: Stage, x: str, fired: str, states: dict[str, str], values: dict[str, str]
    ) -> Iterator[str]:
        """Give each state after the step, as snnTorch computes it, in float32."""
        neuron = stage.layer.neuron
        assert neuron is not None
        if neuron.kind == "alpha":
            yield from self._alpha(neuron.reset, x, fired, states, values)
            return
        drive, decay = x, values.get("decay") or values["beta"]
        if neuron.kind == "lapicque":
            for name in ("resistance", "rate", "time_step"):
                drive = self._do("Mul", drive, values[name])
        if neuron.kind == "synaptic":
            drive = self._do("Add", self._do("Mul", values["alpha"], states["syn"]), x)
            yield drive
        if stage.equation == "leaky_zero":
            left = self._do("Mul", decay, self._silenced(states["mem"], fired))
            yield self._do("Add", left, drive)
            return
        base = self._do("Add", self._do("Mul", decay, states["mem"]), drive)
        if neuron.reset == "subtract":
            base = self._do("Sub", base, self._do("Mul", fired, values["threshold"]))
        yield self._silenced(base, fired) if neuron.reset == "zero" else base

    def _alpha(self, reset: str, x: str, fired: str, states: dict[str, str], values: dict[str, str]) -> Iterator[str]:
        exc = self._do("Add", self._do("Mul", values["alpha"], states["exc"]), x)
        inh = self._do("Sub", self._do("Mul", values["beta"], states["inh"]), x)
        mem = self._do("Mul", values["tau"], self._do("Add", exc, inh))
        if reset == "subtract":
            yield self._do("Sub", exc, self._do("Mul", fired, values["threshold"]))
            yield self._silenced(inh, fired)
            yield self._do("Add", mem, self._do("Mul", states["inh"], fired))
            return
        for value in (exc, inh, mem):
            yield self._silenced(value, fired) if reset == "zero" else value

    def _silenced(self, value: str, fired: str) -> str:
        """Give what is left where a neuron has fired: nothing."""
        return self._do("Sub", value, self._do("Mul", value, fired))


def states_at_rest(network: Network, samples: int) -> dict[str, np.ndarray]:
    """Give the states before the first step, by the names of the model's inputs."""
    return {
        f"layers.{index}.{name}": np.zeros((samples, *network.shapes()[index + 1]), np.float32)
        for index in network.spiking()
        if (neuron := network.layers[index].neuron) is not None
        for name in STATES[neuron.kind]
    }
