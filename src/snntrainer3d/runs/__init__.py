"""WHAT happened: the run store, the only room that speaks SQL, and the run folders with all they hold."""

from snntrainer3d.runs.checkpoints import StoredCheckpoint, list_checkpoints, newest_checkpoint, write_checkpoint
from snntrainer3d.runs.environment import environment
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.home import home_folder
from snntrainer3d.runs.live import LiveFrameWriter
from snntrainer3d.runs.record import RecordWriter, append_event, read_record
from snntrainer3d.runs.rows import CheckpointRow, EventPage, Launcher, Progress, RunDetail, RunRow, SnapshotRow
from snntrainer3d.runs.snapshots import SnapshotWriter
from snntrainer3d.runs.store import RunStore, Unfinished
from snntrainer3d.runs.weights import read_weights

__all__ = [
    "CheckpointRow",
    "EventPage",
    "Launcher",
    "LiveFrameWriter",
    "Progress",
    "RecordWriter",
    "RunDetail",
    "RunFolder",
    "RunRow",
    "RunStore",
    "SnapshotRow",
    "SnapshotWriter",
    "StoredCheckpoint",
    "Unfinished",
    "append_event",
    "environment",
    "home_folder",
    "list_checkpoints",
    "newest_checkpoint",
    "read_record",
    "read_weights",
    "write_checkpoint",
]
