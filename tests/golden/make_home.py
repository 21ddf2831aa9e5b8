"""Writes homes/VERSION.zip: a home as this release leaves it, for the tests of all later ones. Made once per release.

.venv/bin/python tests/golden/make_home.py
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

from snntrainer3d import __version__
from snntrainer3d.compose import Choices, compose
from snntrainer3d.jobs import run_job
from snntrainer3d.runs import RunStore

HOMES = Path(__file__).parent / "homes"
LEFT_OUT = {"job.lock", "frame.bin", "runs.lock"}


def main() -> None:
    """Train a run to its end and stop another, then pack both with the database."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with RunStore(home) as store:
            spec = compose(Choices(dataset="xor", hidden=(4,), training={"epochs": 4, "engine": "reference"}))
            finished = store.create(spec, launcher="cli").id
            run_job(store.folder(finished))
            store.sync(finished)
            store.change(finished, name="of an earlier release", tags=["kept"], notes="A note.")
            store.create(spec, start_from=finished)
            accuracy = store.results(finished)["test"]["accuracy"]
        with closing(sqlite3.connect(home / "runs.db")) as connection:
            # Of this machine nothing need be kept but the versions.
            with connection:
                connection.execute("UPDATE runs SET environment = ?", (json.dumps({"snntrainer3d": __version__}),))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        HOMES.mkdir(exist_ok=True)
        with zipfile.ZipFile(HOMES / f"{__version__}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(home.rglob("*")):
                if file.is_file() and file.name not in LEFT_OUT:
                    packed.write(file, file.relative_to(home))
            packed.writestr("expected.json", json.dumps({"finished": finished, "accuracy": accuracy}))


if __name__ == "__main__":
    main()
