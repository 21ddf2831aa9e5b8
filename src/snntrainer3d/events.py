"""WHAT can happen while a job runs: the words shared by training, runs, jobs, server and browser.

Every event is one JSON object with a `kind`; a run's `events.jsonl` holds one per line, each with the wall clock `at`
(seconds since 1970, UTC) added by whoever writes it. Shares and accuracies are fractions 0–1; losses are means per
sample; rates are spikes per neuron and time step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

PhaseName = Literal["downloading", "loading", "preparing kernels", "training", "validating", "testing", "writing"]
NoticeLevel = Literal["info", "warning", "error"]
Count = Annotated[int, Field(ge=0, le=2**53)]
"""What is counted; larger ones are no whole numbers in a browser."""


def finite_values(value: Any) -> Any:
    """Give plain values with None for every number that is not finite: JSON has no other word for it."""
    if isinstance(value, dict):
        return {key: finite_values(part) for key, part in value.items()}
    if isinstance(value, list):
        return [finite_values(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)
    at: Annotated[float, Field(ge=0, le=1e11)] = 0.0


class Prepared(_Event):
    """Data and network stand; training begins next."""

    kind: Literal["prepared"] = "prepared"
    engine: str
    """`fused` or `reference`, as chosen."""
    engine_note: str = ""
    """Why it was chosen, where that is not obvious."""
    threads: Count
    parameters: Count
    train_samples: Count
    validation_samples: Count
    test_samples: Count
    updates_per_epoch: Annotated[int, Field(ge=1, le=2**53)]
    total_updates: Count
    first_update: Count = 0
    """Where this part of the run starts: above 0 after a resume."""


class Phase(_Event):
    """What is being done now; `share` is its progress 0–1 where it is known."""

    kind: Literal["phase"] = "phase"
    phase: PhaseName
    share: float | None = None
    text: str = ""


class Update(_Event):
    """Means over the updates since the last such event; `update` counts optimizer steps done, from 1."""

    kind: Literal["update"] = "update"
    update: Count
    epoch: Count
    """The epoch this update belongs to, from 1."""
    loss: float | None
    """None where it is no longer finite."""
    accuracy: float | None
    """None where it is not known: a network that is only watched."""
    learning_rate: float
    samples_per_second: float
    rates: list[float]
    """Per layer."""
    gradients: list[float | None] = []
    """Root mean square of the gradient over the weights of each layer that has neurons, at this update, before
    clipping; None where it is not finite, or the layer has no weights."""


class EpochDone(_Event):
    """One pass over the training data, its validation and its checkpoint are done."""

    kind: Literal["epoch"] = "epoch"
    epoch: Count
    update: Count
    train_loss: float | None
    train_accuracy: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    rates: list[float]
    seconds: float
    """Time of this epoch's updates and validation."""


class Snapshot(_Event):
    """The weights of this update were recorded for replay; `index` counts from 0."""

    kind: Literal["snapshot"] = "snapshot"
    index: Count
    update: Count
    epoch: Count


class Notice(_Event):
    """Something a person should know, in plain words; never stops a run."""

    kind: Literal["notice"] = "notice"
    level: NoticeLevel
    code: str
    text: str
    path: str = ""
    """The field of the spec that would change it, if any."""


class StateChanged(_Event):
    """The job was paused, goes on, or was resumed from a checkpoint."""

    kind: Literal["state"] = "state"
    state: Literal["running", "paused"]


class Finished(_Event):
    """Trained, tested and written; `results` is what results.json holds."""

    kind: Literal["finished"] = "finished"
    results: Annotated[dict[str, Any], AfterValidator(finite_values)]


class Cancelled(_Event):
    """Stopped on request; the last checkpoint can be resumed from."""

    kind: Literal["cancelled"] = "cancelled"


class Failed(_Event):
    """The job ended by an error; `error` is the body of errors.py, `last_words` the end of its log."""

    kind: Literal["failed"] = "failed"
    error: Annotated[dict[str, Any], AfterValidator(finite_values)]
    last_words: str = ""


class Interrupted(_Event):
    """The job's process vanished (machine off, killed); it can be resumed from its last checkpoint."""

    kind: Literal["interrupted"] = "interrupted"
    last_words: str = ""


Progress = Prepared | Phase | Update | EpochDone | Snapshot | Notice
Change = StateChanged | Finished | Cancelled | Failed | Interrupted
Event = Progress | Change
_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
_LIST: TypeAdapter[Sequence[Event]] = TypeAdapter(Sequence[Annotated[Event, Field(discriminator="kind")]])

RunStatus = Literal["queued", "running", "paused", "finished", "cancelled", "failed", "interrupted"]
ENDED: frozenset[str] = frozenset({"finished", "cancelled", "failed", "interrupted"})


def dump_event(event: Event) -> bytes:
    """Give an event as one line of JSON, without the line break."""
    return event.model_dump_json().encode()


def dump_events(events: Sequence[Event]) -> bytes:
    """Give events as a JSON array."""
    return _LIST.dump_json(events)


def load_event(line: bytes | str) -> Event:
    """Read one line; raises pydantic's ValidationError for a line that is damaged."""
    return _ADAPTER.validate_json(line)
