"""Own data once read: kept as one file under a name, so that runs, pages and resumes find the same samples again."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from snntrainer3d.data.catalogue import DatasetInfo
from snntrainer3d.data.dataset import Dataset, Split
from snntrainer3d.data.own.content import check_content, check_stored
from snntrainer3d.data.own.gathered import Choice, Faults, Gathered
from snntrainer3d.data.own.portions import title_of
from snntrainer3d.data.own.reading_apart import read_in_own_process
from snntrainer3d.data.own.report import ImportReport, report_of
from snntrainer3d.data.own.scaling import scaled
from snntrainer3d.data.splits import split_train
from snntrainer3d.errors import FileFormatError, NotFoundError
from snntrainer3d.home import home_folder
from snntrainer3d.spec import OWN
from snntrainer3d.storage import write_atomically

_SPLIT_SEED = 0
_VERSION = 1
_NAME = re.compile(re.escape(OWN) + r"[a-z0-9-]{1,80}")


def own_folder() -> Path:
    """Give the folder of own data: `own-data` beside the runs."""
    return home_folder() / "own-data"


def kept() -> list[str]:
    """Give the names of all own data, in the order of the alphabet."""
    return sorted(path.stem for path in own_folder().glob(f"{OWN}*.json"))


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """Own data as it was read, before it is kept."""

    dataset: Dataset
    """Under the name that it is kept by, or would be."""
    report: ImportReport


def check_data(given: Path | Sequence[Path], name: str = "", choice: Choice | None = None) -> Reading:
    """Read own data and check all of it as `import_data` does, and keep nothing.

    Raises:
        FileFormatError: with every fault, each at its row or file.
        InputError: what was chosen does not go with the file.
        LimitError: larger than is taken.
        NotFoundError: there is no such file.
    """
    return _read(given, name, choice)[0]


def import_data(given: Path | Sequence[Path], name: str = "", choice: Choice | None = None) -> DatasetInfo:
    """Read own data, check all of it, and keep it; the same again keeps its name, other data gets another.

    `own_report` gives how it was read.

    Args:
        given: an NPZ, a CSV, a folder, or a zip; or the files for training and for the test, told apart by their names.
        name: what to call it, else the file's name.

    Raises:
        FileFormatError: with every fault, each at its row or file.
        InputError: what was chosen does not go with the file.
        LimitError: larger than is taken.
        NotFoundError: there is no such file.
    """
    return import_reading(given, name, choice).dataset.info


def import_reading(given: Path | Sequence[Path], name: str = "", choice: Choice | None = None) -> Reading:
    """Import own data as `import_data` does, and return all that was read."""
    reading, checksum = _read(given, name, choice)
    _keep(reading, checksum)
    return reading


def _read(given: Path | Sequence[Path], name: str, choice: Choice | None) -> tuple[Reading, str]:
    paths = [given] if isinstance(given, Path) else list(given)
    called = name or title_of([path.parent.resolve() / path.name for path in paths])
    chosen = choice or Choice()
    return understood(read_in_own_process(paths, called, chosen), called, chosen)


def understood(found: Gathered, called: str, chosen: Choice) -> tuple[Reading, str]:
    """Split, look at and scale what was read; return it with the checksum that it is kept by.

    Raises FileFormatError with every fault.
    """
    faults = Faults(called)
    train, test = _split(found, chosen, called)
    notes = check_content(found, train, test, faults)
    faults.tell()
    stored = scaled(found, train, test)
    check_stored(stored.inputs, found.places, faults)
    faults.tell()
    samples, tests = (Split(stored.inputs[part], found.labels[part]) for part in (train, test))
    checksum = _checksum(_arrays_of(samples, tests))
    title = re.sub(r"\.(npz|csv|tsv|txt|zip|h5|hdf5)(\.gz|\.zip)?$", "", called, flags=re.IGNORECASE) or "data"
    split = "" if found.tests is None else ", as its maker split it into training and test"
    report = stored.report.extended(notes=notes)
    info = DatasetInfo(
        name=_free_name(_slug(title), checksum),
        title=title[:60],
        input_shape=found.shape,
        classes=len(found.class_names),
        class_names=found.class_names,
        train_samples=len(train),
        test_samples=len(test),
        licence="your own",
        source=called,
        summary=" ".join([f"Your own data: {found.what}{split}.", *report.scaling]),
        frames=found.frames,
    )
    return Reading(Dataset(info, samples, tests, stored.scale), report), checksum


def _arrays_of(train: Split, test: Split) -> dict[str, np.ndarray]:
    return {
        "train_inputs": train.inputs,
        "train_labels": train.labels,
        "test_inputs": test.inputs,
        "test_labels": test.labels,
    }


def describe_own(name: str) -> DatasetInfo:
    """Give what is known of own data; raises NotFoundError, FileFormatError."""
    return _about(name)[0]


def own_report(name: str) -> ImportReport:
    """Return how own data was read, empty for what earlier versions kept; raises NotFoundError, FileFormatError."""
    about = _known(name)
    try:
        return report_of(about.get("report"))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _damaged(name) from None


def load_own(name: str) -> Dataset:
    """Give own data by its name; raises NotFoundError, FileFormatError."""
    info, scale, checksum = _about(name)
    path = own_folder() / f"{name}.npz"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        whole = _checksum(arrays) == checksum
    except (OSError, ValueError, KeyError, EOFError):
        raise FileFormatError(f"{path} is damaged or cannot be read.", hint="Import the data again.") from None
    if not whole:
        raise FileFormatError(f"{path} is damaged: its checksum is wrong.", hint="Import the data again.")
    train = Split(arrays["train_inputs"], arrays["train_labels"])
    return Dataset(info, train, Split(arrays["test_inputs"], arrays["test_labels"]), scale)


def pack_own(name: str) -> dict[str, bytes]:
    """Give the files of own data, for a machine that lacks it; raises NotFoundError."""
    _about(name)
    return {file: (own_folder() / file).read_bytes() for file in (f"{name}.npz", f"{name}.json")}


def remove_own(name: str) -> None:
    """Forget own data; runs that were trained on it keep their results. Raises NotFoundError."""
    _about(name)
    for ending in (".json", ".npz"):
        (own_folder() / f"{name}{ending}").unlink(missing_ok=True)


def _split(found: Gathered, choice: Choice, name: str) -> tuple[np.ndarray, np.ndarray]:
    if found.tests is None:
        share = max(choice.test_share, len(found.class_names) / len(found.labels))
        train, test = split_train(found.labels, share, _SPLIT_SEED)
    else:
        train, test = np.flatnonzero(~found.tests), np.flatnonzero(found.tests)
    faults = Faults(name)
    for part, indices in (("training", train), ("test", test)):
        counts = np.bincount(found.labels[indices], minlength=len(found.class_names))
        if part == "training":
            for label in np.flatnonzero(counts == 0).tolist():
                faults.add(f"class {found.class_names[label]}", "has no training sample.")
        elif not counts.any():
            faults.add("", "there is no test sample.")
    faults.tell()
    return train, test


def _slug(title: str) -> str:
    return OWN + (re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-") or "data")


def _free_name(wanted: str, checksum: str) -> str:
    """Give the name where it is free or stands for the very same data, else the next one."""
    name, number = wanted, 1
    while (about := _document(name)) is not None and about.get("checksum") != checksum:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _checksum(arrays: dict[str, np.ndarray]) -> str:
    found = hashlib.sha256()
    for key in sorted(arrays):
        found.update(f"{key} {arrays[key].dtype} {arrays[key].shape}".encode())
        found.update(np.ascontiguousarray(arrays[key]).data)
    return found.hexdigest()


def _keep(reading: Reading, checksum: str) -> None:
    dataset, packed = reading.dataset, io.BytesIO()
    arrays: dict[str, Any] = _arrays_of(dataset.train, dataset.test)
    np.savez(packed, **arrays)
    name = dataset.info.name
    write_atomically(own_folder() / f"{name}.npz", packed.getvalue())
    about = {
        "version": _VERSION,
        "checksum": checksum,
        "input_scale": dataset.input_scale,
        "info": asdict(dataset.info),
        "report": asdict(reading.report),
    }
    write_atomically(own_folder() / f"{name}.json", json.dumps(about, indent=1, ensure_ascii=False))
    _described.cache_clear()


def _document(name: str) -> dict[str, Any] | None:
    if not _NAME.fullmatch(name):  # which could otherwise lead out of the folder
        return None
    path = own_folder() / f"{name}.json"
    try:
        return _described(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=256)
def _described(path: Path, stamp: int) -> dict[str, Any]:
    del stamp
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError:
        raise FileFormatError(f"{path} is damaged or cannot be read.", hint="Import the data again.") from None
    return found


def _known(name: str) -> dict[str, Any]:
    found = _document(name)
    if found is None:
        known = ", ".join(kept()) or "none yet"
        raise NotFoundError(
            f"There is no data {name!r} on this machine.", path="training.dataset", hint=f"Own data here: {known}."
        )
    return found


def _damaged(name: str) -> FileFormatError:
    return FileFormatError(f"{own_folder() / f'{name}.json'} is damaged.", hint="Import the data again.")


def _about(name: str) -> tuple[DatasetInfo, float, str]:
    found = _known(name)
    try:
        info = dict(found["info"])
        info["input_shape"], info["class_names"] = tuple(info["input_shape"]), tuple(info["class_names"])
        return DatasetInfo(**info), float(found["input_scale"]), str(found["checksum"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _damaged(name) from None
