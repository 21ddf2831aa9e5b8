"""WHAT happened: the run store, the only room that speaks SQL, and the run folders with all they hold."""

from snntrainer3d.home import home_folder
from snntrainer3d.runs.checkpoints import StoredCheckpoint, list_checkpoints, newest_checkpoint, write_checkpoint
from snntrainer3d.runs.environment import environment
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.live import LiveFrameWriter, read_live_frame
from snntrainer3d.runs.query import Condition, Query, parse_condition
from snntrainer3d.runs.quota import Quota
from snntrainer3d.runs.quota_file import LEAST_QUOTA, Thinned
from snntrainer3d.runs.record import RecordWriter, append_event, read_record
from snntrainer3d.runs.repair import Trouble, check_store
from snntrainer3d.runs.results import ClassResult, EvaluationResult, Results
from snntrainer3d.runs.rows import (
    CheckpointRow,
    DeletedRow,
    EventPage,
    Found,
    ImportedRun,
    Launcher,
    Progress,
    Repeat,
    RunDetail,
    RunRow,
    SnapshotRow,
)
from snntrainer3d.runs.snapshots import SnapshotWriter
from snntrainer3d.runs.store import RunStore, Unfinished
from snntrainer3d.runs.trash import TRASH_DAYS
from snntrainer3d.runs.usage import RunUse, use_of
from snntrainer3d.runs.weights import read_weights

__all__ = [
    "LEAST_QUOTA",
    "TRASH_DAYS",
    "CheckpointRow",
    "ClassResult",
    "Condition",
    "DeletedRow",
    "EvaluationResult",
    "EventPage",
    "Found",
    "ImportedRun",
    "Launcher",
    "LiveFrameWriter",
    "Progress",
    "Query",
    "Quota",
    "RecordWriter",
    "Repeat",
    "Results",
    "RunDetail",
    "RunFolder",
    "RunRow",
    "RunStore",
    "RunUse",
    "SnapshotRow",
    "SnapshotWriter",
    "StoredCheckpoint",
    "Thinned",
    "Trouble",
    "Unfinished",
    "append_event",
    "check_store",
    "environment",
    "home_folder",
    "list_checkpoints",
    "newest_checkpoint",
    "parse_condition",
    "read_live_frame",
    "read_record",
    "read_weights",
    "use_of",
    "write_checkpoint",
]
