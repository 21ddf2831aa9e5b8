"""What an event means for a run's row and curves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from snntrainer3d.errors import JobError
from snntrainer3d.events import (
    Cancelled,
    EpochDone,
    Event,
    Failed,
    Finished,
    Interrupted,
    Prepared,
    StateChanged,
    Update,
)


@dataclass(slots=True)
class Changes:
    """Columns of the row to set, points to write, and what a resume takes back."""

    columns: dict[str, Any] = field(default_factory=dict)
    points: list[dict[str, Any]] = field(default_factory=list)
    taken_back_after: int | None = None
    """Points after this update, of before these events, no longer count."""
    began_at: float | None = None


UNKNOWN = -1.0
"""An accuracy that is not known, in a column that older stores have without NULL."""


def changes_of(events: Iterable[Event]) -> Changes:
    """Gather what events, in order, change."""
    changes = Changes()
    for event in events:
        _gather(changes, event)
    return changes


def _gather(changes: Changes, event: Event) -> None:
    columns = changes.columns
    if isinstance(event, StateChanged):
        columns.update(status=event.state, ended_at=None, error=None, last_words="", spawned_at=None)
        changes.began_at = changes.began_at or event.at
    elif isinstance(event, Prepared):
        _take_back(changes, event.first_update)
        epoch = event.first_update // event.updates_per_epoch
        columns.update(
            updates=event.first_update, total_updates=event.total_updates, epoch=epoch, samples_per_second=0.0
        )
    elif isinstance(event, Update):
        columns.update(updates=event.update, epoch=event.epoch, samples_per_second=event.samples_per_second)
        changes.points.append(_update_point(event))
    elif isinstance(event, EpochDone):
        columns.update(updates=event.update, epoch=event.epoch, validation_accuracy=event.validation_accuracy)
        changes.points.append(_epoch_point(event))
    elif isinstance(event, Finished):
        columns.update(
            status="finished", ended_at=event.at, error=None, last_words="", **_result_columns(event.results)
        )
    elif isinstance(event, Cancelled):
        columns.update(status="cancelled", ended_at=event.at, error=None, last_words="")
    elif isinstance(event, Failed):
        error = event.error.get("error", event.error)
        columns.update(status="failed", ended_at=event.at, error=error, last_words=event.last_words)
    elif isinstance(event, Interrupted):
        columns.update(status="interrupted", ended_at=event.at, error=_interruption(event), last_words=event.last_words)


def _take_back(changes: Changes, update: int) -> None:
    before = changes.taken_back_after
    changes.taken_back_after = update if before is None else min(before, update)
    changes.points = [point for point in changes.points if point["updates"] <= update]


def _update_point(event: Update) -> dict[str, Any]:
    return {
        **_NO_POINT,
        "kind": "update",
        "updates": event.update,
        "epoch": event.epoch,
        "at": event.at,
        "loss": event.loss,
        "accuracy": UNKNOWN if event.accuracy is None else event.accuracy,
        "learning_rate": event.learning_rate,
        "samples_per_second": event.samples_per_second,
        "rates": event.rates,
    }


def _epoch_point(event: EpochDone) -> dict[str, Any]:
    return {
        **_NO_POINT,
        "kind": "epoch",
        "updates": event.update,
        "epoch": event.epoch,
        "at": event.at,
        "loss": event.train_loss,
        "accuracy": event.train_accuracy,
        "validation_loss": event.validation_loss,
        "validation_accuracy": event.validation_accuracy,
        "seconds": event.seconds,
        "rates": event.rates,
    }


_NO_POINT = dict.fromkeys(("validation_loss", "validation_accuracy", "learning_rate", "samples_per_second", "seconds"))


def event_of_point(point: Any) -> Update | EpochDone:
    """Give back the event that a point was made of."""
    if point.kind == "update":
        return Update(
            at=point.at,
            update=point.updates,
            epoch=point.epoch,
            loss=point.loss,
            accuracy=None if point.accuracy == UNKNOWN else point.accuracy,
            learning_rate=point.learning_rate,
            samples_per_second=point.samples_per_second,
            rates=point.rates,
        )
    return EpochDone(
        at=point.at,
        update=point.updates,
        epoch=point.epoch,
        train_loss=point.loss,
        train_accuracy=point.accuracy,
        validation_loss=point.validation_loss,
        validation_accuracy=point.validation_accuracy,
        rates=point.rates,
        seconds=point.seconds,
    )


def _result_columns(results: dict[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {"results": results, "train_seconds": results.get("train_seconds")}
    for column, part, score in (
        ("test_accuracy", "test", "accuracy"),
        ("macro_f1", "test", "macro_f1"),
        ("validation_accuracy", "validation", "accuracy"),
    ):
        if results.get(part):
            columns[column] = results[part].get(score)
    return columns


def _interruption(event: Interrupted) -> dict[str, Any]:
    first = event.last_words.strip().splitlines()
    said = first[0] if first else "Its process vanished."
    error = JobError(f"The run was interrupted. {said}", hint="Resume it: it goes on from its last checkpoint.")
    return error.body()["error"]
