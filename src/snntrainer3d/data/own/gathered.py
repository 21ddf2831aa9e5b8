"""What a reader makes of a file: samples with labels, or every fault of it at its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Int64

from snntrainer3d.data.own.report import ImportReport
from snntrainer3d.errors import Fault, FileFormatError, printable

MAX_SAMPLES = 500_000
MAX_VALUES = 400_000_000
"""Of all samples together."""
MAX_FEATURES = 100_000
"""Of one sample at one time: the largest input that a network takes."""
MAX_CLASSES = 1_000
MAX_FRAMES = 10_000
MOST_TOLD = 20
_LONGEST_NAME = 60
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
"""Not what `str.isdigit` takes, as ² or ①, of which `int` makes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person says of own data beside the file."""

    side: int | None = None
    """Height and width that pictures and frames of events are brought to, or channels; None for as they are."""
    over_time: bool = False
    """Whether the second axis of an NPZ's samples is time."""
    test_share: float = 0.2
    """Share kept for the test where the file does not split itself."""
    frames: int = 20
    """Of events: into how many frames they are counted."""
    clip: int = 4
    """Of events: the most that count at one place of a frame."""
    polarity: bool = True
    """Of events: whether brighter and darker are channels of their own."""
    label: str = ""
    """Of a table, the column of the label by its name or number from 1; of an NPZ, the array."""
    ignore: tuple[str, ...] = ()
    """Of a table, the columns to leave out, by name or number."""
    header: bool | None = None
    """Of a table: whether its first row names the columns; None to find out."""
    delimiter: str = ""
    """Of a table: what stands between columns, a sign or comma, semicolon, tab, space, pipe; empty to find out."""
    decimal: str = ""
    """Of a table: the decimal sign, `.` or `,`; empty to find out."""

    def of_tables(self) -> list[str]:
        """Return the names of what was said that has a meaning for tables alone."""
        keys = ("ignore", "header", "delimiter", "decimal")
        return [key for key in keys if getattr(self, key) not in ((), None, "")]


@dataclass(frozen=True, eq=False, slots=True)
class Gathered:
    """Samples of own data."""

    inputs: np.ndarray
    """[sample …] or of data over time [sample time …], as `scaling` says."""
    labels: Int64[np.ndarray, "sample"]
    class_names: tuple[str, ...]
    shape: tuple[int, ...]
    """Of one sample at one time."""
    what: str
    """What the samples are, in words: pictures of 28×28."""
    frames: int = 0
    tests: np.ndarray | None = None
    """True for the samples that the file itself keeps for the test."""
    report: ImportReport = field(default_factory=ImportReport)
    """How it was read."""
    scaling: Literal["unit", "values", "columns"] = "unit"
    """`unit`: values are bytes of which 255 means 1, or float32 from 0 to 1. What numbers of other ranges mean is found
    in the training samples, `columns` each for itself, `values` all together."""
    places: tuple[str, ...] = ()
    """Where each sample is found in what was given: a file, a row; empty where they are counted from 0."""


class Faults:
    """Collects every fault of a file and tells them together."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: list[Fault] = []

    def add(self, path: str, message: str, hint: str = "") -> None:
        """Note a fault at a row or file."""
        self._found.append(Fault(path, message, hint))

    def take(self, others: Faults, where: str) -> None:
        """Note the faults of a part, with what to say before their places."""
        self._found.extend(Fault(where + one.path, one.message, one.hint) for one in others._found)

    def __bool__(self) -> bool:
        return bool(self._found)

    def tell(self) -> None:
        """Raise FileFormatError where there were faults; of very many the first ones, and how many there are."""
        if not self._found:
            return
        count = len(self._found)
        told = self._found[:MOST_TOLD]
        if count > MOST_TOLD:
            told.append(Fault("", f"and {count - MOST_TOLD:,} more faults."))
        words = "one fault" if count == 1 else f"{count:,} faults"
        raise FileFormatError(f"{self._name} has {words}.", path=told[0].path, hint=told[0].hint, faults=told)


def labelled(names: Sequence[str]) -> tuple[Int64[np.ndarray, "sample"], tuple[str, ...]]:
    """Give labels as numbers and the classes' names: numbers in their order, other names in that of the alphabet."""
    found = set(names)
    numeric = all(map(_WHOLE_NUMBER.fullmatch, found))
    classes = sorted(found, key=lambda name: (int(name), name)) if numeric else sorted(found)
    place = {name: at for at, name in enumerate(classes)}
    return np.array([place[name] for name in names], np.int64), tuple(classes)


def check_classes(faults: Faults, labels: Int64[np.ndarray, "sample"], class_names: Sequence[str]) -> None:
    """Note classes that nothing can be learned of."""
    if len(class_names) < 2:
        said = f"only one class, {class_names[0]!r}" if class_names else "no class"
        faults.add(
            "", f"there is {said}; at least two are told apart.", "Give each class a folder or label of its own."
        )
    if len(class_names) > MAX_CLASSES:
        message = f"there are {len(class_names):,} classes, at most {MAX_CLASSES:,} are taken."
        faults.add("", message, "Is the right column or array the label? Choose it with --label.")
        return
    counts = np.bincount(labels, minlength=len(class_names))
    for name, count in zip(class_names, counts.tolist(), strict=True):
        if count < 2:
            hint = "Add samples of it, or leave the class out."
            faults.add(f"class {name}", f"has {count} sample, at least two are needed to train and to test.", hint)
        if wrong := _wrong_name(name):
            shown = printable(" ".join(name.splitlines())[:20])
            faults.add(f"class {shown}{'…' * (len(name) > 20)}", wrong, "Name it otherwise.")


def _wrong_name(name: str) -> str:
    """Say what is wrong with a class's name; nothing of a good one."""
    if len(name) > _LONGEST_NAME:
        return f"has a name of {len(name):,} characters, at most {_LONGEST_NAME} are taken."
    if len(name.splitlines()) > 1:
        return "has a line break in its name."
    return "" if name.isprintable() else "has a name with characters that cannot be shown."


def check_limits(faults: Faults, samples: int, each: int, frames: int = 0, less: str = "Take fewer samples.") -> None:
    """Note what is larger than is taken; `less` says what would make it smaller."""
    if samples > MAX_SAMPLES:
        faults.add("", f"there are {samples:,} samples, at most {MAX_SAMPLES:,} are taken.")
    if each > MAX_FEATURES:
        message = f"a sample has {each:,} values at one time, at most {MAX_FEATURES:,} are taken."
        faults.add("", message, "Make the pictures smaller.")
    if frames > MAX_FRAMES:
        faults.add("", f"a sample has {frames:,} moments, at most {MAX_FRAMES:,} are taken.")
    if samples * each * max(1, frames) > MAX_VALUES:
        total = samples * each * max(1, frames)
        faults.add("", f"there are {total:,} values in all, at most {MAX_VALUES:,} are taken.", less)
