"""The bodies that the API takes and gives; OpenAPI and the page's TypeScript types are made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from snntrainer3d.errors import Fault
from snntrainer3d.events import Event
from snntrainer3d.runs import EventPage, Progress, RunRow, SnapshotRow
from snntrainer3d.runs import RunDetail as _StoredDetail
from snntrainer3d.spec import Cost

__all__ = ["EventPage", "Progress", "RunRow", "SnapshotRow"]

MAX_HERTZ = 30.0


class _Body(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True, populate_by_name=True)


class _Request(_Body):
    model_config = ConfigDict(extra="forbid")


class ErrorDetail(_Body):
    """What went wrong, in the words of errors.py."""

    code: str
    """Stable name of the kind of error; docs/errors.md lists them."""
    message: str
    path: str
    """Field of the document that is at fault; empty for the whole."""
    hint: str
    faults: list[Fault]
    """Every fault; at least one."""


class ErrorBody(_Body):
    """The one body of every error, on HTTP and on the socket."""

    error: ErrorDetail


class Health(_Body):
    """The server is there."""

    status: Literal["ok"] = "ok"
    version: str
    home: str
    """Folder that holds the runs."""
    cores: int
    torch_ready: bool
    """Whether torch is installed."""


class Schemas(_Body):
    """JSON Schemas of the documents."""

    run: dict[str, Any]


class PresetRow(_Body):
    """A named recipe: what it puts into a training, and into each neuron kind."""

    title: str
    summary: str
    training: dict[str, Any]
    neurons: dict[str, dict[str, Any]]
    datasets: dict[str, dict[str, Any]]
    """Fields of the training that differ for a data set."""


class NeuronRow(_Body):
    """A neuron model to choose from."""

    kind: str
    title: str
    summary: str
    equation: str
    defaults: dict[str, Any]


class Fetching(_Body):
    """A download that goes on; `error` once it has ended without success."""

    share: float | None
    """Progress 0–1 where it is known."""
    text: str
    error: ErrorDetail | None = None


class DatasetRow(_Body):
    """A data set to choose from."""

    name: str
    title: str
    input_shape: list[int]
    classes: int
    class_names: list[str]
    train_samples: int
    test_samples: int
    licence: str
    summary: str
    available: bool
    """Whether it is on this machine."""
    fetching: Fetching | None


class CheckAnswer(_Body):
    """What is to be said of a document: faults forbid it, warnings do not."""

    ok: bool
    faults: list[Fault]
    warnings: list[Fault]
    cost: Cost | None
    """None while there are faults."""


class RunList(_Body):
    """All runs, newest first."""

    runs: list[RunRow]


class ClassResult(_Body):
    """One class against the rest; shares 0–1."""

    label: int
    name: str
    precision: float
    recall: float
    f1: float
    support: int
    tp: int
    fp: int
    fn: int
    tn: int


class EvaluationResult(_Body):
    """How well a network decides on a set of samples; shares 0–1, loss as mean per sample."""

    accuracy: float
    loss: float | None
    samples: int
    ties: int
    """Samples with more than one largest spike count, decided for the lowest class."""
    macro_precision: float
    macro_recall: float
    macro_f1: float
    confusion: list[list[int]]
    """[true class][decided class]."""
    per_class: list[ClassResult]


class Results(_Body):
    """What a finished run holds; an imported one has only the counts."""

    model_config = ConfigDict(extra="allow")

    test: EvaluationResult | None = None
    validation: EvaluationResult | None = None
    train_seconds: float | None = None
    samples_per_second: float | None = None
    parameters: int
    flops: int
    """Operations per sample by the paper's eq. 12."""
    flops_all_steps: int
    updates: int
    epochs: int
    engine: str | None = None
    threads: int | None = None
    rates: list[float]
    """Spikes per neuron and step, per layer."""


class RunDetail(_StoredDetail):
    """A run in full."""

    # What the store keeps as plain JSON, told in full to OpenAPI and TypeScript.
    results: Results | None  # type: ignore[assignment]
    error: ErrorDetail | None  # type: ignore[assignment]
    """What ended it; None unless it failed or was interrupted."""


class StartRun(_Request):
    """Asks for a training; with `from`, on from the weights of that run."""

    spec: Annotated[Any, Field(description="A run's document; GET /api/schema describes it.")]
    from_run: Annotated[str | None, Field(alias="from")] = None
    """Run whose weights training starts from; it keeps its own."""


class Rename(_Request):
    """A run's new name."""

    name: Annotated[str, Field(max_length=120)]


class SnapshotList(_Body):
    """All snapshots of a run, oldest first."""

    snapshots: list[SnapshotRow]


class WeightValue(_Body):
    """One weight, exact as float32."""

    value: float


class Watch(_Request):
    """Client: watch this run from now on (null: none)."""

    watch: Annotated[str, Field(max_length=64)] | None
    hertz: Annotated[float, Field(gt=0.0, le=MAX_HERTZ)] = 5.0
    """Weight frames per second at most."""
    events_after: Annotated[int, Field(ge=0)] = 0
    """Line of the run's record to begin at."""


class Ack(_Request):
    """Client: this frame is drawn, the next may come."""

    ack: Annotated[int, Field(ge=0)]


class Live(_Request):
    """Client: whether weight frames are wanted at all; events come in either case."""

    live: bool


class RunsMessage(_Body):
    """Server: the list of runs changed."""

    kind: Literal["runs"] = "runs"
    runs: list[RunRow]


class EventsMessage(_Body):
    """Server: events of the watched run."""

    kind: Literal["events"] = "events"
    run: str
    next: int
    events: list[Event]


class ErrorMessage(_Body):
    """Server: a message was not understood, or the watched run is gone."""

    kind: Literal["error"] = "error"
    error: ErrorDetail


ClientMessage = Watch | Ack | Live
ServerMessage = RunsMessage | EventsMessage | ErrorMessage
