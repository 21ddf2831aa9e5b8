"""ONNX: one time step of a network, its states as inputs and outputs, so that any runtime can go through time with it.

Inputs are `input`, [sample, …] as one step of a sample, and each layer's states before the step; outputs are each
layer's spikes and its states after the step, which are the inputs of the next. Names say which is whose: `layers.0.m`,
`layers.0.spikes`, `layers.0.m.next`. The metadata say under `states` what each layer's states are before the first
step, the membrane first. A recurrent layer has its spikes of the step before as an input too.
"""

from __future__ import annotations

import json
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from snntrainer3d.errors import Fault, InputError, LimitError
from snntrainer3d.exports.header import header_of
from snntrainer3d.exports.refusal import EVERY_LAYER, refuse, unknown_parts
from snntrainer3d.exports.stages import Stage, Step, stages_of
from snntrainer3d.spec import AvgPool, BatchNorm, Conv2d, Dense, Flatten, MaxPool, Network, Recurrent, TrainedNetwork
from snntrainer3d.spec.equations.onnx_nodes import onnx_step

FORM = "ONNX"
OPSET = 17
IR_VERSION = 9
"""Of ONNX 1.14, which runtimes since 2023 read."""
KEY = "snntrainer3d"
BEFORE = "spikes.before"
"""What a recurrent layer's spikes of the step before are called."""
_ARRAYS = ("spikes", "weight", "bias", "running_mean", "running_var")
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
    states = {f"layers.{at}": {name: start.tolist() for name, start in found.items()}
              for at, found in starts_of(trained).items()}  # fmt: skip
    told = {KEY: header_of(trained), "states": states}
    onnx.helper.set_model_props(model, {name: json.dumps(one, ensure_ascii=False) for name, one in told.items()})
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
        return current if stage.step is None else self._neurons(stage, stage.step, current, f"layers.{stage.index}")

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

    def _neurons(self, stage: Stage, step: Step, current: str, at: str) -> str:
        names = {("parameter", name): self._constant(f"{at}.neuron.{name}", one) for name, one in step.values.items()}
        names |= {("state", name): f"{at}.{_told(name)}" for name in step.starts}
        held = [f"{at}.{_told(name)}" for name in step.starts]
        if isinstance(stage.layer, Recurrent):
            held.append(f"{at}.{BEFORE}")
            back = self._back(stage.layer, held[-1], f"{at}.recurrent.weight")
            current = self._do("Add", current, back)
        self.inputs += [self._told(name, stage.given) for name in held]
        names["input", step.equation.input] = current
        found = onnx_step(step.equation, step.given, names, self._do, partial(self._number, at))
        if step.equation.spike is None:
            found.append(self._do("Cast", self._do("Greater", found[0], found[0]), to=1))
        *states, fired = found
        spikes = self._do("Identity", fired, name=f"{at}.spikes")
        for name, value in zip(held, [*states, spikes], strict=False):
            self._do("Identity", value, name=f"{name}.next")
        told = [*(f"{name}.next" for name in held), spikes]
        self.outputs += [self._told(name, stage.given) for name in told]
        return spikes

    def _number(self, at: str, value: float) -> str:
        """Give the name of a number in a layer's equation."""
        name = f"{at}.number.{value!r}"
        return name if any(one.name == name for one in self.constants) else self._constant(name, value)

    def _back(self, layer: Recurrent, fired: str, weight: str) -> str:
        if layer.feedback == "one_to_one":
            return self._do("Mul", fired, weight)
        return self._do("Gemm", fired, weight, transB=1)


def starts_of(trained: TrainedNetwork) -> dict[int, dict[str, np.ndarray]]:
    """Give the states of each layer before the first step, by their names in the model's inputs, the membrane first."""
    found = {}
    for stage in stages_of(trained):
        if stage.step is not None:
            before = {BEFORE: np.zeros((), np.float32)} if isinstance(stage.layer, Recurrent) else {}
            found[stage.index] = {_told(name): start for name, start in stage.step.starts.items()} | before
    return found


def _told(state: str) -> str:
    """Give what a state is called beside the other arrays of its layer."""
    return f"{state}.state" if state in _ARRAYS else state
