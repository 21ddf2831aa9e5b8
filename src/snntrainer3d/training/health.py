"""Whether a training is well: notes in plain words, each with a remedy and the field that would change it.

A note never stops a run, and is said once. The bounds were chosen on digits networks of one to ten hidden layers, good
ones and spoiled ones; they are meant to miss a small ill rather than to cry at a good run.
"""

from __future__ import annotations

import math
import random
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import fmean, median

from snntrainer3d.events import EpochDone, Notice, Update
from snntrainer3d.spec import RunSpec

WINDOW = 20
"""Points of the curves that are looked at together: one alone says little."""
SAMPLED = 1000
"""Gradients of earlier points whose median is the usual one."""
EARLIEST_UPDATES = 40
EARLIEST_SHARE = 0.1
"""Share of a run that is left alone: the first layers wake up before the last ones."""
SILENT_RATE = 5e-4
SATURATED_RATE = 0.9
VANISHED = 1e-4
"""Gradient of a layer as a share of the largest layer's."""
EXPLODED = 100.0
RISEN = 1.2
"""Loss over the first one, above which it has risen."""
PROGRESS_SHARE = 0.25
PROGRESS_UPDATES = 100
LEAST_PROGRESS = 0.05
LEAST_MOVED = 0.2
"""Adam moves a weight by about the learning rate at each update; less in all, measured by a fresh weight's size, is
too little to learn."""
CHANCE = 2.0
"""Accuracy over that of guessing, below which nothing has been learned."""
OVERFIT_SHARE = 0.5
"""Share of a run before which a rising validation loss says nothing: a learning rate that falls often mends it."""
OVERFIT_EPOCHS = 5
OVERFIT_LOSS = 1.1
OVERFIT_LEAST = 0.01
"""Validation loss per sample below which a network knows nearly all samples, and twice as much is still nothing."""
OVERFIT_TRAIN_LOSS = 0.8


