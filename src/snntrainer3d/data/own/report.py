"""How own data was read: shown before anything is kept, and stored with what is kept.

Every reader says in it what it understood of its file, what it left out and why, and by what it divided; what stops an
import is a fault and not in here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from snntrainer3d.errors import writable

_EXAMPLES = 5
Kind = Literal["files", "columns", "frames", "rows", "arrays"]
"""`frames` are further frames or pages of a picture of which one is used; `arrays` those of an NPZ."""


def first_few(names: Sequence[str], count: int | None = None, *, most: int = _EXAMPLES) -> str:
    """Return the first names of several as text, and how many more there are.

    Args:
        count: of all, where `names` holds only the first of them.
        most: that are named.
    """
    shown = names[:most]
    rest = (len(names) if count is None else count) - len(shown)
    return ", ".join(map(writable, shown)) + (f" and {rest:,} more" if rest > 0 else "")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Parts of what was given that are not used, for one reason."""

    kind: Kind
    count: int
    reason: str
    """Why, as a clause: are of no kind that is read."""
    examples: tuple[str, ...] = ()
    """The first few names."""

    @classmethod
    def of(cls, kind: Kind, names: Sequence[str], reason: str) -> LeftOut:
        """Return what is left out by its names, of which the first few are kept."""
        return cls(kind, len(names), reason, tuple(names[:_EXAMPLES]))

    def __str__(self) -> str:
        words = self.kind[:-1] if self.count == 1 else self.kind
        # A file may have several frames, and it is files that are named.
        told = first_few(self.examples, None if self.kind == "frames" else self.count)
        named = f" ({told})" if told else ""
        return f"{self.count:,} {words}{named}: {self.reason.rstrip('.')}."


@dataclass(frozen=True, slots=True)
class TableReading:
    """How a table was cut into columns; each of these can be chosen otherwise."""

    columns: tuple[str, ...]
    """All of them, in their order; numbers from 1 where there is no header."""
    label: str
    ignored: tuple[str, ...]
    header: bool
    delimiter: str
    decimal: str
    lows: tuple[float, ...] = ()
    """Of each column that is an input, the smallest training value: brought to 0."""
    highs: tuple[float, ...] = ()
    """The largest: brought to 1."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How own data was read, in sentences that end with a full stop."""

    read: tuple[str, ...] = ()
    """How the tree of folders and each table or array was read, a sentence each."""
    label: str = ""
    """Where the classes come from: The label is the column species."""
    scaling: tuple[str, ...] = ()
    """What was scaled by what."""
    axes: str = ""
    """The order of a sample's axes, where it has several: Samples are height × width × channel."""
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    """What may be wrong, each with a count and an example."""
    table: TableReading | None = None

    def extended(
        self,
        *,
        read: Sequence[str] = (),
        scaling: Sequence[str] = (),
        left_out: Sequence[LeftOut] = (),
        notes: Sequence[str] = (),
    ) -> ImportReport:
        """Return the report with more to say at the end of each part."""
        return replace(
            self,
            read=(*self.read, *read),
            scaling=(*self.scaling, *scaling),
            left_out=(*self.left_out, *left_out),
            notes=(*self.notes, *notes),
        )

    def sentences(self) -> tuple[str, ...]:
        """Return what was understood, without what was left out and without doubts."""
        return (*self.read, *filter(None, (self.label, self.axes)), *self.scaling)


def report_of(stored: Mapping[str, Any] | None) -> ImportReport:
    """Return a report as it was stored by `asdict`; an empty one for data kept by earlier versions.

    Raises KeyError, TypeError where it is damaged.
    """
    if stored is None:
        return ImportReport()
    table = stored["table"]
    return ImportReport(
        read=tuple(stored["read"]),
        label=str(stored["label"]),
        scaling=tuple(stored["scaling"]),
        axes=str(stored["axes"]),
        left_out=tuple(LeftOut(**{**one, "examples": tuple(one["examples"])}) for one in stored["left_out"]),
        notes=tuple(stored["notes"]),
        table=_table_of(table) if table else None,
    )


def _table_of(stored: Mapping[str, Any]) -> TableReading:
    whole: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}
    return TableReading(**whole)
