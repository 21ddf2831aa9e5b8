"""Own data once read: kept as one file under a name, so that runs, pages and resumes find the same samples again."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from snntrainer3d.apart import MAGIC
from snntrainer3d.data.catalogue import DatasetInfo
from snntrainer3d.data.dataset import Dataset, Split
from snntrainer3d.data.own.gathered import MAX_FRAMES, Choice, Faults, Gathered
from snntrainer3d.data.own.nmnist import read_bin_tree
from snntrainer3d.data.own.npz import read_npz
from snntrainer3d.data.own.pictures import read_pictures
from snntrainer3d.data.own.portions import Portion, opened_portions, title_of
from snntrainer3d.data.own.sounds import read_sounds
from snntrainer3d.data.own.spike_file import read_spike_files
from snntrainer3d.data.own.table import read_csv
from snntrainer3d.data.own.tree import EVENTS, PICTURES, SOUNDS, Leaf, opened_tree
from snntrainer3d.data.splits import split_train
from snntrainer3d.errors import FileFormatError, InputError, NotFoundError, StorageError
from snntrainer3d.home import home_folder
from snntrainer3d.spec import OWN
from snntrainer3d.storage import write_atomically

_SPLIT_SEED = 0
_VERSION = 1
_NAME = re.compile(re.escape(OWN) + r"[a-z0-9-]{1,80}")
_ENDINGS = "an NPZ, a CSV, an HDF5 file of spike trains, or a folder or zip of pictures, WAV sounds or events by class"


def own_folder() -> Path:
    """Give the folder of own data: `own-data` beside the runs."""
    return home_folder() / "own-data"


def kept() -> list[str]:
    """Give the names of all own data, in the order of the alphabet."""
    return sorted(path.stem for path in own_folder().glob(f"{OWN}*.json"))


def import_data(given: Path | Sequence[Path], name: str = "", choice: Choice | None = None) -> DatasetInfo:
    """Read own data, check all of it, and keep it; the same again keeps its name, other data gets another.

    Args:
        given: an NPZ, a CSV, a folder, or a zip; or the files for training and for the test, told apart by their names.
        name: what to call it, else the file's name.

    Raises:
        FileFormatError: with every fault, each at its row or file.
        LimitError: larger than is taken.
        NotFoundError: there is no such file.
    """
    paths = [given] if isinstance(given, Path) else list(given)
    called = name or title_of([path.parent.resolve() / path.name for path in paths])
    chosen = choice or Choice()
    found = _gather(paths, called, chosen)
    train, test = _split(found, chosen, called)
    arrays = {
        "train_inputs": found.inputs[train],
        "train_labels": found.labels[train],
        "test_inputs": found.inputs[test],
        "test_labels": found.labels[test],
    }
    checksum = _checksum(arrays)
    title = re.sub(r"\.(npz|csv|tsv|txt|zip|h5|hdf5)(\.gz|\.zip)?$", "", called, flags=re.IGNORECASE) or "data"
    own = _free_name(_slug(title), checksum)
    split = "" if found.tests is None else ", as its maker split it into training and test"
    info = DatasetInfo(
        name=own,
        title=title[:60],
        input_shape=found.shape,
        classes=len(found.class_names),
        class_names=found.class_names,
        train_samples=len(train),
        test_samples=len(test),
        licence="your own",
        source=called,
        summary=" ".join([f"Your own data: {found.what}{split}.", *found.report.sentences()]),
        frames=found.frames,
    )
    scale = 1 / 255 if found.inputs.dtype == np.uint8 else 1.0
    _keep(info, arrays, scale, checksum)
    return info


def describe_own(name: str) -> DatasetInfo:
    """Give what is known of own data; raises NotFoundError, FileFormatError."""
    return _about(name)[0]


def load_own(name: str) -> Dataset:
    """Give own data by its name; raises NotFoundError, FileFormatError."""
    info, scale, checksum = _about(name)
    path = own_folder() / f"{name}.npz"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        whole = _checksum(arrays) == checksum
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise FileFormatError(f"{path} is damaged: {error}.", hint="Import the data again.") from None
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


def _gather(paths: Sequence[Path], name: str, choice: Choice) -> Gathered:
    for path in paths:
        if not path.exists():
            raise NotFoundError(f"There is no file or folder {path}.", path="data", hint="Check the path.")
    if choice.side is not None and not 1 <= choice.side <= 256:
        raise InputError(f"got {choice.side}, expected 1 to 256 pixels.", path="side")
    if not 1 <= choice.frames <= MAX_FRAMES:
        raise InputError(f"got {choice.frames}, expected 1 to {MAX_FRAMES:,} frames.", path="frames")
    if not 1 <= choice.clip <= 255:
        raise InputError(f"got {choice.clip}, expected 1 to 255 events.", path="clip")
    if not 0.0 < choice.test_share < 1.0:
        raise InputError(f"got {choice.test_share}, expected a share between 0 and 1.", path="test_share")
    try:
        with opened_portions(paths, name) as portions:
            return _of_several(portions, name, choice) if len(portions) > 1 else _of_one(portions[0], name, choice)
    except OSError as error:
        raise StorageError(f"{error.filename or name} cannot be read: {error.strerror}.") from error


def _of_one(portion: Portion, name: str, choice: Choice) -> Gathered:
    path = portion.path
    if path.is_dir():
        return _from_trees([portion], name, choice)
    start = _start(path)
    if not start:
        raise FileFormatError(f"{name} is empty.", hint=f"Give {_ENDINGS}.")
    if start == b"PK\3\4" or start == b"PK\5\6":
        return read_npz(path, name, choice) if _is_npz(path, portion.name) else _from_trees([portion], name, choice)
    if MAGIC.startswith(start):
        return read_spike_files([portion], name, choice)
    if portion.name.lower().endswith((".csv", ".tsv", ".txt")):
        return read_csv(path, name)
    if portion.name.lower().endswith(".npz"):
        raise FileFormatError(f"{name} is damaged or no NPZ.", hint="Save it anew with numpy.savez(x=…, y=…).")
    raise FileFormatError(f"{name} is of no kind that is read.", hint=f"Give {_ENDINGS}.")


def _is_npz(path: Path, name: str) -> bool:
    if name.lower().endswith(".npz"):
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        return False
    return bool(names) and all(member.endswith(".npy") for member in names)


def _of_several(portions: list[Portion], name: str, choice: Choice) -> Gathered:
    """Read what its maker split: files of spike trains, or zips of pictures, sounds or events."""
    starts = {one.name: b"PK" if one.path.is_dir() else _start(one.path)[:4] for one in portions}
    if all(start.startswith(MAGIC[:4]) for start in starts.values()):
        found = read_spike_files(portions, name, choice)
    elif all(start.startswith(b"PK") for start in starts.values()):
        found = _from_trees(portions, name, choice)
    else:
        held = ", ".join(starts)
        hint = "Give files of spike trains (.h5), or zips of pictures, WAV sounds or events by class."
        raise FileFormatError(f"{name} is of files that are not read together: {held}.", hint=hint)
    kept = [one.name for one in portions if one.validation]
    note = f"What {' and '.join(kept)} keeps for validation is among the training samples."
    return replace(found, report=found.report.extended(read=(note,))) if kept else found


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _from_trees(portions: list[Portion], name: str, choice: Choice) -> Gathered:
    several, faults = len(portions) > 1, Faults(name)
    with ExitStack() as stack:
        leaves: list[Leaf] = []
        for one in portions:
            own = Faults(one.name)
            found = stack.enter_context(opened_tree(one.path, one.name if several else name, own))
            faults.take(own, f"{one.name}/" if several else "")
            leaves.extend(
                replace(leaf, path=f"{one.name}/{leaf.path}", test=one.test) if several else leaf for leaf in found
            )
        pictures = [leaf for leaf in leaves if leaf.suffix in PICTURES]
        sounds = [leaf for leaf in leaves if leaf.suffix in SOUNDS]
        events = [leaf for leaf in leaves if leaf.suffix in EVENTS]
        if sum(map(bool, (pictures, sounds, events))) > 1:
            faults.tell()
            held = f"{len(pictures):,} pictures, {len(sounds):,} sounds and {len(events):,} files of events"
            raise FileFormatError(f"{name} holds {held}.", hint="Give one kind of data.")
        if events:
            return read_bin_tree(events, name, choice, faults)
        return read_pictures(pictures, choice, faults) if pictures else read_sounds(sounds, faults)


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


def _keep(info: DatasetInfo, arrays: dict[str, Any], scale: float, checksum: str) -> None:
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    write_atomically(own_folder() / f"{info.name}.npz", packed.getvalue())
    about = {"version": _VERSION, "checksum": checksum, "input_scale": scale, "info": asdict(info)}
    write_atomically(own_folder() / f"{info.name}.json", json.dumps(about, indent=1, ensure_ascii=False))
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
    except ValueError as error:
        raise FileFormatError(f"{path} is damaged: {error}.", hint="Import the data again.") from None
    return found


def _about(name: str) -> tuple[DatasetInfo, float, str]:
    found = _document(name)
    if found is None:
        known = ", ".join(kept()) or "none yet"
        raise NotFoundError(
            f"There is no data {name!r} on this machine.", path="training.dataset", hint=f"Own data here: {known}."
        )
    try:
        info = dict(found["info"])
        info["input_shape"], info["class_names"] = tuple(info["input_shape"]), tuple(info["class_names"])
        return DatasetInfo(**info), float(found["input_scale"]), str(found["checksum"])
    except (KeyError, TypeError, ValueError) as error:
        path = own_folder() / f"{name}.json"
        raise FileFormatError(f"{path} is damaged: {error}.", hint="Import the data again.") from None