class Health:
    """Watches the points of a run's curves."""

    def __init__(self, spec: RunSpec, total_updates: int, classes: int, said: Iterable[str] = ()) -> None:
        self._places = spec.network.spiking()
        self._never_spikes = [neuron.never_spikes for neuron in spec.network.neurons()]
        self._total, self._classes = total_updates, classes
        self._fresh_weight = 1.0 / math.sqrt(max(ins for _, ins in spec.network.weight_shapes()))
        # The first points and the newest alone: at pace `update` a run has a point for every update.
        self._first: list[Update] = []
        self._recent: deque[Update] = deque(maxlen=2 * WINDOW)
        self._best: EpochDone | None = None
        self._since_best: deque[EpochDone] = deque(maxlen=OVERFIT_EPOCHS)
        self._moved = 0.0
        self._largest: deque[float] = deque(maxlen=WINDOW)
        self._earlier: list[float] = []
        """Those before `_largest`, ascending; of more than `SAMPLED` a fair sample, so that a point of a long run costs
        no more than one of a short run."""
        self._before = 0
        """How many there were before `_largest`."""
        self._chance = random.Random(0)
        self.said = set(said)
        """Codes of what was said; a resumed run does not say it again."""

    def after_update(self, event: Update) -> Iterator[Notice]:
        """Look at one more point of the curves."""
        before = self._recent[-1].update if self._recent else 0
        self._moved += event.learning_rate * (event.update - before)
        if len(self._first) < WINDOW:
            self._first.append(event)
        self._recent.append(event)
        self._keep_largest(event)
        yield from self._once(self._loss_not_finite(event))
        if len(self._recent) < WINDOW or event.update < EARLIEST_UPDATES:
            return
        yield from self._once(self._loss_risen())
        yield from self._once(self._exploded())
        if event.update < EARLIEST_SHARE * self._total:
            return
        yield from self._once(self._rates())
        yield from self._once(self._vanished())
        if event.update >= max(PROGRESS_UPDATES, PROGRESS_SHARE * self._total):
            yield from self._once(self._no_progress())

    def after_epoch(self, event: EpochDone) -> Iterator[Notice]:
        """Look at one more epoch."""
        best = self._best.validation_loss if self._best is not None else None
        if event.validation_loss is not None and (best is None or event.validation_loss < best):
            self._best = event
            self._since_best.clear()
        elif self._best is not None:
            self._since_best.append(event)
        yield from self._once(self._overfits())

    def _once(self, notices: Iterator[Notice]) -> Iterator[Notice]:
        for notice in notices:
            if notice.code not in self.said:
                self.said.add(notice.code)
                yield notice

    def _newest(self) -> list[Update]:
        return list(self._recent)[-WINDOW:]

    def _name(self, index: int) -> str:
        last = index == len(self._places) - 1
        return "The output layer" if last else f"Hidden layer {self._places[index] + 1}"

    def _loss_not_finite(self, event: Update) -> Iterator[Notice]:
        if event.loss is None:
            yield Notice(
                level="error",
                code="loss_not_finite",
                text=f"The loss is no longer a finite number at update {event.update}; nothing more is learned. "
                "Lower the learning rate, or clip the gradient.",
                path="training.learning_rate",
            )

    def _rates(self) -> Iterator[Notice]:
        recent = self._newest()
        for index, rates in enumerate(zip(*(event.rates for event in recent), strict=True)):
            if self._never_spikes[index]:
                continue
            rate, path = fmean(rates), f"network.layers[{self._places[index]}].neuron.threshold"
            if rate < SILENT_RATE:
                yield Notice(
                    level="warning",
                    code="silent_layer",
                    text=f"{self._name(index)} is silent: {_per_thousand(rate)}. Nothing reaches what comes after it, "
                    "and hardly a gradient what comes before. Lower its threshold, raise its beta, or compensate "
                    "a weak gain of its input.",
                    path=path,
                )
                return
            if rate > SATURATED_RATE:
                yield Notice(
                    level="warning",
                    code="saturated_layer",
                    text=f"{self._name(index)} fires at {rate:.0%} of all steps, whatever it is shown, and so tells "
                    "little. Raise its threshold, or lower its beta.",
                    path=path,
                )
                return

    def _loss_risen(self) -> Iterator[Notice]:
        first, recent = self._loss_of(self._first[:3], min), self._loss_of(self._newest(), fmean)
        if recent > RISEN * first:
            yield Notice(
                level="warning",
                code="learning_rate_too_high",
                text=f"The loss has risen from {first:.3g} to {recent:.3g}: the updates overshoot. Lower the learning "
                f"rate of {self._recent[-1].learning_rate:.3g}, to a tenth to begin with.",
                path="training.learning_rate",
            )

    def _exploded(self) -> Iterator[Notice]:
        if len(self._earlier) < WINDOW or "learning_rate_too_high" in self.said:
            return
        usual, now = self._middle(self._earlier), max(self._largest)
        if usual <= 0 or now <= EXPLODED * usual:
            return
        before, recent = list(self._recent)[:-WINDOW], self._newest()
        if self._loss_of(recent, fmean) > self._loss_of(before, fmean):
            yield Notice(
                level="warning",
                code="gradient_exploding",
                text=f"The gradient has become {now / usual:,.0f} times as long as it was, and "
                "the loss rises with it. Clip its norm to 1, or lower the learning rate.",
                path="training.gradient_clip_norm",
            )

    def _vanished(self) -> Iterator[Notice]:
        if self.said & {"silent_layer", "loss_not_finite"}:
            return
        shares = [self._shares(event) for event in self._newest()]
        for index, share in enumerate(median(column) for column in zip(*(one for one in shares if one), strict=True)):
            if share < VANISHED:
                yield Notice(
                    level="warning",
                    code="gradient_vanishing",
                    text=f"{self._name(index)} gets a gradient {1 / share if share else math.inf:,.0f} times smaller "
                    "than another layer: it hardly learns. Use fewer layers, a flatter surrogate (smaller slope), or "
                    "lower thresholds after it.",
                    path=f"network.layers[{self._places[index]}].neuron.surrogate.slope",
                )
                return

    def _no_progress(self) -> Iterator[Notice]:
        first, recent = self._loss_of(self._first, fmean), self._loss_of(self._newest(), fmean)
        accuracy = fmean(event.accuracy or 0.0 for event in self._newest())
        explained = {"loss_not_finite", "learning_rate_too_high", "silent_layer"} & self.said
        if explained or recent < (1 - LEAST_PROGRESS) * first or accuracy > CHANCE / self._classes:
            return
        moved = self._moved / self._fresh_weight
        if moved < LEAST_MOVED:
            yield Notice(
                level="warning",
                code="learning_rate_too_low",
                text=f"The weights hardly move: by about {moved:.1%} of their size in {self._recent[-1].update:,} "
                f"updates, and the loss stays near {recent:.3g}. Raise the learning rate; 0.0005 to 0.01 is usual.",
                path="training.learning_rate",
            )
        else:
            yield Notice(
                level="warning",
                code="no_progress",
                text=f"The network has not begun to learn: the loss is still near {recent:.3g}, {accuracy:.0%} are "
                "right. Try the recipe “Fast and accurate”, fewer layers, or more neurons in each.",
                path="network.layers",
            )

    def _overfits(self) -> Iterator[Notice]:
        if self._best is None or len(self._since_best) < OVERFIT_EPOCHS:
            return
        if self._since_best[-1].update < OVERFIT_SHARE * self._total:
            return
        best, then, now = self._best.validation_loss, self._best.train_loss, self._since_best[-1].train_loss
        since = [epoch.validation_loss for epoch in self._since_best]
        if best is None or then is None or now is None or now > OVERFIT_TRAIN_LOSS * then:
            return
        if min(loss if loss is not None else math.inf for loss in since) > max(OVERFIT_LOSS * best, OVERFIT_LEAST):
            yield Notice(
                level="warning",
                code="overfitting",
                text=f"The network learns the training data by heart: since epoch {self._best.epoch} the "
                f"validation loss has risen from {best:.3g} to {since[-1]:.3g}, while the training loss fell to "
                f"{now:.3g}. Train about {self._best.epoch} epochs, or take a smaller network.",
                path="training.epochs",
            )

    @staticmethod
    def _shares(event: Update) -> list[float]:
        """Give each layer's gradient as a share of the largest, 1 where it has none; empty where there is no other."""
        largest = max((size for size in event.gradients if size is not None), default=0.0)
        return [1.0 if size is None else size / largest for size in event.gradients] if largest > 0 else []

    def _keep_largest(self, event: Update) -> None:
        if event.gradients:
            if len(self._largest) == WINDOW:
                self._keep_earlier(self._largest[0])
            self._largest.append(max((size for size in event.gradients if size is not None), default=0.0))

    def _keep_earlier(self, size: float) -> None:
        self._before += 1
        if len(self._earlier) == SAMPLED:
            if self._chance.random() * self._before >= SAMPLED:
                return
            del self._earlier[self._chance.randrange(SAMPLED)]
        insort(self._earlier, size)

    @staticmethod
    def _middle(ascending: list[float]) -> float:
        half = len(ascending) // 2
        return ascending[half] if len(ascending) % 2 else (ascending[half - 1] + ascending[half]) / 2

    @staticmethod
    def _loss_of(events: Sequence[Update], of: Callable[[list[float]], float]) -> float:
        losses = [event.loss for event in events if event.loss is not None]
        return of(losses) if losses else math.inf


def _per_thousand(rate: float) -> str:
    return "no spike at all" if rate == 0 else f"{1000 * rate:.2g} spikes per neuron in a thousand steps"
