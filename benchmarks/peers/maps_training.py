"""What the peers' convolutional and recurrent forms share: the job's arrays in torch's layers."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.architectures import KERNEL, MAPS, RECURRENT, SIDE, arrays_of
from benchmarks.peers.torch_training import TorchTraining
from benchmarks.task import Task


class OtherTraining(TorchTraining):
    """One update after the other of a network that is not only dense; `connections` are its layers with weights."""

    def __init__(self, task: Task) -> None:
        torch.set_flush_denormal(True)
        self.job, self.scale, self.steps = task.job, task.scale, task.job.num_steps
        self.images, self.labels = torch.from_numpy(task.images), torch.from_numpy(task.labels)
        arrays = arrays_of(task.job.network)
        self.connections = nn.ModuleList(_connections(task.job.network, arrays))
        back = arrays.get("layers.0.recurrent.weight")
        self.back = None if back is None else nn.Parameter(torch.from_numpy(back))
        self.make_neurons()
        parameters = [*self.connections.parameters(), *([] if self.back is None else [self.back])]
        self.adam = torch.optim.Adam(parameters, lr=task.job.learning_rate, fused=self.fused_adam or None)

    def pictures(self, inputs: Tensor) -> Tensor:
        """Give samples as pictures."""
        return inputs.view(-1, 1, SIDE, SIDE)


def _connections(network: str, arrays: dict[str, np.ndarray]) -> list[nn.Module]:
    made: list[nn.Module] = []
    for index in (0, 1) if network == RECURRENT else (0, 2, 5):
        weight, bias = (torch.from_numpy(arrays[f"layers.{index}.{name}"]) for name in ("weight", "bias"))
        layer = nn.Conv2d(weight.shape[1], len(weight), KERNEL) if weight.dim() == 4 else nn.Linear(*weight.shape[::-1])
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        made.append(layer)
    assert len(made) == (2 if network == RECURRENT else len(MAPS) + 1)
    return made
