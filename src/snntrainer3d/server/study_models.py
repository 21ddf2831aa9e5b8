"""The bodies of studies and tuning; as models.py, described to OpenAPI and TypeScript."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from snntrainer3d.errors import Fault
from snntrainer3d.runs import Progress
from snntrainer3d.server.body import Body as _Body
from snntrainer3d.server.body import Request as _Request
from snntrainer3d.server.models import Ack, ErrorMessage, EventsMessage, Live, RunsMessage, Watch

MOST_WORKERS = 64
Workers = Annotated[int | None, Field(ge=1, le=MOST_WORKERS)]


class PlanStudy(_Request):
    """Asks what a study would train."""

    study: Annotated[Any, Field(description="A study's document, docs/studies.md.")]
    workers: Workers = None


class StartStudy(PlanStudy):
    """Asks for a study; the same document twice is the same study."""

    start: bool = True
    """Whether its runs are trained at once, else it is only kept."""


class ResumeStudy(_Request):
    """Asks that a study goes on."""

    workers: Workers = None
    """Trainings at once; one a core by default."""
    replace_deleted: bool = False
    """Whether runs that were deleted are made anew."""


class TuneStudy(_Request):
    """Asks that Optuna chooses the next runs."""

    trials: Annotated[int | None, Field(ge=1, le=10_000)] = None
    """In all, earlier ones included; by default the document's samples."""


class StudyEntry(_Body):
    """One run of a study."""

    key: str
    """Stays the same whatever happens."""
    settings: dict[str, Any]
    """What varies: field → value."""
    seed: int
    name: str
    status: Literal[
        "waiting", "queued", "running", "paused", "finished", "cancelled", "failed", "interrupted", "deleted"
    ]
    run: str | None
    test_accuracy: float | None
    validation_accuracy: float | None
    progress: Progress | None


class TrialRow(_Body):
    """One run of a tuning."""

    number: int
    settings: dict[str, Any]
    run: str
    state: Literal["running", "complete", "pruned", "fail"]
    validation_accuracy: float | None
    """Of the last epoch that was trained."""


class StudyBest(_Body):
    """The best run so far."""

    run: str
    settings: dict[str, Any]
    test_accuracy: float | None
    validation_accuracy: float | None


class StudyRow(_Body):
    """A study in a list."""

    id: str
    name: str
    kind: Literal["study", "tuning"]
    status: Literal["running", "finished", "incomplete", "stopped", "planned"]
    """Incomplete: runs failed or were deleted, and nothing is left to do."""
    created_at: float
    total: int
    counts: dict[str, int]
    """Status of a run, or state of a trial → how many."""
    best: StudyBest | None
    error: str
    """Why its process ended, where it failed; else empty."""


class StudyList(_Body):
    """All studies, newest first."""

    studies: list[StudyRow]


class StudyDetail(StudyRow):
    """A study in full."""

    document: dict[str, Any]
    entries: list[StudyEntry]
    """In the order of training; empty for a tuning, whose runs are its trials."""
    leaders: list[str]
    """Keys of the best finished runs, at most ten, the best first."""
    chosen_by: Literal["validation_accuracy", "test_accuracy"]
    """What leaders are chosen by; choosing by the test set flatters."""
    trials: list[TrialRow] | None
    """Of a tuning, the best first; None for a study."""
    workers: int | None
    """Trainings at once, as it was last started from the page."""
    seconds_left: float | None
    """Estimated from the runs that are finished; None while it rests."""


class PlannedEntry(_Body):
    """One run that would be trained."""

    key: str
    settings: dict[str, Any]
    seed: int
    name: str
    parameters: int
    seconds: float
    """Roughly, on an ordinary core."""


class StudyPlan(_Body):
    """What a study would train, and what it would cost."""

    ok: bool
    faults: list[Fault]
    runs: int
    settings: int
    seeds: int
    workers: int
    seconds: float
    """Roughly, of the whole, with so many workers."""
    id: str
    known: StudyRow | None
    """The study of the same document, where it was made before."""
    entries: list[PlannedEntry]
    """The first of them."""


class BuiltInStudy(_Body):
    """A study that comes with the program."""

    name: str
    title: str
    summary: str
    study: dict[str, Any]


class BuiltInStudies(_Body):
    """All studies that come with the program."""

    studies: list[BuiltInStudy]


class ReportCell(_Body):
    """What a reader sees, and the runs that it was computed from."""

    text: str
    runs: list[str]


class ReportTable(_Body):
    """A table of a report."""

    name: str
    title: str
    note: str
    columns: list[str]
    rows: list[list[ReportCell]]


class ReportFigure(_Body):
    """A figure of a report; `svg` and `png` are its files."""

    name: str
    caption: str
    svg: str
    png: str


class ReportFile(_Body):
    """A file of a report."""

    path: str
    bytes: int


class StudyReport(_Body):
    """What was written of a study; everything empty before."""

    written_at: float | None
    files: list[ReportFile]
    tables: list[ReportTable]
    figures: list[ReportFigure]


class StudiesMessage(_Body):
    """Server: the list of studies changed."""

    kind: Literal["studies"] = "studies"
    studies: list[StudyRow]


class StudyMessage(_Body):
    """Server: the watched study changed. At first whole, then with the entries alone that changed."""

    kind: Literal["study"] = "study"
    study: StudyDetail


class WatchStudy(_Request):
    """Client: tell how this study goes on from now on (null: none)."""

    study: Annotated[str, Field(max_length=200)] | None


ClientMessage = Watch | Ack | Live | WatchStudy
ServerMessage = RunsMessage | EventsMessage | StudiesMessage | StudyMessage | ErrorMessage
