"""What the validation samples say from epoch to epoch: whether to stop, to learn slower, and which epoch was best."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from snntrainer3d.analysis import Evaluation
from snntrainer3d.spec import Plateau, Training


class Progress:
    """Watches the epochs of a run; `plain` and `best` are all that a resumed run needs."""

    def __init__(self, training: Training) -> None:
        self._training = training
        self.lowest_loss = math.inf
        self.epochs_since_lowest = 0
        self.epochs_since_fall = 0
        self.falls = 0
        """How often the learning rate was lowered on a plateau."""
        self.best_accuracy = -1.0
        self.best_epoch = 0
        self.stopped = False
        self.best: dict[str, np.ndarray] = {}
        """Arrays of the network after the best epoch, where they are kept."""

    def after_epoch(self, epoch: int, validation: Evaluation, tensors: Mapping[str, np.ndarray]) -> None:
        """Look at an epoch's validation; `tensors` is the network after it."""
        improved = validation.loss < self.lowest_loss
        self.lowest_loss = min(self.lowest_loss, validation.loss)
        self.epochs_since_lowest = 0 if improved else self.epochs_since_lowest + 1
        self.epochs_since_fall = 0 if improved else self.epochs_since_fall + 1
        schedule, patience = self._training.schedule, self._training.stop_after_epochs
        if isinstance(schedule, Plateau) and self.epochs_since_fall >= schedule.patience_epochs:
            self.falls += 1
            self.epochs_since_fall = 0
        self.stopped = patience is not None and self.epochs_since_lowest >= patience
        if validation.accuracy > self.best_accuracy:
            self.best_accuracy, self.best_epoch = validation.accuracy, epoch
            if self._training.keep_best:
                self.best = {name: array.copy() for name, array in tensors.items()}

    def plain(self) -> dict[str, Any]:
        """Give everything but the arrays as plain values; None stands for what is not finite."""
        return {
            "lowest_loss": self.lowest_loss if math.isfinite(self.lowest_loss) else None,
            "epochs_since_lowest": self.epochs_since_lowest,
            "epochs_since_fall": self.epochs_since_fall,
            "falls": self.falls,
            "best_accuracy": self.best_accuracy,
            "best_epoch": self.best_epoch,
            "stopped": self.stopped,
        }

    def restore(self, plain: Mapping[str, Any], best: Mapping[str, np.ndarray]) -> None:
        """Take back what `plain` and `best` were."""
        for name, value in plain.items():
            setattr(self, name, math.inf if value is None else value)
        self.best = dict(best)
