"""One network trained by several processes at once, each on its share of every batch, over torch.distributed.

Every process goes through the same loop with the same weights: gradients, losses and counts are summed over the shares,
so each update is that of the whole batch, but for the order of sums.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.distributed as dist
from jaxtyping import Float, Int
from torch import Tensor

from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine import BatchResult, EvalResult, Exchange, Learner
from snntrainer3d.errors import Fault
from snntrainer3d.spec import BatchNorm, Dropout, Network
from snntrainer3d.training.checkpoint import Word

_WORDS: tuple[Word, ...] = ("run", "pause", "step", "cancel")


class Together:
    """The processes that train one network, as this one knows them; torch.distributed is set up already."""

    def __init__(self) -> None:
        self.rank, self.size = dist.get_rank(), dist.get_world_size()

    def share(self, count: int) -> slice:
        """Give this process's part of so many samples; all of them where there are too few for everyone."""
        if count < self.size:
            return slice(0, count)
        return slice(self.rank * count // self.size, (self.rank + 1) * count // self.size)

    def add(self, values: Tensor) -> None:
        """Replace values by their sum over the processes; the same bits everywhere."""
        dist.all_reduce(values)

    def heed(self, control: Callable[[], Word] | None) -> Callable[[], Word]:
        """Give what every process asks before an update: the first one's word."""

        def asked() -> Word:
            word = torch.tensor([_WORDS.index(control()) if self.rank == 0 and control is not None else 0])
            dist.broadcast(word, src=0)
            return _WORDS[int(word)]

        return asked


def not_together(network: Network) -> list[Fault]:
    """Give what of a network would be another one, were its batches shared."""
    reasons = {
        BatchNorm: "its statistics are those of a whole batch",
        Dropout: "what it drops is drawn for a whole batch",
    }
    return [
        Fault(f"network.layers[{index}]", f"cannot be trained by several processes: {reasons[type(layer)]}.")
        for index, layer in enumerate(network.layers)
        if type(layer) in reasons
    ]


class SharingLearner:
    """Learns from this process's share of a batch what the whole batch teaches."""

    def __init__(self, learner: Learner, together: Together) -> None:
        self._learner, self._together = learner, together
        self.name, self.note = learner.name, learner.note
        self._weight = 1.0
        self.exchange: Exchange | None = self._exchange
        learner.exchange = self._exchange

    def fetch(self, raw: Tensor, indices: Int[np.ndarray, "batch"], encoder: Encoder, draw: int) -> Tensor:
        """Give the own share of the samples as input."""
        return self._learner.fetch(raw, indices[self._together.share(len(indices))], encoder, draw)

    def train_batch(
        self, inputs: Float[Tensor, "share feature"], labels: Int[Tensor, "batch"], learning_rate: float
    ) -> BatchResult:
        """Make the update of the whole batch; `inputs` is the own share of it."""
        own = labels[self._together.share(len(labels))]
        # Where everyone has the whole batch, the mean over the processes.
        part = 1 / self._together.size if len(own) == len(labels) else len(own) / len(labels)
        whole = self.weight_of(labels)
        self._weight = part if len(own) == len(labels) or not whole else self.weight_of(own) / whole
        result = self._learner.train_batch(inputs, own, learning_rate)
        counted = [part * value for value in (result.correct / len(own), *result.rates)]
        totals = torch.tensor([result.loss * self._weight, *counted], dtype=torch.float64)
        self._together.add(totals)
        loss, right, *rates = totals.tolist()
        return BatchResult(loss, round(right * len(labels)), rates)

    def gradient_sizes(self) -> list[float]:
        """Give those of the whole batch's gradient."""
        return self._learner.gradient_sizes()

    def evaluate_batch(self, inputs: Float[Tensor, "share feature"], labels: Int[Tensor, "batch"]) -> EvalResult:
        """Run the own share of the samples, `inputs`; give the result of all."""
        share = self._together.share(len(labels))
        found = self._learner.evaluate_batch(inputs, labels[share])
        if len(labels) < self._together.size:
            return found
        counts = torch.zeros(len(labels), found.counts.shape[1], dtype=found.counts.dtype)
        counts[share] = found.counts
        self._together.add(counts)
        part = len(labels[share]) / len(labels)
        totals = torch.tensor([found.loss_sum, *(rate * part for rate in found.rates)], dtype=torch.float64)
        self._together.add(totals)
        loss, *rates = totals.tolist()
        return EvalResult(loss, counts, rates)

    def weight_of(self, labels: Int[Tensor, "batch"]) -> float:
        """Give what samples count for in a mean loss, all of them."""
        return self._learner.weight_of(labels)

    def optimizer_state(self) -> dict[str, np.ndarray]:
        """Copy what the optimizer remembers, the same in every process."""
        return self._learner.optimizer_state()

    def load_optimizer_state(self, state: dict[str, np.ndarray]) -> None:
        """Take back what `optimizer_state` gave."""
        self._learner.load_optimizer_state(state)

    def _exchange(self, gradients: Tensor) -> None:
        gradients.mul_(self._weight)
        self._together.add(gradients)
