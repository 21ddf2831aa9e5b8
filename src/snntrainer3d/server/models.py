"""The bodies that the API takes and gives; OpenAPI and the page's TypeScript types are made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from snntrainer3d.data import ImportReport
from snntrainer3d.errors import Fault
from snntrainer3d.events import Event
from snntrainer3d.exports import FoundModule
from snntrainer3d.runs import (
    LEAST_QUOTA,
    ClassResult,
    DeletedRow,
    EvaluationResult,
    EventPage,
    Progress,
    Repeat,
    Results,
    RunRow,
    SnapshotRow,
)
from snntrainer3d.runs import ImportedRun as _StoredImport
from snntrainer3d.runs import RunDetail as _StoredDetail
from snntrainer3d.server.body import Body as _Body
from snntrainer3d.server.body import Request as _Request
from snntrainer3d.spec import Cost, Layer

__all__ = [
    "ClassResult", "DeletedRow", "EvaluationResult", "EventPage", "Progress", "Repeat", "Results", "RunRow",
    "SnapshotRow",
]  # fmt: skip

MAX_HERTZ = 30.0
MAX_CANVAS = 1024
MAX_VALUES = 100_000
"""The most that a network takes in."""
SplitName = Literal["test", "train"]
Shade = Annotated[int, Field(ge=0, le=255)]


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
    uptime_s: float
    """Seconds since the server began."""
    running: int
    """Runs that are trained now."""
    queued: int
    """Runs that wait."""
    pages: int
    """Pages that are connected."""
    free_bytes: int
    """Free space on the disk of the runs."""


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


class TemplateRow(_Body):
    """A whole network to begin with, made for a data set."""

    name: str
    title: str
    summary: str
    layers: list[Layer]
    """Of the neurons that are usual; empty where the data set's samples do not suit it."""
    training: dict[str, Any]
    """Fields of the training that it sets over the recipe."""
    fault: str
    """Why it does not suit; empty where it does."""


class NeuronRow(_Body):
    """A neuron model to choose from."""

    kind: str
    title: str
    summary: str
    equation: str
    defaults: dict[str, Any]
    patterns: dict[str, dict[str, float]]
    """Named sets of values that a publication gives, such as its kinds of cells; mostly none."""


class OwnNeuronRow(_Body):
    """An own neuron that is kept beside the runs."""

    name: str
    """By which `--neuron` and studies know it: own-my-lif."""
    title: str
    equation: list[str]
    neuron: dict[str, Any] | None
    """Its document; None where its file is damaged."""
    fault: str
    """Why it cannot be read; empty where it can."""


class OwnNeuronList(_Body):
    """The own neurons, in the order of the alphabet."""

    neurons: list[OwnNeuronRow]


class NeuronCheck(_Body):
    """What is to be said of an own neuron while it is written."""

    faults: list[Fault]
    """With line and column where they stand in the step."""
    equation: list[str]
    """The step as lines of mathematics; none while there are faults."""
    latex: str
    neuron: dict[str, Any] | None
    """The document as it is read, with what was left out."""


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
    frames: int
    """Of data over time, the moments of each sample; 0 for samples that hold still."""
    own: bool
    """Whether it is a person's own, and can be removed."""
    recipe: dict[str, Any]
    """Fields of a training that go over a recipe's for it."""
    available: bool
    """Whether it is on this machine."""
    download_mb: int
    """What is fetched once where it is not."""
    fetching: Fetching | None


class SampleBlock(_Body):
    """Samples of a data set."""

    dataset: str
    split: SplitName
    total: int
    """Samples of the whole split."""
    shape: list[int]
    """Of one picture: (features,) or (channels, height, width); of frames over time (1, features, frames)."""
    indices: list[int]
    labels: list[int]
    pixels: str
    """Base64: one byte 0–255 for each value, sample after sample."""


class OwnData(_Body):
    """Own data as it was read, and kept unless it was only checked."""

    dataset: DatasetRow
    """Where it was only checked, under the name that it would get."""
    train_counts: list[int]
    """Training samples of each class."""
    test_counts: list[int]
    report: ImportReport
    """How it was read: what was understood, scaled and left out, and what may be wrong."""
    samples: SampleBlock
    """Some of the training samples, spread over all of them."""


class CheckAnswer(_Body):
    """What is to be said of a document: faults forbid it, warnings do not."""

    ok: bool
    faults: list[Fault]
    warnings: list[Fault]
    cost: Cost | None
    """None while there are faults."""


class RunList(_Body):
    """The runs that were asked for, in that order; all, newest first, where nothing else was said."""

    runs: list[RunRow]
    total: int
    """How many there are without the limit."""
    values: dict[str, Any] | None
    """Run → value of the field that was sorted by; None where none was named."""


class RunField(_Body):
    """A setting or result that runs can be chosen and sorted by."""

    name: str
    """Dotted: `training.learning_rate`, `network.layers[0].size`, `results.test.macro_f1`."""
    kind: Literal["number", "text", "boolean"]
    runs: int
    """How many have it."""
    values: list[Any]
    """Its different values where they are few, else empty."""


