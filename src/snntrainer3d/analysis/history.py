"""A run's numbers over time, from its events; as series for figures and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from snntrainer3d.analysis.tables import csv_text
from snntrainer3d.events import EpochDone, Event, Prepared, Update


@dataclass(frozen=True, slots=True)
class History:
    """The updates and epochs of a run in order, each once.

    What was done again after a resume from a checkpoint stands in place of what was done before.
    """

    updates: tuple[Update, ...]
    epochs: tuple[EpochDone, ...]

    @property
    def layers(self) -> int:
        """Give the number of layers whose rates are known."""
        both: list[Update | EpochDone] = [*self.updates, *self.epochs]
        return max((len(event.rates) for event in both), default=0)


def history_of(events: Iterable[Event]) -> History:
    """Gather a run's updates and epochs, leaving out what a resume took back."""
    updates: list[Update] = []
    epochs: list[EpochDone] = []
    for event in events:
        if isinstance(event, Prepared):
            _take_back(updates, event.first_update + 1)
            _take_back(epochs, event.first_update + 1)
        elif isinstance(event, Update):
            _take_back(updates, event.update)
            updates.append(event)
        elif isinstance(event, EpochDone):
            _take_back(epochs, event.update)
            epochs.append(event)
    return History(tuple(updates), tuple(epochs))


def _take_back(done: list[Update] | list[EpochDone], update: int) -> None:
    while done and done[-1].update >= update:
        done.pop()


COLUMNS = (
    "event",
    "update",
    "epoch",
    "train_loss_nat_per_sample",
    "train_accuracy_fraction",
    "validation_loss_nat_per_sample",
    "validation_accuracy_fraction",
    "learning_rate",
    "samples_per_second",
    "epoch_time_s",
)


def metrics_csv(events: Iterable[Event]) -> str:
    """Give all updates and epochs as CSV, in order; units are in the header's names, floats are exact.

    After the named columns follows `rate_layer_N_spikes_per_neuron_and_step` for each layer, from 1.
    """
    history = history_of(events)
    layers = history.layers
    rates = [f"rate_layer_{layer + 1}_spikes_per_neuron_and_step" for layer in range(layers)]
    rows: list[Sequence[object]] = [[*COLUMNS, *rates]]
    both: list[Update | EpochDone] = [*history.updates, *history.epochs]
    for event in sorted(both, key=lambda event: (event.update, isinstance(event, EpochDone))):
        row = _update_row(event) if isinstance(event, Update) else _epoch_row(event)
        rows.append([*row, *event.rates, *[""] * (layers - len(event.rates))])
    return csv_text(rows)


def _update_row(event: Update) -> list[object]:
    speed = event.samples_per_second
    return ["update", event.update, event.epoch, event.loss, event.accuracy, "", "", event.learning_rate, speed, ""]


def _epoch_row(event: EpochDone) -> list[object]:
    held = ["" if value is None else value for value in (event.validation_loss, event.validation_accuracy)]
    return ["epoch", event.update, event.epoch, event.train_loss, event.train_accuracy, *held, "", "", event.seconds]
