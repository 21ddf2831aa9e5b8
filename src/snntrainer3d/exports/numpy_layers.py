"""The parts of a NumPy script for layers of several kinds: those that a network has, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from snntrainer3d.exports.numpy_parts import array_text, neuron_text
from snntrainer3d.exports.stages import Stage
from snntrainer3d.spec import AvgPool, BatchNorm, Conv2d, Dense, MaxPool, Recurrent

_STEP = """\
            signal = layer["operation"](signal.reshape(len(signal), *layer["takes"]), **layer["arrays"])
            if "neuron" not in layer:
                continue
            *state, before = states[index] or [np.zeros_like(signal) + start for start in (*layer["start"], 0)]
{back}            states[index] = layer["neuron"](signal, *state, **layer["values"])
            signal = states[index][-1]
            spikes[index].append(signal.reshape(len(signal), -1))
            membranes[index].append(states[index][0].reshape(len(signal), -1))
    return [np.stack(layer) for layer in spikes if layer], [np.stack(layer) for layer in membranes if layer]"""
_OPERATIONS = {
    "dense": "def dense(x, weight, bias=0):\n    return x @ weight.T + bias",
    "conv2d": (
        "def conv2d(x, weight, stride, padding, bias=0):\n"
        "    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))\n"
        "    windows = sliding_window_view(x, weight.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]\n"
        "    return np.moveaxis(np.tensordot(windows, weight, ([1, 4, 5], [1, 2, 3])), 3, 1) + bias"
    ),
    "avg_pool": (
        "def avg_pool(x, kernel, stride):\n"
        "    windows = sliding_window_view(x, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]\n"
        "    return windows.mean(axis=(4, 5))"
    ),
    "max_pool": (
        "def max_pool(x, kernel, stride):\n"
        "    windows = sliding_window_view(x, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]\n"
        "    return windows.max(axis=(4, 5))"
    ),
    "same": "def same(x):\n    return x",
    "scaled": "def scaled(x, scale, shift):\n    return x * scale + shift",
}
_VIEWS = ("conv2d", "avg_pool", "max_pool")
_BACK = """            if "back" in layer:
                signal = signal + (before @ layer["back"].T if layer["back"].ndim == 2 else before * layer["back"])
"""


def layered_parts(stages: Sequence[Stage], names: Mapping[int, str]) -> tuple[list[str], list[str], dict[str, str]]:
    """Give the script's layers, the functions of their operations, and what its template needs to run them.

    Args:
        names: of the functions of the layers' neurons.
    """
    used = dict.fromkeys(_operation(stage)[0] for stage in stages)
    recurrent = any(isinstance(stage.layer, Recurrent) for stage in stages)
    parts = {
        "windows": "from numpy.lib.stride_tricks import sliding_window_view\n" if set(used) & set(_VIEWS) else "",
        "step": _STEP.replace("{back}", _BACK if recurrent else ""),
    }
    layers = [_layer(stage, names.get(stage.index)) for stage in stages]
    return layers, [_OPERATIONS[name] for name in used], parts


def _operation(stage: Stage) -> tuple[str, dict[str, str]]:
    """Give the function of a layer's operation and its arguments as expressions."""
    layer, arrays = stage.layer, stage.arrays
    match layer:
        case Dense() | Recurrent():
            return "dense", {str(name): array_text(arrays[name]) for name in ("weight", "bias") if name in arrays}
        case Conv2d():
            bias = {"bias": array_text(arrays["bias"][:, None, None])} if "bias" in arrays else {}
            spans = {"stride": str(layer.stride), "padding": str(layer.padding)}
            return "conv2d", {"weight": array_text(arrays["weight"]), **spans, **bias}
        case AvgPool() | MaxPool():
            return layer.kind, {"kernel": str(layer.kernel), "stride": str(layer.stride or layer.kernel)}
        case BatchNorm():
            scale, shift = (_for_maps(value, len(stage.taken)) for value in _scaling(layer, arrays))
            return "scaled", {"scale": array_text(scale), "shift": array_text(shift)}
        case _:
            return "same", {}


def _scaling(layer: BatchNorm, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Give factor and summand that normalise by the running means, in float32 as torch computes them."""
    spread = np.sqrt(arrays["running_var"] + np.float32(layer.epsilon))
    scale = np.asarray(arrays["weight"] / spread, np.float32)
    return scale, np.asarray(arrays["bias"] - arrays["running_mean"] * scale, np.float32)


def _for_maps(value: np.ndarray, sides: int) -> np.ndarray:
    return value[:, None, None] if sides == 3 else value


def _layer(stage: Stage, neuron: str | None) -> str:
    name, arrays = _operation(stage)
    # A flattening gives what it takes, laid out otherwise.
    takes = stage.given if stage.layer.kind == "flatten" else stage.taken
    if isinstance(stage.layer, Dense | Recurrent):
        takes = (stage.arrays["weight"].shape[1],)
    told = ", ".join(f"{key}={text}" for key, text in arrays.items())
    text = f'{{"operation": {name}, "takes": {tuple(takes)!r}, "arrays": dict({told})'
    if neuron is not None:
        text += f",\n {neuron_text(stage, neuron)}"
    if "recurrent.weight" in stage.arrays:
        text += f',\n "back": {array_text(stage.arrays["recurrent.weight"])}'
    return f"    {text}}},"
