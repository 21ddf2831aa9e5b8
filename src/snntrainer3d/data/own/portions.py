"""Files that are one set of data together: training and test samples given apart, beside each other or packed.

`shd_train.h5` and `shd_test.h5`, `Train.zip` and `Test.zip`, or a folder or zip that holds such: names tell which is
which.
"""

from __future__ import annotations

import gzip
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from snntrainer3d.data.own.gathered import Faults
from snntrainer3d.data.own.tree import TEST, TRAIN, VALIDATION
from snntrainer3d.data.own.tree_files import ENDINGS, MAX_RATIO, MAX_TREE_BYTES, hidden, member_path
from snntrainer3d.data.own.unpacking import Allowance, place_of_its_own, unpack
from snntrainer3d.errors import FileFormatError

SPIKE_FILES = (".h5", ".hdf5")
_WHOLE = (*SPIKE_FILES, ".zip", ".gz")
_DEEPEST = 3
"""A zip of zips of gzipped files."""
_NAMED = (".npz", ".csv", ".tsv", ".txt", *_WHOLE)
"""Endings that say of what kind a file is; an upload's own name has none."""
_PAIR_HINT = "Call them as they are published: shd_train.h5 and shd_test.h5, or Train.zip and Test.zip."


@dataclass(frozen=True, slots=True)
class Portion:
    """A file or folder with some of the samples."""

    path: Path
    name: str
    test: bool | None = None
    """Whether its samples are for the test; None where there is one portion alone."""
    validation: bool = False
    """Whether its maker kept it for validation, which here is a share of the training samples."""


def title_of(paths: Sequence[Path]) -> str:
    """Give what files are called together: their name without the part that tells them apart, else their folder's.

    The page calls what it packs alike; `tests/golden/titles.json` holds both to the same.
    """
    if len(paths) == 1:
        return paths[0].name
    roles = "|".join((*TRAIN, *TEST, *VALIDATION))
    stem = re.sub(rf"(?ai)(^|[^a-z])({roles})(?![a-z])", r"\1", paths[0].name.split(".")[0]).strip("-_. ")
    folder = paths[0].parent.name
    return stem or (folder if folder.strip(".") else "data")


@contextmanager
def opened_portions(paths: Sequence[Path], name: str) -> Iterator[list[Portion]]:
    """Give the files while they are open; raises FileFormatError where it is not clear which are for the test."""
    with ExitStack() as stack:
        whole, allowed = len(paths) == 1, Allowance(name, MAX_TREE_BYTES)
        found = [one for path in paths for one in _inside(path, _own_name(path, name, whole), stack, allowed)]
        yield found if len(found) == 1 else _told_apart(found, name)


def _own_name(path: Path, name: str, whole: bool) -> str:
    return name if whole and not path.name.lower().endswith(_NAMED) else path.name


def _inside(path: Path, name: str, stack: ExitStack, allowed: Allowance, depth: int = 0) -> list[Portion]:
    if path.is_dir():
        inner = [(file, file.relative_to(path).as_posix()) for file in _whole_files(path)]
    elif depth < _DEEPEST:
        allowed = allowed.of(name, path.stat().st_size, MAX_RATIO)
        inner = _unpacked(path, name, stack, allowed)
    else:
        inner = []
    found = [one for file, called in inner for one in _inside(file, called, stack, allowed, depth + 1)]
    return found or [Portion(path, name)]


def _whole_files(folder: Path) -> list[Path]:
    """Give the files of a folder that hold many samples each; none where there are such of one sample each."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink()]
    return [files[at] for at in _holding_many([file.relative_to(folder).as_posix() for file in files])]


def _holding_many(names: Sequence[str]) -> list[int]:
    endings = [PurePosixPath(one).suffix.lower() for one in names]
    seen = [not hidden(one) for one in names]
    single = {ending for endings in ENDINGS.values() for ending in endings}
    if any(see and end in single for see, end in zip(seen, endings, strict=True)):
        return []
    return [at for at, end in enumerate(endings) if seen[at] and end in _WHOLE]


def _unpacked(path: Path, name: str, stack: ExitStack, allowed: Allowance) -> list[tuple[Path, str]]:
    """Give the files packed in one, unpacked for as long as the stack is open; none where there are none such."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] == b"\x1f\x8b":
        place = stack.enter_context(place_of_its_own())
        with gzip.open(path) as packed:
            return [(unpack(packed, place / "0", allowed), re.sub(r"(?i)\.gz$", "", name))]
    if start != b"PK\3\4" or name.lower().endswith(".npz"):
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            return _members(archive, stack, allowed)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, RuntimeError, struct.error):
        raise FileFormatError(f"{name} is not a whole zip file.", hint="Copy or pack it again.") from None


def _members(archive: zipfile.ZipFile, stack: ExitStack, allowed: Allowance) -> list[tuple[Path, str]]:
    members = [one for one in archive.infolist() if one.filename and not one.is_dir()]
    taken = [members[at] for at in _holding_many([member_path(one) for one in members])]
    if not taken:
        return []
    allowed.check(sum(one.file_size for one in taken))
    folder, found = stack.enter_context(place_of_its_own()), []
    for at, member in enumerate(taken):
        own = allowed.of(member.filename, member.compress_size, MAX_RATIO)
        with archive.open(member) as packed:
            found.append((unpack(packed, folder / str(at), own), member_path(member)))
    return found


def _told_apart(found: list[Portion], name: str) -> list[Portion]:
    faults = Faults(name)
    portions = []
    for one in found:
        words = set(re.split(r"[^a-z]+", one.name.lower()))
        test, train, validation = (bool(words & set(role)) for role in (TEST, TRAIN, VALIDATION))
        if test == (train or validation):
            said = "both for training and for the test" if test else "neither for training nor for the test"
            faults.add(one.name, f"is by its name {said}.", _PAIR_HINT)
        portions.append(Portion(one.path, one.name, test, validation and not train))
    for role, there in (
        ("the test", any(one.test for one in portions)),
        ("training", not all(one.test for one in portions)),
    ):
        if not faults and not there:
            faults.add("", f"none of the {len(found)} files is for {role}.", _PAIR_HINT)
    faults.tell()
    return portions
