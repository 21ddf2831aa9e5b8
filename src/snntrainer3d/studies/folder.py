"""Where studies lie: HOME/studies/ID, with the document, the plan, and which run was made for each entry of it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from snntrainer3d.errors import ConflictError, FileFormatError, NotFoundError, StorageError
from snntrainer3d.runs import home_folder
from snntrainer3d.spec import Study, parse_run, parse_study, read_json_file
from snntrainer3d.storage import write_atomically
from snntrainer3d.studies.order import Order
from snntrainer3d.studies.plan import Entry, Plan, make_plan

_VERSION = 1
_ID_PARTS = 8


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """The files of one study. Whoever holds the lock may train its runs."""

    path: Path

    @property
    def id(self) -> str:
        """Give the study's id, which is the folder's name."""
        return self.path.name

    @property
    def created_at(self) -> float:
        """Give when the study was made, seconds since 1970."""
        return float(self._plan_document()["created_at"])

    @property
    def report(self) -> Path:
        """Give the folder of tables, figures and report."""
        return self.path / "report"

    @property
    def stop_file(self) -> Path:
        """Give the file whose presence asks whoever works on the study to stop."""
        return self.path / "stop"

    @property
    def log(self) -> Path:
        """Give what the workers' processes printed."""
        return self.path / "workers.log"

    @property
    def trials_file(self) -> Path:
        """Give the file of a tuning's runs."""
        return self.path / "trials.json"

    @property
    def error_file(self) -> Path:
        """Give the file that says why the process of the study failed; not there where it did not."""
        return self.path / "error.json"

    def read_error(self) -> str:
        """Give why the process of the study failed; empty where it did not."""
        try:
            error = json.loads(self.error_file.read_bytes())["error"]
            return f"{error['message']} {error['hint']}".strip()
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def read_order(self) -> Order:
        """Give what the study was last asked to do."""
        try:
            return Order.model_validate_json((self.path / "order.json").read_bytes())
        except (OSError, ValidationError):
            return Order()

    def give_order(self, order: Order) -> None:
        """Keep what the study is asked to do; raises StorageError."""
        write_atomically(self.path / "order.json", order.model_dump_json())

    def read_plan(self) -> Plan:
        """Read the plan as it was made; raises FileFormatError, SpecError."""
        study = parse_study(read_json_file(self.path / "study.json", what="study"))
        try:
            entries = [
                Entry(entry["key"], entry["settings"], entry["seed"], parse_run(entry["spec"]))
                for entry in self._plan_document()["entries"]
            ]
        except (KeyError, TypeError):
            raise FileFormatError(f"{self.path / 'plan.json'} is damaged: it is no plan of this release.") from None
        return Plan(study, tuple(entries))

    def members(self) -> dict[str, str]:
        """Give the newest run of each entry that has one: key → run id; raises FileFormatError."""
        try:
            found = json.loads(self._members.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise FileFormatError(f"{self._members} is damaged: it is not JSON.") from None
        if not isinstance(found, dict) or not all(isinstance(run, str) for run in found.values()):
            raise FileFormatError(f"{self._members} is damaged.")
        return found

    def add_member(self, key: str, run: str) -> None:
        """Note which run was made for an entry; on the disk when this returns. For the lock's holder, one at a time.

        Raises:
            StorageError: it cannot be written; the old content stands.
        """
        write_atomically(self._members, json.dumps({**self.members(), key: run}, indent=1) + "\n")

    @contextmanager
    def hold(self, patience_s: float = 0.0) -> Iterator[None]:
        """Hold the study's lock; it is free again after the block or when the process dies. Raises ConflictError.

        Args:
            patience_s: how long to wait for another holder, who may only be looking whether somebody works here.
        """
        lock = FileLock(self.path / "study.lock")
        try:
            lock.acquire(timeout=patience_s)
        except Timeout:
            raise ConflictError(
                f"Another process works on study {self.id}.", hint="Wait for it, or stop it first."
            ) from None
        except OSError as error:
            raise StorageError(f"{self.path} cannot be locked.") from error
        try:
            yield
        finally:
            lock.release()

    def busy(self) -> bool:
        """Tell whether a process works on this study."""
        if not (self.path / "study.lock").exists():
            return False
        try:
            with self.hold():
                return False
        except ConflictError:
            return True

    @property
    def _members(self) -> Path:
        return self.path / "members.json"

    def _plan_document(self) -> dict[str, Any]:
        document = read_json_file(self.path / "plan.json", what="plan")
        if not isinstance(document, dict) or document.get("version") != _VERSION:
            raise FileFormatError(f"{self.path / 'plan.json'} is damaged, or of another release.")
        return document


class StudyStore:
    """The studies of a home. What takes a study takes its id or the beginning of it, or its name."""

    def __init__(self, home: Path | None = None) -> None:
        self._studies = (home or home_folder()) / "studies"

    def list(self) -> list[StudyFolder]:
        """Give all studies, newest first; folders that are no whole study are left out."""
        whole = [StudyFolder(path.parent) for path in self._studies.glob("*/plan.json")]
        return sorted(whole, key=lambda study: (study.path / "plan.json").stat().st_mtime, reverse=True)

    def create(self, study: Study) -> StudyFolder:
        """Make a study, or give the one of the same document: the id follows from it, so nothing is begun twice.

        Raises:
            LimitError, SpecError: see `make_plan`.
        """
        folder = StudyFolder(self._studies / study_id(study))
        if (folder.path / "plan.json").exists():
            return folder
        plan = make_plan(study)
        document = {
            "version": _VERSION,
            "created_at": time.time(),
            "entries": [_plain(entry) for entry in plan.entries],
        }
        write_atomically(folder.path / "study.json", study.model_dump_json(indent=2) + "\n")
        # Last: a folder counts as a study once it has its plan.
        write_atomically(folder.path / "plan.json", json.dumps(document))
        return folder

    def find(self, reference: str) -> StudyFolder:
        """Give the study of an id, the beginning of one, or a name; raises NotFoundError, ConflictError."""
        known = self.list()
        exact = [study for study in known if study.id == reference]
        close = exact or [study for study in known if study.id.startswith(reference.lower()) and reference]
        if len(close) == 1:
            return close[0]
        names = ", ".join(study.id for study in close or known) or "none yet"
        if close:
            raise ConflictError(f"{len(close)} studies are meant by {reference!r}: {names}.", path="study")
        raise NotFoundError(f"There is no study {reference!r}.", path="study", hint=f"There are: {names}.")

    def delete(self, reference: str) -> None:
        """Delete a study with its report; its runs stay. Raises ConflictError while it is worked on."""
        study = self.find(reference)
        if study.busy():
            raise ConflictError(f"A process still works on study {study.id}.", hint="Stop it first.")
        shutil.rmtree(study.path, ignore_errors=True)


def _plain(entry: Entry) -> dict[str, Any]:
    spec = entry.spec.model_dump(mode="json")
    return {"key": entry.key, "settings": entry.settings, "seed": entry.seed, "spec": spec}


def study_id(study: Study) -> str:
    """Give a study's id: its name in small letters, and a hash of its document."""
    text = json.dumps(study.model_dump(mode="json"), sort_keys=True)
    slug = re.sub(r"[^a-z0-9]+", "-", study.name.lower()).strip("-")[:40] or "study"
    return f"{slug}-{hashlib.sha256(text.encode()).hexdigest()[:_ID_PARTS]}"
