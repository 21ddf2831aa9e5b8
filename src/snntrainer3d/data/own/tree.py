"""A folder or a zip of files by class: `cat/1.png`, or `train/cat/1.png` and `test/cat/9.png`.

What is not read is left out and told, and is a fault where a whole class would be gone.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from snntrainer3d.data.own.gathered import Faults
from snntrainer3d.data.own.report import LeftOut, first_few
from snntrainer3d.data.own.tree_files import ENDINGS, TEXTS, TreeFile, in_folder, in_zip
from snntrainer3d.errors import FileFormatError, writable
from snntrainer3d.spec import whole_text

TRAIN = ("train", "training", "trainings", "entrainement", "entrenamiento", "addestramento", "treino")
TEST = ("test", "testing", "holdout")
VALIDATION = ("val", "valid", "validation", "validierung", "validierungs", "dev", "devel", "development")
EITHER = ("eval", "evaluation")
"""Validation beside a test, else the test."""
_ROLES = {"training": TRAIN, "validation": VALIDATION, "test": TEST, "evaluation": EITHER}
_PART = re.compile(r"(?:[0-9]+[ _.-]*)?([a-z]+?)(?:[ _.-]*(?:set|data|images|samples|daten|bilder))?")
"""A part's name, perhaps with a number before it and a word behind it: training_set, 01_train, Testdaten."""
_SUBJECT = re.compile(
    r"(?:subject|subj|sub|person|patient|participant|speaker|user|proband|sujet|sujeto|id)[ _.-]*[0-9]+", re.IGNORECASE
)
"""Somebody whom samples are of."""
_CONVERT = "Convert to PNG, JPEG or WAV, or leave it out."


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file of a class."""

    path: str
    """As a person finds it, from the top of the folder or zip."""
    label: str
    test: bool | None
    """Whether it lies in test or in train; None where the tree is not split."""
    read: Callable[[], bytes]
    what: str
    """A picture, a sound or events."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a folder or zip by class, and how they were found."""

    leaves: list[Leaf]
    read: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A file with the part of the set that it lies in, and its place there."""

    file: TreeFile
    part: str
    """The outermost folder where it says train or test, else nothing."""
    parts: tuple[str, ...]
    """The class's folder, and what lies in it."""

    @property
    def label(self) -> str:
        """Return the class: the same letters, however a disk stores them; nothing outside of folders."""
        return unicodedata.normalize("NFC", self.parts[0]) if len(self.parts) > 1 else ""


@contextmanager
def opened_tree(path: Path, name: str, faults: Faults) -> Iterator[Tree]:
    """Give the files by class of a folder or zip while it is open; raises FileFormatError, LimitError.

    Args:
        faults: takes those of files that lie in no class's folder, to be told with what the others are at fault in.
    """
    if path.is_dir():
        yield _tree(in_folder(path), name, faults)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield _tree(in_zip(archive, name, faults), name, faults)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        raise FileFormatError(f"{name} is not a whole zip file.", hint="Copy or pack it again.") from None


def _tree(files: list[TreeFile], name: str, faults: Faults) -> Tree:
    if not any(file.is_sample for file in files):
        for file in files:
            if file.what == "link" or (file.what == "other" and file.ending not in TEXTS):
                faults.add(writable(file.path), f"is {_unread([file])}.", _CONVERT)
        faults.tell()
        raise FileFormatError(
            f"{name} holds no picture, no sound and no events.",
            hint="A folder for each class, with PNG or JPEG pictures, WAV sounds or .bin events in it.",
        )
    files = _without_outer(files)
    turned = _classes_outside(files)
    files = turned or files
    roles = _roles(files, faults)
    placed = _placed(files, roles)
    split = "test" in roles.values()
    leaves = []
    for one in placed:
        if not one.file.is_sample:
            continue
        path = writable(one.file.path)
        if not one.label:
            faults.add(
                path, "lies in no class's folder.", "Put it into a folder with its class's name, or leave it out."
            )
            continue
        if not whole_text(one.label):
            faults.add(path, "lies in a folder whose name is no text.", "Rename the folder.")
            continue
        test = roles.get(one.part) == "test" if split else None
        leaves.append(Leaf(path, one.label, test, one.file.read, one.file.what))
    if not leaves:
        faults.tell()
    _check_unread(placed, faults)
    _check_subjects(placed, faults)
    _check_names(leaves, faults)
    left_out = [
        LeftOut.of("files", [writable(file.path) for file in group], _unread(group))
        for what in ("other", "link")
        if (group := [file for file in files if file.what == what])
    ]
    outside = ["The outer folders are the classes, the folders in them the parts."] if turned else []
    return Tree(leaves, (*outside, *_reading(placed, roles)), tuple(left_out), tuple(_doubts(placed)))


