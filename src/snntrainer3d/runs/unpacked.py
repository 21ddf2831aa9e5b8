"""A run's folder that came from elsewhere, looked over whole before it becomes a run."""

from __future__ import annotations

from typing import Any

from snntrainer3d.analysis import metrics_csv
from snntrainer3d.errors import FileFormatError, MismatchError
from snntrainer3d.events import Event, Failed, Finished
from snntrainer3d.frames import decode_frame
from snntrainer3d.runs.checkpoints import list_checkpoints, read_checkpoint
from snntrainer3d.runs.folder import RunFolder
from snntrainer3d.runs.record import read_record
from snntrainer3d.runs.results import checked_results
from snntrainer3d.runs.snapshots import MAGIC, list_snapshots, read_snapshot
from snntrainer3d.runs.weights import read_weights
from snntrainer3d.spec import RunSpec, TrainedNetwork
from snntrainer3d.storage import write_atomically

_HINT = "Export the run again."


def check_unpacked(run: RunFolder) -> tuple[RunSpec, dict[str, Any] | None]:
    """Read every file of an unpacked run as those who use it will; return its document and its results.

    The table of updates and epochs is written anew from the record, so that nothing in it is foreign.

    Raises:
        FileFormatError, SpecError, MismatchError: a file is damaged, or does not fit the others.
    """
    spec = run.read_spec()
    for weights in (run.weights, run.start):
        if weights.exists():
            read_weights(weights, spec)
    results = checked_results(run.read_results()) if run.results.exists() else None
    events = _check_record(run, spec)
    if run.metrics.exists():
        write_atomically(run.metrics, metrics_csv(events))
    _check_snapshots(run, spec)
    for row in list_checkpoints(run.checkpoints):
        checkpoint = read_checkpoint(run.checkpoints / row.file)
        if checkpoint.update != row.update:
            raise FileFormatError(f"{row.file} is of update {checkpoint.update}, not of {row.update}.", hint=_HINT)
        TrainedNetwork(spec.network, checkpoint.tensors, spec.training)
    return spec, results


def _check_record(run: RunFolder, spec: RunSpec) -> tuple[Event, ...]:
    """Return the events of a record; damaged lines among them are skipped, as in a run's own folder."""
    lines = read_record(run.events)
    if lines.damaged and not lines.events:
        raise FileFormatError("No line of events.jsonl can be read.", hint=_HINT)
    layers = len(spec.network.spiking())
    for event in lines.events:
        if isinstance(event, Finished):
            checked_results(event.results)
            if not run.weights.exists():
                raise FileFormatError("The run has finished, but its weights are missing.", hint=_HINT)
        elif isinstance(event, Failed) and not _is_error(event.error.get("error", event.error)):
            raise FileFormatError("events.jsonl has a failure that says nothing of why.", hint=_HINT)
        elif len(getattr(event, "rates", ())) > layers:
            raise MismatchError(f"events.jsonl has rates of more layers than the {layers} of its network.")
    return lines.events


def _is_error(value: Any) -> bool:
    """Tell whether a value is an error as errors.py writes one."""
    if not isinstance(value, dict) or not isinstance(value.get("faults", []), list):
        return False
    parts = [value, *value.get("faults", [])]
    return all(isinstance(part, dict) and isinstance(part.get("message"), str) for part in parts) and all(
        isinstance(text, str) for part in parts for name, text in part.items() if name != "faults"
    )


def _check_snapshots(run: RunFolder, spec: RunSpec) -> None:
    if not run.snapshots.exists():
        return
    with run.snapshots.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise FileFormatError("snapshots.bin holds no snapshots.", hint=_HINT)
    wanted = [(one.rows, one.columns) for one in spec.network.connections()]
    for row in list_snapshots(run.snapshots):
        frame = decode_frame(read_snapshot(run.snapshots, row.index))
        if [layer.values.shape for layer in frame.layers] != wanted:
            raise MismatchError(f"Snapshot {row.index} is of another network.")
