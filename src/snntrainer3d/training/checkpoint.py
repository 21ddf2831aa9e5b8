"""What a run needs to go on exactly where it was, and the places where it hands out what it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from snntrainer3d.frames import Frame
from snntrainer3d.spec import TrainedNetwork

Word = Literal["run", "pause", "step", "cancel"]
"""What a run is told between two updates; `step` allows one update where the pace is update by update."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A run after `update` updates, of which `epoch` whole epochs.

    `tensors` are named as `spec.tensor_shapes` does, `optimizer` as the learner does; `state` is plain JSON.
    """

    epoch: int
    update: int
    tensors: Mapping[str, np.ndarray]
    optimizer: Mapping[str, np.ndarray]
    state: Mapping[str, Any]


class Sink(Protocol):
    """Takes what a training makes beside events: live frames, snapshots, checkpoints, the trained network."""

    @property
    def wants_frame(self) -> bool:
        """Tell whether a live frame is wanted now; asked after every update, so it must be quick."""

    def frame(self, frame: Frame) -> None:
        """Take the newest weights for watching."""

    def snapshot(self, index: int, frame: Frame) -> None:
        """Keep the weights for replay; a resumed run gives an index again, with the same weights."""

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep what is needed to go on; on disk when this returns."""

    def finished(self, trained: TrainedNetwork, results: dict[str, Any]) -> None:
        """Keep the end result."""
