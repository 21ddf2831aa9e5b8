"""The training itself: a generator of events that knows neither the store nor a socket."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
import torch

from snntrainer3d.analysis import Evaluation
from snntrainer3d.data import Dataset, check_fit, split_train, with_contract
from snntrainer3d.data.encoders import encoder_for
from snntrainer3d.engine import Learner, build, load_tensors, matrices_of, open_learner, prepare_learner, to_trained
from snntrainer3d.errors import SpecError
from snntrainer3d.events import (
    Cancelled,
    EpochDone,
    Event,
    Finished,
    Notice,
    Phase,
    Prepared,
    Snapshot,
    StateChanged,
    Update,
)
from snntrainer3d.frames import Frame, make_frame
from snntrainer3d.spec import Network, RunSpec, TrainedNetwork, advise, cost_of, count_parameters, fit_start
from snntrainer3d.training.checkpoint import Checkpoint, Sink, Word
from snntrainer3d.training.evaluate import class_weights, evaluate_split
from snntrainer3d.training.health import Health
from snntrainer3d.training.progress import Progress
from snntrainer3d.training.schedule import (
    curve_stride,
    epoch_order,
    learning_rate_at,
    snapshot_updates,
    updates_per_epoch,
)
from snntrainer3d.training.together import SharingLearner, Together, not_together
from snntrainer3d.training.totals import Sums

SLOW_UPDATE_S = 0.05
"""Time per update at pace `slow`: about 20 a second, which an eye can follow."""
PAUSE_POLL_S = 0.03
_BEST = "best/"
"""Before the names of the best epoch's arrays in a checkpoint, beside those of the optimizer."""


def train(
    spec: RunSpec,
    dataset: Dataset,
    *,
    start: TrainedNetwork | None = None,
    checkpoint: Checkpoint | None = None,
    control: Callable[[], Word] | None = None,
    sink: Sink | None = None,
    run_id: str = "",
    together: Together | None = None,
) -> Iterator[Event]:
    """Train, validate after each epoch, test once at the end.

    Args:
        start: learned values to begin with instead of fresh ones; what the spec fixes is as the spec says.
        checkpoint: where to go on; the result equals the uninterrupted run's to the last bit.
        control: asked before every update; without it the run goes through, at pace `update` too.
        sink: takes weights, checkpoints and results.
        together: the processes that train this network, all of them with the same spec, data set, start and checkpoint,
            each on its share of every batch; the first one's `control` counts, the others need no sink.

    Yields:
        Prepared, then Phase, Update, EpochDone, Snapshot, Notice and StateChanged as they come, and as the last one
        Finished or Cancelled.

    Raises:
        SpecError: the network does not fit the data set, or cannot be trained by several processes.
        MismatchError: `start` is of another network.
        FailureError: the weights are no longer finite.
    """
    faults = check_fit(spec.network, dataset.info, spec.training)
    if together is not None:
        faults = [*faults, *not_together(spec.network)]
        control = together.heed(control)
    if faults:
        raise SpecError(faults, what="spec")
    beginning = fit_start(start, spec.network) if start is not None else None
    return _Training(spec, dataset, beginning, checkpoint, control, sink, run_id, together).events()