def _without_outer(files: list[TreeFile]) -> list[TreeFile]:
    """Leave out folders that all samples lie in, as those that a zip or a folder is packed with."""
    while True:
        deep = [file.parts for file in files if file.is_sample and len(file.parts) > 1]
        if len({parts[0] for parts in deep}) != 1 or max(map(len, deep)) < 3:
            return files
        outer = deep[0][0]
        files = [
            replace(one, parts=one.parts[1:]) if one.parts[0] == outer and len(one.parts) > 1 else one for one in files
        ]


def _classes_outside(files: list[TreeFile]) -> list[TreeFile]:
    """Return the files with part and class exchanged where every class has its own train and test; else nothing."""
    samples = [file for file in files if file.is_sample]
    roles = {_role(file.parts[1]) if len(file.parts) == 3 else "" for file in samples}
    if "" in roles or len(roles) < 2 or any(_role(file.parts[0]) for file in samples):
        return []
    return [
        replace(one, parts=(one.parts[1], one.parts[0], *one.parts[2:])) if len(one.parts) > 2 else one for one in files
    ]


def _role(folder: str) -> str:
    letters = "".join(one for one in unicodedata.normalize("NFKD", folder) if not unicodedata.combining(one))
    named = _PART.fullmatch(letters.lower())
    return next((role for role, names in _ROLES.items() if named and named[1] in names), "")


def _roles(files: list[TreeFile], faults: Faults) -> dict[str, str]:
    """Return the outermost folders that are for training, validation or the test; none where they are classes."""
    inner: dict[str, set[str]] = {}
    for file in files:
        if file.is_sample and len(file.parts) > 1:
            inner.setdefault(file.parts[0], set()).update(file.parts[1:-1][:1])
    roles = {folder: role for role in _ROLES for folder in inner if _role(folder) == role}
    otherwise = "validation" if "test" in roles.values() else "test"
    roles = {folder: otherwise if role == "evaluation" else role for folder, role in roles.items()}
    others = [folder for folder in inner if folder not in roles]
    alike = any(inner[one] & inner[other] for one in others for other in roles)
    if len(inner) < 2 or (len(set(roles.values())) < 2 and others and not alike):
        return {}  # One class among others may be called train
    for folder in others:
        message = f"lies beside {_list(roles)}, and is neither for training nor for the test."
        faults.add(writable(folder), message, "Put its samples into one of them, or leave it out.")
    if set(roles.values()) == {"test"}:
        faults.add("", f"{_list(roles)} are for the test, and none for training.", "Put samples into train/.")
        faults.tell()
    return roles


def _placed(files: list[TreeFile], roles: dict[str, str]) -> list[_Placed]:
    """Part the files by their roles; in each may be one folder more that all lie in: train/pets/cat."""
    placed = [
        _Placed(file, file.parts[0], file.parts[1:]) if file.parts[0] in roles else _Placed(file, "", file.parts)
        for file in files
    ]
    inner: dict[str, set[tuple[str, ...]]] = {}
    for one in placed:
        if one.file.is_sample and one.part:
            inner.setdefault(one.part, set()).add(one.parts[:-1][:2])
    if not inner or any(
        len({folders[:1] for folders in two}) > 1 or min(map(len, two)) < 2 or len(two) < 2 for two in inner.values()
    ):
        return placed
    return [replace(one, parts=one.parts[1:]) if one.part and len(one.parts) > 1 else one for one in placed]


