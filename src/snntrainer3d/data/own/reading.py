"""Own data of any kind, told by its content and its name."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from snntrainer3d.apart import MAGIC
from snntrainer3d.data.own.gathered import MAX_FRAMES, Choice, Faults, Gathered
from snntrainer3d.data.own.nmnist import read_bin_tree
from snntrainer3d.data.own.npz import read_npz
from snntrainer3d.data.own.pictures import read_pictures
from snntrainer3d.data.own.portions import Portion, opened_portions
from snntrainer3d.data.own.report import ImportReport
from snntrainer3d.data.own.sounds import read_sounds
from snntrainer3d.data.own.spike_file import read_spike_files
from snntrainer3d.data.own.table import read_csv
from snntrainer3d.data.own.tree import Leaf, Tree, opened_tree
from snntrainer3d.errors import FileFormatError, InputError, NotFoundError, StorageError, reason_of

_ENDINGS = "an NPZ, a CSV, an HDF5 file of spike trains, or a folder or zip of pictures, WAV sounds or events by class"

_WORKBOOK = {"xl/workbook.xml", "xl/workbook.bin", "content.xml", "Index/Document.iwa"}
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_AS_CSV = "Save the sheet as CSV, with a row for each sample and a column for the label."


def read(paths: Sequence[Path], name: str, choice: Choice) -> Gathered:
    """Read one file or folder of own data, or those for training and for the test.

    Raises:
        FileFormatError: with every fault, each at its row or file.
        InputError: a choice is out of range.
        LimitError: larger than is taken.
        NotFoundError: there is no such file.
        StorageError: a disk cannot be read, or is full.
    """
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
            found = _of_several(portions, name, choice) if len(portions) > 1 else _of_one(portions[0], name, choice)
    except OSError as error:
        raise StorageError(f"{error.filename or name} cannot be read: {reason_of(error)}.") from error
    _check_choice(choice, found, name)
    return found


def _check_choice(choice: Choice, found: Gathered, name: str) -> None:
    """Refuse what has no meaning for such data: it would seem to be done."""
    idle = [] if found.report.table else choice.of_tables()
    if choice.label and found.scaling == "unit":
        idle.append("label")
    if idle:
        kinds = "of tables and NPZ files" if idle[0] == "label" else "of tables"
        hint = f"Leave out {', '.join(idle)}."
        raise InputError(f"is said {kinds}, and {name} is none.", path=idle[0], hint=hint)


def _of_one(portion: Portion, name: str, choice: Choice) -> Gathered:
    path = portion.path
    if path.is_dir():
        return _from_trees([portion], name, choice)
    start = _start(path)
    if not start:
        raise FileFormatError(f"{name} is empty.", hint=f"Give {_ENDINGS}.")
    if start == b"PK\3\4" or start == b"PK\5\6":
        members = _members(path)
        if _WORKBOOK & set(members):
            raise FileFormatError(f"{name} is a workbook of a spreadsheet program.", hint=_AS_CSV)
        is_npz = portion.name.lower().endswith(".npz") or (members and all(one.endswith(".npy") for one in members))
        return read_npz(path, name, choice) if is_npz else _from_trees([portion], name, choice)
    if MAGIC.startswith(start):
        return read_spike_files([portion], name, choice)
    if portion.name.lower().endswith((".csv", ".tsv", ".txt")):
        return read_csv(path, name, choice)
    if start == _OLD_WORKBOOK:
        raise FileFormatError(f"{name} is a workbook or document of Office.", hint=_AS_CSV)
    if portion.name.lower().endswith(".npz"):
        raise FileFormatError(f"{name} is damaged or no NPZ.", hint="Save it anew with numpy.savez(x=…, y=…).")
    raise FileFormatError(f"{name} is of no kind that is read.", hint=f"Give {_ENDINGS}.")


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        return []


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
        trees: list[tuple[str, Tree]] = []
        for one in portions:
            own, where = Faults(one.name), f"{one.name}/" if several else ""
            tree = stack.enter_context(opened_tree(one.path, one.name if several else name, own))
            faults.take(own, where)
            trees.append((f"{one.name}: " if several else "", tree))
            leaves.extend(
                replace(leaf, path=f"{where}{leaf.path}", test=one.test) if several else leaf for leaf in tree.leaves
            )
        kinds = {kind: [leaf for leaf in leaves if leaf.what == kind] for kind in ("picture", "sound", "events")}
        pictures, sounds, events = kinds.values()
        if sum(map(bool, kinds.values())) > 1:
            faults.tell()
            held = f"{len(pictures):,} pictures, {len(sounds):,} sounds and {len(events):,} files of events"
            raise FileFormatError(f"{name} holds {held}.", hint="Give one kind of data.")
        if events:
            found = read_bin_tree(events, name, choice, faults)
        else:
            found = read_pictures(pictures, choice, faults) if pictures else read_sounds(sounds, faults)
    return replace(found, report=_with_trees(found.report, trees))


def _with_trees(report: ImportReport, trees: list[tuple[str, Tree]]) -> ImportReport:
    """Return the report of the samples, after how their folders were read."""
    read = [f"{where}{said}" for where, tree in trees for said in tree.read]
    notes = [f"{where}{said}" for where, tree in trees for said in tree.notes]
    left_out = [one for _, tree in trees for one in tree.left_out]
    own = replace(report, read=(), left_out=(), notes=(), label=report.label or "Classes are the names of the folders.")
    told = own.extended(read=read, left_out=left_out, notes=notes)
    return told.extended(read=report.read, left_out=report.left_out, notes=report.notes)
