"""Where a training puts its weights: into the files of the run's folder."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snntrainer3d.analysis import metrics_csv
from snntrainer3d.exports import to_safetensors
from snntrainer3d.frames import Frame, encode_frame, frame_bytes
from snntrainer3d.runs import (
    LiveFrameWriter,
    RecordWriter,
    RunFolder,
    SnapshotWriter,
    StoredCheckpoint,
    read_record,
    write_checkpoint,
)
from snntrainer3d.spec import Network, TrainedNetwork
from snntrainer3d.storage import write_atomically

if TYPE_CHECKING:
    from snntrainer3d.training import Checkpoint

FRAME_PERIOD_S = 0.1
SYNC_PERIOD_S = 0.5
FRAME_SHARE = 0.05
"""Share of the time that live frames may take: those of a large network come less often."""


class FolderSink:
    """Writes frames, snapshots, checkpoints and results of one run; the caller holds the run's lock."""

    def __init__(self, run: RunFolder, network: Network, record: RecordWriter) -> None:
        """Open the files; raises StorageError where there is no space for the live frame."""
        size = frame_bytes(network.weight_shapes())
        self._run, self._record = run, record
        self._live = LiveFrameWriter(run.frame, size)
        self._snapshots = SnapshotWriter(run.snapshots, size)
        self._due = self._asked = time.monotonic()
        self._synced = -SYNC_PERIOD_S
        self._durable: Path | None = None

    @property
    def wants_frame(self) -> bool:
        """Tell whether it is time for a live frame; what one costs counts from the last asking."""
        self._asked = time.monotonic()
        return self._asked >= self._due

    def frame(self, frame: Frame) -> None:
        """Replace the newest frame."""
        self._live.write(encode_frame(frame))
        now = time.monotonic()
        self._due = now + max(FRAME_PERIOD_S, (now - self._asked) / FRAME_SHARE)

    def snapshot(self, index: int, frame: Frame) -> None:
        """Record weights for replay."""
        self._snapshots.write(index, frame)

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a state to go on from.

        Waiting for the disk takes longer than many an epoch, so it is done at most every half second: a killed process
        loses nothing, a machine without power at most that half second.
        """
        now = time.monotonic()
        durable = now - self._synced >= SYNC_PERIOD_S
        if durable:
            self._record.sync()  # what led to a checkpoint is on the disk before it
        stored = StoredCheckpoint(
            checkpoint.epoch, checkpoint.update, checkpoint.tensors, checkpoint.optimizer, checkpoint.state
        )
        path = write_checkpoint(self._run.checkpoints, stored, durable=durable, keep=self._durable)
        if durable:
            self._synced, self._durable = now, path

    def finished(self, trained: TrainedNetwork, results: dict[str, Any]) -> None:
        """Write weights, the table of metrics and, last, the results."""
        write_atomically(self._run.weights, to_safetensors(trained))
        write_atomically(self._run.metrics, metrics_csv(read_record(self._run.events).events))
        write_atomically(self._run.results, json.dumps(results, indent=2) + "\n")

    def close(self) -> None:
        """Close the files."""
        self._live.close()
        self._snapshots.close()
