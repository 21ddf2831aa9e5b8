"""What the store gives: runs in a list, runs in full, and what lies in their folders."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from snntrainer3d.events import Event, RunStatus
from snntrainer3d.spec import RunSpec

Launcher = Literal["cli", "server", "watch"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Progress(_Row):
    """How far a run is."""

    epoch: int
    """The epoch it is in, from 1; 0 before the first update."""
    update: int
    """Updates done."""
    total_updates: int
    samples_per_second: float
    """Training samples over the time in updates, lately; 0 before the first."""


class RunRow(_Row):
    """A run in a list. Times are seconds since 1970, UTC; accuracies are fractions."""

    id: str
    name: str
    status: RunStatus
    created_at: float
    started_at: float | None
    """When its first process began."""
    ended_at: float | None
    """When its last process ended; None while it is queued, running or paused."""
    dataset: str
    title: str
    """The network as people write it: 784-100-10."""
    neurons: list[str]
    """The kinds of neuron in it, each once, from input to output."""
    epochs: int
    """As planned; those done stand in `progress`."""
    progress: Progress | None
    """None before data and network stand."""
    train_seconds: float | None
    """Time in training, without pauses, loading and the test; None until it is finished."""
    test_accuracy: float | None
    validation_accuracy: float | None
    """Of the last epoch."""
    macro_f1: float | None
    """On the test set."""
    parameters: int
    seed: int
    num_steps: int
    pace: Literal["full", "slow", "update"]
    tags: list[str]
    archived: bool
    queue_position: int | None
    """From 1 while queued for the server to start it."""


class DeletedRow(RunRow):
    """A run in the trash."""

    deleted_at: float
    bytes: int
    """What its files take."""


class Repeat(_Row):
    """Commands that train a run once more, to the same weights."""

    here: str
    """On this machine, from the run itself."""
    anywhere: str
    """Written out; of two lines where it takes a file."""


class RunDetail(RunRow):
    """A run in full."""

    spec: RunSpec
    results: dict[str, Any] | None
    error: dict[str, Any] | None
    """What ended it: code, message, path, hint, faults as errors.py gives them; None unless failed or interrupted."""
    last_words: str
    """The end of what its process printed, where it failed or vanished."""
    environment: dict[str, Any]
    """Versions and machine."""
    launcher: Launcher
    """Who runs it: a command line in its own process, the server's queue, or the person's own script."""
    imported: bool
    """Whether it is a weight file that was read, not a training."""
    start_from: str
    """The run whose weights it started from, where it is known; else empty."""
    notes: str
    repeat: Repeat
    damaged_lines: int
    """Lines of its record that could not be read."""


class ImportedRun(RunRow):
    """The run that a run file became."""

    notices: list[str]
    """What a person should know of it, such as lines of its record that could not be read."""


class Found(_Row):
    """What a query found."""

    runs: list[RunRow]
    total: int
    """How many there are without its limit."""
    values: dict[str, Any] | None
    """Run → value of the field that was sorted by; None where none was named."""


class EventPage(_Row):
    """Events from a line of the record on."""

    events: list[Event]
    next: int
    """The line to go on from; lines that could not be read are counted too."""


class SnapshotRow(_Row):
    """Weights recorded for replay."""

    index: int
    update: int
    epoch: int
    """Whole epochs done."""


class CheckpointRow(_Row):
    """A state that the run can go on from."""

    file: str
    update: int
    bytes: int
