"""What imperfect devices make of a network's weights, for training that is to bear them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float32

from snntrainer3d.circuits.devices.imperfections import Imperfections, imperfect
from snntrainer3d.circuits.settings import CircuitSettings
from snntrainer3d.spec import TrainedNetwork, tensor_name


def disturbance(
    settings: CircuitSettings, wrong: Imperfections
) -> Callable[[TrainedNetwork, np.random.Generator], dict[str, Float32[np.ndarray, "..."]]]:
    """Give a function that draws devices for a network and gives the weights and biases that they stand for."""

    def disturb(trained: TrainedNetwork, generator: np.random.Generator) -> dict[str, Float32[np.ndarray, "..."]]:
        found: dict[str, Float32[np.ndarray, "..."]] = {}
        for index, bar in enumerate(imperfect(trained, settings, wrong, generator).crossbars):
            weights = bar.weights().astype(np.float32)
            found[tensor_name(index, "weight")] = np.ascontiguousarray(weights[:, : bar.inputs])
            if bar.bias:
                found[tensor_name(index, "bias")] = np.ascontiguousarray(weights[:, -1])
        return found

    return disturb
