"""What snnTorch makes of samples, in plain arrays: for rooms that compare and know no torch."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float32, Int, Shaped

from snntrainer3d.data.encoders import encoder_of
from snntrainer3d.engine.build import build, load_tensors
from snntrainer3d.engine.reference import run
from snntrainer3d.spec import InputContract, TrainedNetwork

Arrays = tuple[list[Float32[np.ndarray, "time batch neuron"]], list[Float32[np.ndarray, "time batch neuron"]]]


def encode_arrays(
    contract: InputContract, raw: Shaped[np.ndarray, "batch ..."], places: Int[np.ndarray, "batch"] | None = None
) -> Float32[np.ndarray, "..."]:
    """Give stored samples as input: [sample feature] where it is the same at every step, else [time sample feature].

    Args:
        places: which samples of their split these are; the first ones by default.
    """
    encoded = encoder_of(contract).encode(torch.from_numpy(np.ascontiguousarray(raw)), places)
    return np.array(encoded.values.numpy(), np.float32)


@torch.no_grad()
def record_arrays(trained: TrainedNetwork, inputs: Float32[np.ndarray, "..."], num_steps: int) -> Arrays:
    """Give spikes and membranes of each layer, stepped through by snnTorch's own modules in float32."""
    module = build(trained.network)
    load_tensors(module, trained)
    found = run(module, torch.from_numpy(inputs), num_steps if inputs.ndim == 2 else None)
    return [layer.numpy() for layer in found.spikes], [layer.numpy() for layer in found.membranes]