class RunFields(_Body):
    """Every field of the documents; the columns of a row can be asked for too."""

    fields: list[RunField]


class TagRow(_Body):
    """A tag and how many runs have it."""

    tag: str
    runs: int


class TagList(_Body):
    """All tags, often used ones first."""

    tags: list[TagRow]


class TrashList(_Body):
    """The runs in the trash, lately deleted ones first."""

    runs: list[DeletedRow]
    kept_days: int
    """After these they are removed for good."""


class DiskRow(_Body):
    """What one run takes."""

    run: str
    bytes: int
    snapshots: int
    """Of these, the weights recorded for replay: all that a quota may take."""


class ThinnedRow(_Body):
    """Snapshots that were removed to stay below the quota."""

    run: str
    snapshots: int
    bytes: int
    at: float


class DiskUse(_Body):
    """What the runs take on the disk, and what they may."""

    bytes: int
    """All runs, those in the trash too."""
    trash_bytes: int
    free_bytes: int
    """What is left on the disk."""
    quota_bytes: int | None
    """What the runs that are not in the trash may take."""
    runs: list[DiskRow]
    """The largest first; without those in the trash."""
    thinned: list[ThinnedRow]
    """What the quota lately took, the newest first."""


class SetQuota(_Request):
    """What the runs may take at most; beyond it, the oldest runs' snapshots are thinned."""

    quota_bytes: Annotated[int | None, Field(ge=LEAST_QUOTA)]
    """None for no bound."""


class RunDetail(_StoredDetail):
    """A run in full."""

    # What the store keeps as plain JSON, told in full to OpenAPI and TypeScript.
    results: Results | None  # type: ignore[assignment]
    error: ErrorDetail | None  # type: ignore[assignment]
    """What ended it; None unless it failed or was interrupted."""


class ImportedRun(_StoredImport):
    """The run that a run file became."""


class ImportedWeights(RunRow):
    """The run that a weight file became."""

    notices: list[str]
    """What a person should know of it, such as what was assumed where the file does not say it."""
    assumed_dt_s: float | None
    """Seconds of one time step that were assumed for a NIR file that does not say it."""


class ModuleList(_Body):
    """What a state dict holds, connections before neurons."""

    modules: list[FoundModule]


class StartRun(_Request):
    """Asks for a training; with `from`, on from the weights of that run."""

    spec: Annotated[Any, Field(description="A run's document; GET /api/schema describes it.")]
    from_run: Annotated[str | None, Field(alias="from")] = None
    """Run whose weights training starts from; it keeps its own."""


class ChangeRun(_Request):
    """What is to be said of a run; what is left out stays."""

    name: Annotated[str, Field(max_length=120)] | None = None
    """Empty for the name that it began with: that of its documents, else one made of data set and network."""
    tags: list[str] | None = None
    notes: str | None = None
    archived: bool | None = None


class EpochCurves(_Body):
    """One value per epoch in each list."""

    update: list[int]
    epoch: list[int]
    train_loss: list[float | None]
    train_accuracy: list[float]
    validation_loss: list[float | None]
    validation_accuracy: list[float | None]
    seconds: list[float | None]


class UpdateCurves(_Body):
    """Updates, thinned: each value the mean of the updates that it stands for, the last of which is named; low and
    high are the least and the most among them."""

    update: list[int]
    epoch: list[int]
    loss: list[float | None]
    loss_low: list[float | None]
    loss_high: list[float | None]
    accuracy: list[float | None]
    accuracy_low: list[float | None]
    accuracy_high: list[float | None]
    learning_rate: list[float | None]
    samples_per_second: list[float | None]


class Curves(_Body):
    """How a training went, in columns of equal length."""

    run: str
    total_updates: int | None
    epochs: EpochCurves
    updates: UpdateCurves


class SnapshotList(_Body):
    """All snapshots of a run, oldest first."""

    snapshots: list[SnapshotRow]


class WeightValue(_Body):
    """One weight, exact as float32."""

    value: float


class Drawing(_Request):
    """What was drawn: bright on dark, not yet placed or scaled."""

    width: Annotated[int, Field(ge=1, le=MAX_CANVAS)]
    height: Annotated[int, Field(ge=1, le=MAX_CANVAS)]
    pixels: str
    """Base64: one byte 0–255 for each pixel, row after row."""


class Play(_Request):
    """Asks what a network does with one sample: one of the data set, pixels, or a drawing; exactly one of these."""

    split: SplitName = "test"
    index: Annotated[int, Field(ge=0)] | None = None
    """Sample of the split."""
    pixels: Annotated[list[Shade], Field(max_length=MAX_VALUES)] | None = None
    """A sample's values as 0–255."""
    drawing: Drawing | None = None
    """Placed and scaled as the pictures of the data set were."""
    num_steps: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Time steps; by default as many as the network was trained with."""
    layers: bool = True
    """Whether spikes and membranes are wanted too."""
    page: Annotated[str, Field(max_length=64)] = ""
    """Names who asks: of the requests of a page that wait only the newest is answered, others get `conflict`."""


class PlayedRecovery(_Body):
    """u starts at b·v; then, a spike having added d to it, u ← u + Δt·a·(b·v − u) with the step's v."""

    a: float | list[float]
    """One for all neurons, or one for each; so are b and d."""
    b: float | list[float]
    d: float | list[float]
    time_step_ms: float