class _Training:
    """One run: its network, learner, position and totals."""

    def __init__(
        self,
        spec: RunSpec,
        dataset: Dataset,
        start: TrainedNetwork | None,
        checkpoint: Checkpoint | None,
        control: Callable[[], Word] | None,
        sink: Sink | None,
        run_id: str,
        together: Together | None,
    ) -> None:
        self._spec, self._recipe, self._dataset = spec, spec.training, dataset
        self._start, self._checkpoint = start, checkpoint
        self._control, self._sink, self._run_id = control, sink, run_id
        self._together = together
        self._train_indices, self._validation_indices = split_train(
            dataset.train.labels, self._recipe.validation_share, self._recipe.split_seed
        )
        self._per_epoch = updates_per_epoch(
            len(self._train_indices), self._recipe.batch_size, self._recipe.keep_last_batch
        )
        self._total = self._per_epoch * self._recipe.epochs
        self._snapshots = {update: index for index, update in enumerate(snapshot_updates(self._total))}
        self._update = 0
        self._epoch_sums, self._window, self._run_sums = Sums(), Sums(), Sums()
        self._train_seconds = self._epoch_seconds = 0.0
        self._last_frame: Frame | None = None
        self._sequence = 0
        self._paused = False
        self._health = Health(spec, self._total, dataset.info.classes)
        self._validation: Evaluation | None = None
        self._progress = Progress(self._recipe)

    def events(self) -> Iterator[Event]:
        """Yield what `train` promises, with denormals flushed: decaying states make a network ten times slower."""
        torch.set_flush_denormal(True)
        try:
            yield from self._run()
        finally:
            torch.set_flush_denormal(False)

    def _run(self) -> Iterator[Event]:
        yield from self._prepare()
        yield from self._snapshot()
        while self._update < self._total and not self._progress.stopped:
            cancelled = yield from self._epoch()
            if cancelled:
                yield Cancelled()
                return
        if self._progress.stopped and self._update < self._total:
            yield self._stopped_early()
        yield Phase(phase="testing")
        self._take_best()
        results, trained = self._results()
        self._live_frame(always=True)
        if self._sink is not None:
            self._sink.finished(trained, results)
        yield Finished(results=results)

    def _stopped_early(self) -> Notice:
        epoch, patience = self._update // self._per_epoch, self._recipe.stop_after_epochs
        return Notice(
            level="info",
            code="stopped_early",
            text=f"Stopped after epoch {epoch}: the validation loss has not improved for {patience} epochs.",
            path="training.stop_after_epochs",
        )

    def _take_best(self) -> None:
        """Go back to the best epoch's network where it is the one to keep."""
        if self._progress.best and self._progress.best_epoch * self._per_epoch != self._update:
            load_tensors(self._module, self._progress.best)
            self._validation = None

    def _prepare(self) -> Iterator[Event]:
        for share in prepare_learner(self._recipe):
            yield Phase(phase="preparing kernels", share=share)
        self._module = build(self._spec.network, self._recipe.seed, self._recipe.initial_weights)
        if self._start is not None:
            load_tensors(self._module, self._start)
        self._learner = self._open_learner()
        if self._checkpoint is not None:
            self._restore(self._checkpoint)
        self._raw = torch.from_numpy(self._dataset.train.inputs)
        self._labels = torch.from_numpy(self._dataset.train.labels)
        self._encoder = encoder_for(self._dataset, self._recipe)
        for advice in advise(self._spec):
            yield Notice(level="warning", code=advice.code, text=f"{advice.message} {advice.hint}", path=advice.path)
        yield self._prepared()

    def _open_learner(self) -> Learner:
        timed = self._dataset.info.timed
        weights = class_weights(self._recipe, self._spec.network, self._dataset)
        learner = open_learner(self._module, self._spec.network, self._recipe, timed=timed, class_weights=weights)
        return learner if self._together is None else SharingLearner(learner, self._together)

    def _prepared(self) -> Prepared:
        return Prepared(
            engine=self._learner.name,
            engine_note=self._learner.note,
            threads=torch.get_num_threads(),
            parameters=count_parameters(self._spec.network),
            train_samples=len(self._train_indices),
            validation_samples=len(self._validation_indices),
            test_samples=len(self._dataset.test.labels),
            updates_per_epoch=self._per_epoch,
            total_updates=self._total,
            first_update=self._update,
        )

    def _epoch(self) -> Generator[Event, None, bool]:
        """Train one epoch, or the rest of it; the generator's value tells whether the run was cancelled."""
        epoch, first = divmod(self._update, self._per_epoch)
        order = epoch_order(self._train_indices, self._recipe.seed, epoch)
        yield Phase(phase="training")
        begun = time.perf_counter()
        for batch in range(first, self._per_epoch):
            if self._control is not None:
                waited = time.perf_counter()
                word = yield from self._obey()
                begun += time.perf_counter() - waited
                if word == "cancel":
                    self._count_time(begun)
                    self._keep_checkpoint()
                    self._live_frame(always=True)
                    return True
            size = self._recipe.batch_size
            self._one_update(order[batch * size : (batch + 1) * size])
            yield from self._after_update(epoch + 1)
            begun += self._rest()
        self._count_time(begun)
        yield from self._end_epoch(epoch + 1)
        return False

    def _one_update(self, chosen: np.ndarray) -> None:
        begun = time.perf_counter()
        inputs = self._learner.fetch(self._raw, chosen, self._encoder, self._update + 1)
        labels = self._labels[torch.from_numpy(chosen)]
        result = self._learner.train_batch(inputs, labels, self._learning_rate())
        self._update += 1
        seconds = time.perf_counter() - begun
        for sums in (self._window, self._epoch_sums, self._run_sums):
            sums.add(result, len(chosen), seconds)

    def _after_update(self, epoch: int) -> Iterator[Event]:
        stride = 1 if self._recipe.pace != "full" else curve_stride(self._total)
        if self._update % stride == 0 or self._update == self._total:
            event = self._update_event(epoch)
            yield event
            yield from self._health.after_update(event)
            self._window = Sums()
        if self._update in self._snapshots:
            yield from self._snapshot()
        self._live_frame()

    def _update_event(self, epoch: int) -> Update:
        window = self._window
        return Update(
            update=self._update,
            epoch=epoch,
            loss=_finite(window.loss / window.samples),
            accuracy=window.correct / window.samples,
            learning_rate=self._learning_rate(self._update - 1),
            samples_per_second=window.samples / max(window.seconds, 1e-9),
            rates=window.mean_rates(),
            gradients=[_finite(size) for size in self._learner.gradient_sizes()],
        )

    def _end_epoch(self, epoch: int) -> Iterator[Event]:
        begun = time.perf_counter()
        sums = self._epoch_sums
        validation: Evaluation | None = None
        if len(self._validation_indices):
            yield Phase(phase="validating")
            validation, _ = evaluate_split(
                self._learner, self._dataset, self._dataset.train, self._validation_indices, self._recipe
            )
        self._validation = validation
        if validation is not None:
            tensors = to_trained(self._module, self._spec.network).tensors if self._recipe.keep_best else {}
            self._progress.after_epoch(epoch, validation, tensors)
        self._epoch_sums = Sums()
        self._count_time(begun)
        seconds, self._epoch_seconds = self._epoch_seconds, 0.0
        begun = time.perf_counter()
        self._keep_checkpoint()
        self._train_seconds += time.perf_counter() - begun
        event = EpochDone(
            epoch=epoch,
            update=self._update,
            train_loss=_finite(sums.loss / sums.samples),
            train_accuracy=sums.correct / sums.samples,
            validation_loss=_finite(validation.loss) if validation else None,
            validation_accuracy=validation.accuracy if validation else None,
            rates=sums.mean_rates(),
            seconds=seconds,
        )
        yield event
        yield from self._health.after_epoch(event)

    def _obey(self) -> Generator[Event, None, Word]:
        """Wait while the run is paused, or between updates at pace `update`; give the word that ended the wait."""
        assert self._control is not None
        word = self._control()
        if not self._must_wait(word):
            return word
        if word == "pause":
            self._keep_checkpoint()
        self._live_frame(always=True)
        if not self._paused:
            self._paused = True
            yield StateChanged(state="paused")
        while self._must_wait(word):
            time.sleep(PAUSE_POLL_S)
            word = self._control()
        if word == "run":
            self._paused = False
            yield StateChanged(state="running")
        return word

    def _must_wait(self, word: Word) -> bool:
        return word == "pause" or (word == "run" and self._recipe.pace == "update")

    def _rest(self) -> float:
        """Sleep to keep the pace; give the seconds slept, which are no training time."""
        if self._recipe.pace != "slow" or self._control is None:
            return 0.0
        time.sleep(SLOW_UPDATE_S)
        return SLOW_UPDATE_S

    def _learning_rate(self, update: int | None = None) -> float:
        at = self._update if update is None else update
        return learning_rate_at(
            self._recipe.schedule,
            self._recipe.learning_rate,
            at,
            self._total,
            per_epoch=self._per_epoch,
            warm_up=self._recipe.warm_up_updates,
            falls=self._progress.falls,
        )

    def _count_time(self, begun: float) -> None:
        seconds = time.perf_counter() - begun
        self._train_seconds += seconds
        self._epoch_seconds += seconds

    def _snapshot(self) -> Iterator[Event]:
        if self._sink is None or self._update not in self._snapshots:
            return
        index = self._snapshots[self._update]
        self._sink.snapshot(index, self._frame(None))
        yield Snapshot(index=index, update=self._update, epoch=self._update // self._per_epoch)

    def _live_frame(self, *, always: bool = False) -> None:
        if self._sink is None or not (self._sink.wants_frame or always):
            return
        if self._last_frame is not None and self._last_frame.update == self._update:
            return
        self._sequence += 1
        self._last_frame = self._frame(self._last_frame)
        self._sink.frame(self._last_frame)

    def _frame(self, before: Frame | None) -> Frame:
        network = self._spec.network
        sums = self._epoch_sums if self._epoch_sums.samples else self._run_sums
        rates = _rates_of_matrices(network, sums.mean_rates()) if sums.samples else []
        epoch = self._update // self._per_epoch
        weights = matrices_of(self._module, network)
        return make_frame(self._run_id, self._sequence, self._update, epoch, weights, rates, before)

    def _keep_checkpoint(self) -> None:
        trained = to_trained(self._module, self._spec.network)
        if self._sink is None:
            return
        best = {f"{_BEST}{name}": array for name, array in self._progress.best.items()}
        state = {
            "epoch_sums": self._epoch_sums.plain(),
            "run_sums": self._run_sums.plain(),
            "window": self._window.plain(),
            "train_seconds": self._train_seconds,
            "epoch_seconds": self._epoch_seconds,
            "sequence": self._sequence,
            "notes_said": sorted(self._health.said),
            "progress": self._progress.plain(),
        }
        self._sink.checkpoint(
            Checkpoint(
                epoch=self._update // self._per_epoch,
                update=self._update,
                tensors=trained.tensors,
                optimizer={**self._learner.optimizer_state(), **best},
                state=state,
            )
        )

    def _restore(self, checkpoint: Checkpoint) -> None:
        load_tensors(self._module, dict(checkpoint.tensors))
        known = dict(checkpoint.optimizer)
        best = {name.removeprefix(_BEST): known.pop(name) for name in list(known) if name.startswith(_BEST)}
        self._progress.restore(checkpoint.state.get("progress", {}), best)
        self._learner.load_optimizer_state(known)
        self._update = checkpoint.update
        state = checkpoint.state
        self._epoch_sums = Sums(**state["epoch_sums"])
        self._run_sums = Sums(**state["run_sums"])
        self._window = Sums(**state["window"])
        self._train_seconds = state["train_seconds"]
        self._epoch_seconds = state["epoch_seconds"]
        self._sequence = state["sequence"]
        self._health.said.update(state.get("notes_said", ()))

    def _results(self) -> tuple[dict[str, Any], TrainedNetwork]:
        trained = with_contract(to_trained(self._module, self._spec.network, self._recipe), self._dataset)
        everything = np.arange(len(self._dataset.test.labels))
        test, rates = evaluate_split(self._learner, self._dataset, self._dataset.test, everything, self._recipe)
        if self._validation is None and len(self._validation_indices):
            self._validation, _ = evaluate_split(
                self._learner, self._dataset, self._dataset.train, self._validation_indices, self._recipe
            )
        cost = cost_of(self._spec.network, self._recipe.num_steps)
        sums = self._run_sums
        results = {
            "test": test.to_dict(),
            "validation": self._validation.to_dict() if self._validation else None,
            "train_seconds": self._train_seconds,
            "samples_per_second": sums.samples / max(sums.seconds, 1e-9),
            "parameters": cost.parameters,
            "flops": cost.flops,
            "flops_all_steps": cost.flops_all_steps,
            "updates": self._update,
            "epochs": self._update // self._per_epoch,
            "best_epoch": self._progress.best_epoch or None,
            "engine": self._learner.name,
            "threads": torch.get_num_threads(),
            "rates": rates,
        }
        return results, trained


def _rates_of_matrices(network: Network, rates: list[float]) -> list[float]:
    """Give for each connection the rate of the neurons that it leads to, there or in a later layer."""
    spiking = network.spiking()
    return [rates[next(at for at, layer in enumerate(spiking) if layer >= one.layer)] for one in network.connections()]


def _finite(value: float) -> float | None:
    """Give the value, or None where it is not finite: JSON has no NaN, and a notice has told it."""
    return value if math.isfinite(value) else None