def _check_unread(placed: list[_Placed], faults: Faults) -> None:
    """Note classes of which no file is read; a folder of notes is none."""
    read = {one.label for one in placed if one.file.is_sample}
    gone: dict[str, list[TreeFile]] = {}
    for one in placed:
        if one.file.what in ("other", "link") and one.label and one.label not in read:
            gone.setdefault(one.label, []).append(one.file)
    for label, files in gone.items():
        if any(file.what == "link" or file.ending not in TEXTS for file in files):
            hint = "Convert them to PNG, JPEG or WAV, or leave the folder out."
            faults.add(f"class {writable(label)}", f"has no file that is read; they are {_unread(files)}.", hint)


def _check_subjects(placed: list[_Placed], faults: Faults) -> None:
    """Note folders of subjects that would be taken for classes: the same folders lie in each."""
    inner: dict[str, set[str]] = {}
    for one in placed:
        if one.file.is_sample and one.label:
            inner.setdefault(one.label, set()).update(one.parts[1:-1][:1])
    both = sorted(set.intersection(*inner.values())) if inner else []
    if len(inner) > 1 and len(both) > 1 and all(_SUBJECT.fullmatch(label) for label in inner):
        faults.add(
            first_few(sorted(inner)),
            f"are subjects by their names, and each holds the same folders, which look like the classes: "
            f"{first_few(both)}.",
            "Put the samples of all subjects into one folder for each class.",
        )


def _check_names(leaves: list[Leaf], faults: Faults) -> None:
    """Note classes that are named differently in training and in the test: by letter case or spaces alone."""
    alike: dict[str, list[str]] = {}
    for label in sorted({leaf.label for leaf in leaves}):
        alike.setdefault("".join(label.casefold().split()), []).append(label)
    for names in (names for names in alike.values() if len(names) > 1):
        parts = [{leaf.test for leaf in leaves if leaf.label == label} for label in names]
        if not set.intersection(*parts):
            message = f"is named differently in training and test: {_list(names)}."
            faults.add(f"class {writable(names[0])}", message, "Name its folder alike in both.")


def _reading(placed: list[_Placed], roles: dict[str, str]) -> Iterator[str]:
    """Say how the tree was read."""
    if roles:
        test = [folder for folder, role in roles.items() if role == "test"]
        train = [folder for folder in roles if folder not in test]
        said = (
            f"those in {_list(test)} are for the test."
            if test
            else "no folder is for the test, which gets a share of all."
        )
        yield f"The samples in {_list(train)} are for training; {said}"
        if kept := [folder for folder, role in roles.items() if role == "validation"]:
            yield f"What {_list(kept)} keeps for validation is among the training samples."
    samples = [one for one in placed if one.file.is_sample]
    known = {ending for endings in ENDINGS.values() for ending in endings}
    if by_content := [one.file for one in samples if one.file.ending not in known]:
        kinds = " and ".join(sorted({f"{file.what}s" for file in by_content}))
        yield f"By their content, these files are read as {kinds}: {_by_ending(by_content)}."
    if within := sorted({f"{one.label}/{one.parts[1]}" for one in samples if len(one.parts) > 2}):
        yield f"Folders within a class's folder belong to the class: {first_few(within)}."


def _doubts(placed: list[_Placed]) -> Iterator[str]:
    if empty := [one.file.path for one in placed if one.file.what == "empty" and len(one.parts) == 2]:
        yield f"A folder is empty: {first_few(empty)}."
    inner: dict[str, set[str]] = {}
    for one in placed:
        if one.file.is_sample and len(one.parts) > 2:
            inner.setdefault(one.label, set()).add(one.parts[1])
    if len(inner) > 1 and len(both := sorted(set.intersection(*inner.values()))) > 1:
        yield f"The folders {first_few(both)} lie in every class's folder; are these the classes?"


def _unread(files: Sequence[TreeFile]) -> str:
    """Return why files are left out, with how many there are of each ending."""
    if files[0].what == "link":
        return "a link, which is not followed" if len(files) == 1 else "links, which are not followed"
    return f"of no kind that is read: {_by_ending(files)}"


def _by_ending(files: Sequence[TreeFile]) -> str:
    counts = Counter(file.ending or "without an ending" for file in files)
    return ", ".join(f"{count:,} {ending}" for ending, count in counts.most_common())


def _list(names: Iterable[str]) -> str:
    told = [writable(name) for name in names]
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))