class PlayedLayer(_Body):
    """What a layer did, a row for each step."""

    neuron: str
    size: int
    threshold: float | list[float] | None
    """One for all neurons, or one for each; None where they never spike."""
    rho: float | list[float] | None = None
    """Of adaptive neurons, the decay per step of what their spikes add to the threshold."""
    adaptation: float | list[float] | None = None
    """Of adaptive neurons, by how much the threshold rises where they spike at every step."""
    start: float = 0.0
    """Membrane before the first step."""
    recovery: PlayedRecovery | None = None
    """What a second state u follows from, of neurons that have one."""
    spikes: str
    """Base64: bits, the lowest of a byte first; each row fills whole bytes."""
    membranes: str
    """Base64: little-endian int16; times `scale` they are the potentials after the step."""
    scale: float


class PlayedInput(_Body):
    """The input of a playback over time, as the coding makes it of a sample."""

    steps: int
    """Rows; 1 where it is the same at every step."""
    scale: float
    values: str
    """Base64: a signed byte for each value, which is byte · scale / 127; a row for each step."""


class Playback(_Body):
    """What a network did with one sample, and what it decided."""

    run: str
    update: int | None
    """Of the checkpoint that played; None where the weights are the final ones."""
    split: SplitName | None
    index: int | None
    label: int | None
    """All None for what is not of the data set."""
    shape: list[int]
    pixels: str
    """Base64: the sample as a picture, one byte 0–255 for each value; frames have time from left to right."""
    inputs: PlayedInput | None
    """What entered the network; None where it is too much to be sent."""
    num_steps: int
    prediction: int
    """The class with the largest score, of equal ones the first."""
    tie: bool
    """Whether several classes have the largest score."""
    confidence: float
    """The largest of `chances`."""
    chances: list[float]
    """Softmax of `scores`."""
    reading: Literal["count", "membrane", "first_spike"]
    """What decides: most spikes, the highest membrane, or the earliest spike."""
    scores: list[float]
    """What speaks for each class: spikes, the highest membrane, or steps left at the first spike."""
    counts: list[int]
    """Spikes of each output."""
    latency: int | None
    """First step, from 1, from which on the decision stays; None where nothing speaks for a class."""
    race: str | None
    """Base64 of float32: the scores up to and with each step, a row for each, whose last row decides; None where they
    were not wanted or are too many."""
    layers: list[PlayedLayer]
    """Empty where they were not wanted."""


class Predictions(_Body):
    """What a network decides for each sample of a split, in their order."""

    run: str
    update: int | None
    """Of the checkpoint; None where the weights are the final ones."""
    split: SplitName
    samples: int
    num_steps: int
    labels: list[int]
    decisions: list[int]
    confidences: list[float]
    latencies: list[int | None]
    """As in a playback."""


class Plane(_Body):
    """What a network decides all over the plane of its two input values."""

    run: str
    update: int | None
    """Of the checkpoint; None where the weights are the final ones."""
    side: int
    """Cells of the grid in each direction."""
    low: float
    """Of both values, at the left and lower edge of the grid."""
    high: float
    classes: list[str]
    decisions: str
    """The class of each cell, a byte each as base64: row by row from the top, where the second value is largest."""
    strengths: str
    """0 where all classes are held for alike, 255 where the network is certain."""
    points: list[list[float]]
    """Training samples, the first thousand."""
    labels: list[int]
    found: list[int]
    """What the network decides for each of them."""


class NeuronRates(_Body):
    """How often each neuron spikes over all samples of a split."""

    run: str
    update: int | None
    split: SplitName
    samples: int
    num_steps: int
    rates: list[list[float]]
    """Spikes per step of each neuron, per layer."""


class NeuronDetail(_Body):
    """One neuron with its weights, exact as float32."""

    run: str
    update: int | None
    """Of the checkpoint; None where the weights are the final ones."""
    layer: int
    """Place among the layers that have neurons: 0 is the first."""
    neuron: int
    kind: str
    values: dict[str, float]
    """Its decays and threshold."""
    bias: float | None
    place: list[int] | None
    """Map, row and column of a neuron in maps."""
    field: list[int] | None
    """Top, left, height and width of what it sees of the input picture; None where no picture comes in."""
    weights_in: list[float]
    """From each neuron, or input, before it; or the kernel that its map's neurons share."""
    kernel: list[int] | None
    """Maps, height and width of that kernel; None of a row."""
    weights_back: list[float]
    """From each neuron of its own layer, of one-to-one feedback from itself; empty without feedback."""
    weights_out: list[float]
    """To each neuron of the next layer; empty for an output, and before a layer that is not dense."""


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
    """Server: the list of runs, newest first, or how it changed."""

    kind: Literal["runs"] = "runs"
    whole: bool
    """Whether this is the whole list, as a page gets it first; else `runs` are those that are new or changed."""
    runs: list[RunRow]
    gone: list[str]
    """Runs that are not in the list any more."""


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
