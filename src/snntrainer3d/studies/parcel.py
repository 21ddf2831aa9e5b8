"""What travels between the folder of a run and a copy of it on a node of a cluster, and the order in which it is kept.

The folder at home stays the truth: whatever moment a node is lost at, what came back until then is a run that goes on.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import Any

from snntrainer3d.runs import LiveFrameWriter, RecordWriter, RunFolder, list_checkpoints, read_live_frame
from snntrainer3d.storage import write_atomically

LARGE_FRAME_BYTES = 2_000_000
LARGE_PERIOD_S = 5.0
"""Frames of large networks are sent less often than others."""
KEPT = 2
"""Checkpoints kept at home: the newest may have come before the events that lead to it."""
_SENT = ("spec.json", "events.jsonl", "start.safetensors", "weights.safetensors", "results.json", "snapshots.bin")
_MADE = ("weights.safetensors", "metrics.csv", "results.json")


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is new of a run: files by their names in its folder, whole lines of its record, and the rest."""

    files: dict[str, bytes] = field(default_factory=dict)
    events: bytes = b""
    frame: bytes = b""
    snapshots: bytes = b""
    snapshots_from: int = 0
    """Where the bytes of `snapshots` belong in their file."""
    answer: dict[str, Any] | None = None
    """How the task ended; the last parcel has it."""
    last_words: str = ""
    """Why there is no answer, where the process of the run died; the last parcel of such a run."""


def gather(run: RunFolder) -> Parcel:
    """Give what a node needs to train a run, to go on with it, or to decide with it."""
    names = [name for name in _SENT if (run.path / name).is_file()]
    names += [f"checkpoints/{row.file}" for row in list_checkpoints(run.checkpoints)]
    return Parcel({name: (run.path / name).read_bytes() for name in names})


def unpack(run: RunFolder, parcel: Parcel) -> None:
    """Make a run's folder of what `gather` gave."""
    for name, content in parcel.files.items():
        path = run.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class News:
    """What a run made on a node since it was last asked for."""

    def __init__(self, run: RunFolder) -> None:
        """Take what is there now as known."""
        self._run = run
        self._read = _size(run.events)
        self._snapshots = _size(run.snapshots)
        self._checkpoint = ""
        self._checkpoint = self._newest()
        self._made = run.results.exists()
        self._frame = b""
        self._frame_due = 0.0

    def take(self, *files: str) -> Parcel:
        """Give what is new, and these files where they are there."""
        # First: a file that an event speaks of is then there, and goes in the same parcel or went before.
        events = self._events()
        found = {name: content for name in (*self._results(), *files) if (content := self._content(name))}
        checkpoint = self._checkpoints()
        begin, snapshots = self._snapshots, self._new_snapshots() if checkpoint or found else b""
        return Parcel({**checkpoint, **found}, events, self._live(), snapshots, begin)

    def _events(self) -> bytes:
        try:
            with self._run.events.open("rb") as file:
                file.seek(self._read)
                new = file.read()
        except OSError:
            return b""
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole

    def _results(self) -> tuple[str, ...]:
        if self._made or not self._run.results.exists():
            return ()
        self._made = True
        return _MADE

    def _checkpoints(self) -> dict[str, bytes]:
        newest = self._newest()
        content = self._content(newest) if newest != self._checkpoint else b""
        if not content:
            return {}
        self._checkpoint = newest
        return {newest: content}

    def _newest(self) -> str:
        try:
            found = list_checkpoints(self._run.checkpoints)
        except FileNotFoundError:  # one was dropped just now; next time
            return self._checkpoint
        return f"checkpoints/{found[-1].file}" if found else ""

    def _new_snapshots(self) -> bytes:
        try:
            with self._run.snapshots.open("rb") as file:
                file.seek(self._snapshots)
                new = file.read()
        except OSError:
            return b""
        self._snapshots += len(new)
        return new

    def _live(self) -> bytes:
        now = time.monotonic()
        if now < self._frame_due:
            return b""
        frame = read_live_frame(self._run.frame) or b""
        if frame == self._frame:
            return b""
        self._frame = frame
        self._frame_due = now + (LARGE_PERIOD_S if len(frame) > LARGE_FRAME_BYTES else 0.0)
        return frame

    def _content(self, name: str) -> bytes:
        """Give a file's content; nothing where it is not there, or not any more."""
        try:
            return (self._run.path / name).read_bytes()
        except OSError:
            return b""


class Receiver:
    """Puts what comes back into the run's folder; the caller holds the run's lock."""

    def __init__(self, run: RunFolder) -> None:
        """Cut off what a killed process left of a line, so that whole lines can follow; raises StorageError."""
        self._run = run
        self._frames: LiveFrameWriter | None = None
        if run.events.exists():
            RecordWriter(run.events).close()

    def take(self, parcel: Parcel) -> None:
        """Keep files, then the events that say that they are there; raises StorageError."""
        for name, content in parcel.files.items():
            write_atomically(self._run.path / name, content)
        if parcel.snapshots:
            self._keep_snapshots(parcel)
        if parcel.frame:
            self._frames = self._frames or LiveFrameWriter(self._run.frame, len(parcel.frame))
            self._frames.write(parcel.frame)
        if parcel.events:
            with self._run.events.open("ab") as file:
                file.write(parcel.events)
                file.flush()
                os.fsync(file.fileno())
        for old in list_checkpoints(self._run.checkpoints)[:-KEPT]:
            (self._run.checkpoints / old.file).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file of the newest weights."""
        if self._frames is not None:
            self._frames.close()

    def _keep_snapshots(self, parcel: Parcel) -> None:
        self._run.snapshots.touch()
        with self._run.snapshots.open("r+b") as file:
            file.seek(parcel.snapshots_from)
            file.write(parcel.snapshots)


def _size(path: os.PathLike[str]) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
