"""Runs as the API shows them: the store's rows as plain JSON, and what a person tells a run."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from fastapi import Response
from fastapi.responses import JSONResponse

from snntrainer3d.analysis import columns_of
from snntrainer3d.data import CATALOGUE
from snntrainer3d.errors import NotFoundError
from snntrainer3d.events import Event
from snntrainer3d.exports import to_safetensors
from snntrainer3d.jobs import JobRunner
from snntrainer3d.runs import TRASH_DAYS, Query, Quota, RunStore
from snntrainer3d.server.answers import Answers
from snntrainer3d.spec import Network, RunSpec, TrainedNetwork, Training

Word = Literal["pause", "resume", "cancel", "step"]
Plain = dict[str, Any]


class RunViews:
    """Everything that routes and socket ask of the runs; plain values, ready to be sent."""

    def __init__(self, store: RunStore, runner: JobRunner) -> None:
        self._store, self._runner = store, runner
        self._answers = Answers(lambda: store.version)
        self.quota = Quota(store)

    @property
    def store(self) -> RunStore:
        """Give the store, for what rooms further right do with runs."""
        return self._store

    @staticmethod
    def json(value: Any, status: int = 200) -> JSONResponse:
        """Give an answer that is known to be plain, without checking it a second time."""
        return JSONResponse(value, status)

    def rows(self) -> list[Plain]:
        """Give all runs, newest first."""
        return [row.model_dump(mode="json") for row in self._store.list()]

    def detail(self, run: str) -> Plain:
        """Give one run in full."""
        return self._store.get(run).model_dump(mode="json")

    def shown(self, run: str) -> Response:
        """Give the answer to who asks for one run in full."""
        return self._answers.give(("run", run), lambda: self.detail(run))

    def start(self, spec: RunSpec, source: str | None) -> Plain:
        """Queue a training, on from another run's weights where `source` names one."""
        return self._store.create(spec, start_from=source).model_dump(mode="json")

    def adopt(self, trained: TrainedNetwork, name: str) -> Plain:
        """Keep a weight file as a finished run."""
        training = trained.training or Training(dataset=_likely_dataset(trained.network))
        spec = RunSpec(network=trained.network, training=training.changed(name=name or training.name))
        return self._store.import_run(spec, to_safetensors(trained)).model_dump(mode="json")

    def query(self, query: Query) -> Response:
        """Give the runs that a query wants."""
        return self._answers.give(("runs", repr(query)), lambda: self._store.query(query).model_dump(mode="json"))

    def fields(self) -> list[Plain]:
        """Give the fields that runs can be chosen by."""
        return list(self._store.fields())

    def tags(self) -> list[Plain]:
        """Give all tags, often used ones first."""
        return [{"tag": tag, "runs": count} for tag, count in self._store.tags().items()]

    def change(self, run: str, **changes: Any) -> Plain:
        """Change name, tags, notes, or whether a run is archived; None leaves it."""
        return self._store.change(run, **changes).model_dump(mode="json")

    def delete(self, run: str) -> None:
        """Put a run that has ended into the trash."""
        self._store.delete(run)

    def trash(self) -> Plain:
        """Give what is in the trash."""
        rows = [row.model_dump(mode="json") for row in self._store.trash.list()]
        return {"runs": rows, "kept_days": TRASH_DAYS}

    def restore(self, run: str) -> Plain:
        """Take a run out of the trash."""
        return self._store.get(self._store.trash.restore(run)).model_dump(mode="json")

    def remove(self, run: str) -> None:
        """Remove a run of the trash for good."""
        self._store.trash.remove(run)

    def empty_trash(self) -> None:
        """Remove everything in the trash for good."""
        self._store.trash.empty()

    def disk(self) -> Plain:
        """Give what the runs take on the disk."""
        uses, trash = self.quota.uses(), {row.id for row in self._store.trash.list()}
        rows = [asdict(use) for use in uses if use.run not in trash]
        return {
            "bytes": sum(use.bytes for use in uses),
            "trash_bytes": sum(use.bytes for use in uses if use.run in trash),
            "free_bytes": shutil.disk_usage(self._store.home).free,
            "quota_bytes": self.quota.bytes,
            "runs": sorted(rows, key=lambda row: -row["bytes"]),
            "thinned": [found.model_dump() for found in reversed(self.quota.thinned)],
        }

    def set_quota(self, bound: int | None) -> None:
        """Bound what the runs may take, and see that they do."""
        self.quota.set(bound)
        self.quota.keep()

    def export_file(self, run: str, target: Path) -> None:
        """Write a run with all that it holds into one file."""
        self._store.export_file(run, target)

    def import_file(self, path: Path) -> Plain:
        """Make a run of such a file, which was uploaded."""
        return self._store.import_file(path, "The upload").model_dump(mode="json")

    def curves(self, run: str, points: int) -> Response:
        """Give how a training went, in at most so many points."""
        return self._answers.give(("curves", run, points), lambda: self._curves(run, points))

    def _curves(self, run: str, points: int) -> Plain:
        found = self._store.get(run)
        total = found.progress.total_updates if found.progress else None
        return {"run": found.id, "total_updates": total, **columns_of(self._store.points(found.id), points)}

    def tell(self, run: str, word: Word) -> Plain:
        """Tell a run to rest, go on, end, or do one update; give it as it is then."""
        orders = {
            "pause": self._runner.pause,
            "resume": self._runner.resume,
            "cancel": self._runner.cancel,
            "step": self._runner.step,
        }
        orders[word](run)
        return self._store.get(run).model_dump(mode="json")

    def events(self, run: str, after: int, limit: int) -> tuple[list[Plain], int]:
        """Give events from a line of the record on, and the line to go on from."""
        page = self._store.events(run, after, limit)
        return [event.model_dump(mode="json") for event in page.events], page.next

    def newest_frame(self, run: str) -> bytes:
        """Give the newest weight frame; raises NotFoundError."""
        return self._store.newest_frame(run)

    def snapshots(self, run: str) -> list[Plain]:
        """Tell which snapshots there are."""
        return [row.model_dump(mode="json") for row in self._store.snapshots(run)]

    def snapshot(self, run: str, index: int) -> bytes:
        """Give a snapshot as a weight frame."""
        return self._store.read_snapshot(run, index)

    def trained(self, run: str) -> TrainedNetwork:
        """Give the trained network, or that of the last checkpoint."""
        return self._store.trained(run)

    def weight(self, run: str, layer: int, row: int, column: int) -> float:
        """Give one weight exactly; raises NotFoundError for a place outside the network."""
        trained = self._store.trained(run)
        matrices = trained.network.connections()
        found = matrices[layer] if layer < len(matrices) else None
        if found is None or row >= found.rows or column >= found.columns:
            raise NotFoundError(
                f"Network {trained.network.title()} has no weight {layer}, {row}, {column}.",
                hint="layer, row (neuron) and column (neuron before) count from 0.",
            )
        return float(trained.tensors[found.tensor].reshape(found.rows, found.columns)[row, column])

    def place(self, run: str) -> str:
        """Give where the run's files lie."""
        return str(self._store.folder(run).path)

    def spec(self, run: str) -> RunSpec:
        """Give the run's document."""
        return self._store.get(run).spec

    def name(self, run: str) -> str:
        """Give what the run is called."""
        return self._store.get(run).name

    def results(self, run: str) -> Plain | None:
        """Give the results, None before there are any."""
        return self._store.get(run).results

    def all_events(self, run: str) -> list[Event]:
        """Give all updates and epochs, what a resume did again standing once."""
        history = self._store.metrics(run)
        return [*history.updates, *history.epochs]


def _likely_dataset(network: Network) -> str:
    """Give the data set whose samples fit a network that came without its recipe; digits where none does."""
    fitting = (info.name for info in CATALOGUE.values() if info.input_size == network.input.size)
    return next(fitting, "digits")
