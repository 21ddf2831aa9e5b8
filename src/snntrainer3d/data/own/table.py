"""CSV files: a row for each sample, numbers and a label."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int64

from snntrainer3d.data.own.gathered import MAX_SAMPLES, Choice, Faults, Gathered, check_classes, check_limits, labelled
from snntrainer3d.data.own.report import ImportReport, LeftOut, TableReading
from snntrainer3d.data.own.table_layout import Layout, layout_of, words_of
from snntrainer3d.data.own.table_text import (
    Comments,
    TableText,
    delimiter_name,
    is_grouped,
    is_missing,
    is_no_label,
    number,
    numbers,
    read_text,
    records,
)
from snntrainer3d.errors import LimitError

_TRAILING_ZERO = re.compile(r"(-?[0-9]+)[.,]0+")


def read_csv(path: Path, name: str, choice: Choice | None = None) -> Gathered:
    """Read a table; raises FileFormatError with every fault, InputError, LimitError.

    Its label is the column that was chosen, else the one of a usual name, else the only one of words, else the last.
    """
    text, comments, faults = read_text(path, name), Comments(), Faults(name)
    layout = layout_of(text, name, choice or Choice())
    written, values, places = _read(text, layout, name, comments, faults)
    faults.tell()
    numbering = _numbering(layout, values)
    kept = [at for at, place in enumerate(layout.inputs) if place not in numbering]
    layout = layout.without(numbering, "numbers the rows; rename it to have it as an input")
    plain = _without_zeros(written)
    labels, class_names = labelled(plain)
    if alone := _alone(labels):
        title = layout.title(layout.label)
        message = (
            f"is taken as the label ({layout.why_label}), and {alone} of its {len(class_names)} values stand in one row"
            " alone: they name no classes."
        )
        hint = "Choose the column of the classes with --label; numbers to be predicted are not learned."
        faults.add(f"column {title}", message, hint)
    else:
        check_classes(faults, labels, class_names)
    check_limits(faults, len(values), len(kept))
    faults.tell()
    report = _report(text, layout, comments, len(values))
    if set(class_names) != set(written):
        report = report.extended(read=("All labels end in .0, which is left out: 3 for 3.0.",))
    if spread := _spread_label(layout, values, plain):
        report = report.extended(notes=(spread,))
    what = f"{len(kept)} number{'' if len(kept) == 1 else 's'}"
    shape = (len(kept),)
    return Gathered(
        values[:, kept], labels, class_names, shape, what, scaling="columns", places=tuple(places), report=report
    )


def _read(
    text: TableText, layout: Layout, name: str, comments: Comments, faults: Faults
) -> tuple[list[str], Float64[np.ndarray, "row column"], list[str]]:
    """Return labels, numbers and places of all rows; their faults are noted."""
    width = len(layout.names)
    labels: list[str] = []
    values: list[np.ndarray] = []
    places: list[str] = []
    for row, cells in records(text, layout.delimiter, name, comments):
        if row <= layout.header_row:
            continue
        if len(cells) < width or any(cells[width:]):
            count = f"has {len(cells)} column{'' if len(cells) == 1 else 's'}, expected {width}."
            faults.add(f"row {row}", count, "Is a delimiter missing, or one too many?")
            continue
        label = cells[layout.label]
        if is_no_label(label):
            told = f"has no label{f' ({label})' if label else ''}."
            faults.add(f"row {row}", told, "Write its class, or leave the row out.")
        chosen = [_amount(cells[place], place, layout) for place in layout.inputs]
        found = numbers(chosen, layout.decimal)
        if found is None or not all(map(math.isfinite, found)):
            for place, cell in zip(layout.inputs, chosen, strict=True):
                _check_cell(row, place, cells[place], cell, layout, faults)
            continue
        if len(values) == MAX_SAMPLES:
            raise LimitError(f"{name} has more than {MAX_SAMPLES:,} rows, the most that are taken.")
        labels.append(label)
        values.append(np.array(found))
        places.append(f"row {row}")
    return labels, np.array(values), places


def _amount(cell: str, place: int, layout: Layout) -> str:
    """Return a cell as its number stands in it: of a column in percent before the sign."""
    if place not in layout.percent:
        return cell
    return cell[:-1].rstrip() if cell.endswith("%") else f"{cell} without %"


def _check_cell(row: int, place: int, written: str, cell: str, layout: Layout, faults: Faults) -> None:
    value = number(cell, layout.decimal)
    if value is not None and math.isfinite(value):
        return
    title = layout.title(place)
    where, got = f"row {row}, column {title}", f"got {written!r:.40}"
    if is_missing(written):
        hint = f"Fill it in, leave out the row, or leave out the column with --ignore {title}."
        faults.add(where, f"is missing{f' ({written})' if written else ''}.", hint)
    elif value is not None:
        faults.add(where, f"{got}, expected a finite number.", "It is larger than numbers of 64 bits are.")
    elif "%" in written or place in layout.percent:
        faults.add(where, f"{got}; of its column some have a percent sign and others have none.", "Write all alike.")
    elif is_grouped(written) or number(written, "," if layout.decimal == "." else ".") is not None:
        other = "," if layout.decimal == "." else "."
        hint = f"Write it without separators of thousands, or say --decimal {other}."
        faults.add(where, f"{got}, where {layout.decimal} is the decimal sign.", hint)
    else:
        or_leave = "" if any(map(str.isdigit, written)) else ", or leave the row out, as of units or totals"
        faults.add(where, f"{got}, expected a finite number.", f"Write a number such as -1.5 or 2e3{or_leave}.")


def _numbering(layout: Layout, values: Float64[np.ndarray, "row column"]) -> list[int]:
    """Return the columns that number the rows: called so, or first in a table without names and counting up by one."""
    found = []
    for at, place in enumerate(layout.inputs):
        column = values[:, at]
        if layout.numbers_rows(place):
            # A row that was copied, or two tables that were joined, have some numbers twice.
            whole = np.array_equal(column, np.floor(column)) and len(np.unique(column)) * 2 > len(column)
        else:
            first = not layout.has_header and place == 0 and len(column) > 2
            whole = first and column[0] in (0, 1) and bool(np.all(np.diff(column) == 1))
        if whole:
            found.append(place)
    return found if len(found) < len(layout.inputs) else []


def _alone(labels: Int64[np.ndarray, "row"]) -> int:
    """Return how many labels stand in one row alone, where they are most of at least eight; else 0."""
    counts = np.bincount(labels)
    alone = int(np.sum(counts == 1))
    return alone if len(counts) >= 8 and alone * 2 > len(counts) else 0


def _spread_label(layout: Layout, values: Float64[np.ndarray, "row column"], labels: Sequence[str]) -> str:
    """Return a note where the label is the last of neighbouring columns with one 1 in each row, else nothing."""
    if not set(labels) <= {"0", "1"}:
        return ""
    total, spread = np.array(labels, np.float64), [layout.label]
    for at in reversed([at for at, place in enumerate(layout.inputs) if place < layout.label]):
        if layout.inputs[at] != spread[0] - 1 or not np.isin(values[:, at], (0, 1)).all():
            break
        total, spread = total + values[:, at], [layout.inputs[at], *spread]
        if len(spread) > 2 and bool(np.all(total == 1)):
            named = ", ".join(layout.title(place) for place in spread)
            last = layout.title(layout.label)
            return (
                f"The columns {named} hold one 1 in each row, as a label does that is spread over columns. Only {last} "
                "is the label; the others are inputs that give it away. Write one column with the class's name."
            )
    return ""


def _without_zeros(labels: Sequence[str]) -> list[str]:
    """Return 3 for 3.0 where all labels are such, as spreadsheets write whole numbers; else labels as they are."""
    found = [_TRAILING_ZERO.fullmatch(label) for label in labels]
    return [one[1] for one in found if one] if all(found) else list(labels)


def _report(text: TableText, layout: Layout, comments: Comments, rows: int) -> ImportReport:
    left_out = list(layout.left_out)
    header = comments.header_row if layout.has_header and not layout.header_row else 0
    if places := [f"row {row}" for row in comments.rows if row != header]:
        left_out.append(LeftOut.of("rows", places, "begin with #, as comments do"))
    notes = list(layout.notes)
    if text.guessed:
        notes.append(
            f"The text is not UTF-8 and was read as {text.encoding}: look whether the classes' names are right."
        )
    read = [words_of(layout, text.encoding, rows)]
    if layout.percent:
        named = ", ".join(layout.title(place) for place in sorted(layout.percent))
        read.append(f"Numbers with a percent sign are read without it: {named}.")
    title = layout.title(layout.label)
    table = TableReading(
        tuple(layout.title(place) for place in range(len(layout.names))),
        title,
        layout.ignored,
        layout.has_header,
        delimiter_name(layout.delimiter),
        layout.decimal,
    )
    return ImportReport(
        read=tuple(read),
        label=f"The label is the column {title} ({layout.why_label}).",
        left_out=tuple(left_out),
        notes=tuple(notes),
        table=table,
    )
