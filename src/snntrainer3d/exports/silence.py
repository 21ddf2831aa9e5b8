"""Whether a network can spike at all: what its neurons reach at most, from inputs of 0 to 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from jaxtyping import Float64

from snntrainer3d.exports.stages import Stage, stages_of
from snntrainer3d.spec import AvgPool, BatchNorm, Conv2d, Dropout, Flatten, MaxPool, TrainedNetwork

Bound = Float64[np.ndarray, "channel"]


def never_fires(trained: TrainedNetwork) -> list[str]:
    """Tell of the first layer no neuron of which can ever reach its threshold; nothing where one may."""
    if not _from_0_to_1(trained) or not all(neuron.rises_with_input for neuron in trained.network.neurons()):
        return []
    channels = trained.network.input.shape[0]
    low, high = np.zeros(channels), np.ones(channels)
    for stage in stages_of(trained):
        low, high = _passed(stage, low, high)
        if stage.step is None:
            continue
        fires = _may_fire(stage, high)
        if not fires.any():
            return [
                f"layers[{stage.index}]: no neuron can reach its threshold from inputs of 0 to 1, so the network "
                "never spikes. Check thresholds, weights and, of a NIR file, the time step."
            ]
        low, high = np.zeros(len(fires)), fires.astype(np.float64)
    return []


def _from_0_to_1(trained: TrainedNetwork) -> bool:
    """Tell whether no input is known to be larger than 1 or below 0, as standardised pixels and falls are."""
    if trained.inputs is not None:
        return trained.inputs.mean is None and trained.inputs.coding.kind != "delta"
    recipe = trained.training
    return recipe is None or (recipe.pixels == "unit" and recipe.coding.kind != "delta")


def _passed(stage: Stage, low: Bound, high: Bound) -> tuple[Bound, Bound]:
    """Give the least and the most that each channel of a layer's result can be."""
    layer, arrays = stage.layer, stage.arrays
    match layer:
        case AvgPool() | MaxPool() | Dropout():
            return low, high
        case Flatten():
            each = math.prod(stage.taken[1:])
            return np.repeat(low, each), np.repeat(high, each)
        case BatchNorm():
            factor = arrays["weight"] / np.sqrt(arrays["running_var"] + layer.epsilon)
            ends = [(end - arrays["running_mean"]) * factor + arrays["bias"] for end in (low, high)]
            return np.minimum(*ends), np.maximum(*ends)
        case _:
            weight = arrays["weight"].astype(np.float64)
            if isinstance(layer, Conv2d):
                low, high = np.minimum(low, 0.0) if layer.padding else low, np.maximum(high, 0.0)
                weight = weight.reshape(*weight.shape[:2], -1)
                up, down = np.maximum(weight, 0).sum(-1), np.minimum(weight, 0).sum(-1)
            else:
                each = weight.shape[1] // len(low)
                low, high = np.repeat(low, each), np.repeat(high, each)
                up, down = np.maximum(weight, 0), np.minimum(weight, 0)
            bias = arrays.get("bias", np.zeros(len(weight), np.float32)).astype(np.float64)
            most, least = up @ high + down @ low + bias, up @ low + down @ high + bias
            if "recurrent.weight" in arrays:
                back = arrays["recurrent.weight"].astype(np.float64)
                most += np.maximum(back, 0) if back.ndim == 1 else np.maximum(back, 0).sum(1)
            return least, most


def _may_fire(stage: Stage, most: Bound) -> Any:
    """Tell for each channel whether a current of at most `most` at every step can bring a neuron to its threshold."""
    values = {name: np.asarray(value, np.float64) for name, value in stage.values.items()}
    current = np.maximum(most, 0.0).reshape(-1, *(1,) * (len(stage.given) - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        if "decay" in values:
            current = current * values["resistance"] * values["rate"] * values["time_step"]
        if "alpha" in values:
            current = current / (1.0 - values["alpha"])
        reach = np.where(current > 0, current / (1.0 - values.get("beta", values.get("decay", 0.0))), 0.0)
    # A little more than what rounding may add.
    fires = np.broadcast_to(reach * (1 + 1e-4) > values["threshold"], stage.given)
    return np.any(fires.reshape(len(fires), -1), axis=1)
