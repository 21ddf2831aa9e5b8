"""CSV files: a row for each sample, numbers and a label."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np

from snntrainer3d.data.own.gathered import (
    MAX_FEATURES,
    MAX_SAMPLES,
    Faults,
    Gathered,
    check_classes,
    check_limits,
    labelled,
)
from snntrainer3d.data.own.report import ImportReport
from snntrainer3d.errors import FileFormatError, LimitError

MAX_BYTES = 1_000_000_000
_LABELS = ("label", "class", "target", "species")
_SAMPLE = 65_536


def read_csv(path: Path, name: str) -> Gathered:
    """Read a CSV; raises FileFormatError with every fault.

    Its label is the column of that name, else the only one of words, else the last.
    """
    rows = _rows(path, name)
    header = None if _is_data(rows[0]) else [cell.strip() for cell in rows[0]]
    first = 1 if header is None else 2
    body = rows if header is None else rows[1:]
    faults = Faults(name)
    if header is not None and not body:
        faults.add("", "there is a header and no row.")
    faults.tell()
    columns = len(header) if header is not None else len(body[0])
    at = _label_column(header, body[0])
    if columns < 2:
        faults.add("row 1", "has one column, expected numbers and a label.", "Separate columns by commas.")
    faults.tell()
    names, values = _read(body, first, columns, at, header, faults)
    faults.tell()
    labels, class_names = labelled(names)
    check_classes(faults, labels, class_names)
    check_limits(faults, len(values), columns - 1)
    faults.tell()
    scaled = _scaled(values)
    note = "Each column is brought to 0–1 by its smallest and largest value."
    what = f"{columns - 1} numbers"
    return Gathered(scaled, labels, class_names, (columns - 1,), what, report=ImportReport(scaling=(note,)))


def _rows(path: Path, name: str) -> list[list[str]]:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise LimitError(f"{name} has {size:,} bytes, at most {MAX_BYTES:,} are read.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{name}: byte {error.start} is not UTF-8.", hint="Save it as UTF-8 text.") from None
    if "\0" in text:
        raise FileFormatError(f"{name} is no text.", hint="Give a CSV, an NPZ, or a zip of pictures or sounds.")
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text)) if any(map(str.strip, row))]
    except csv.Error as error:
        raise FileFormatError(f"{name} is not a CSV file: {error}.") from None
    if not rows:
        raise FileFormatError(f"{name} is empty.")
    if len(rows) > MAX_SAMPLES + 1 or len(rows[0]) > MAX_FEATURES:
        raise LimitError(
            f"{name} has {len(rows):,} rows of {len(rows[0]):,}; at most {MAX_SAMPLES:,} of {MAX_FEATURES:,} are taken."
        )
    return rows


def _delimiter(text: str) -> str:
    line = text[:_SAMPLE].lstrip().split("\n", 1)[0]
    return max(",;\t", key=line.count)


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _is_data(row: list[str]) -> bool:
    """Tell a row of numbers, its label perhaps a name, from a row of names."""
    return sum(_number(cell) is not None for cell in row) >= max(1, len(row) - 1)


def _label_column(header: list[str] | None, first: list[str]) -> int:
    """Find the column that says so, else the only one whose values are words, else the last."""
    lowered = [cell.lower() for cell in header or ()]
    columns = len(header) if header is not None else len(first)
    words = [place for place, cell in enumerate(first[:columns]) if _number(cell) is None]
    usual = words[0] if len(words) == 1 else columns - 1
    return next((lowered.index(word) for word in _LABELS if word in lowered), usual)


def _read(
    body: list[list[str]], first: int, columns: int, at: int, header: list[str] | None, faults: Faults
) -> tuple[list[str], list[list[float]]]:
    names: list[str] = []
    values: list[list[float]] = []
    for row, cells in enumerate(body, first):
        if len(cells) != columns:
            faults.add(f"row {row}", f"has {len(cells)} column{'' if len(cells) == 1 else 's'}, expected {columns}.")
            continue
        label = cells[at].strip()
        if not label:
            faults.add(f"row {row}", "has no label.")
        numbers = [_number(cell) for place, cell in enumerate(cells) if place != at]
        if None in numbers:
            place = [place for place in range(columns) if place != at][numbers.index(None)]
            column = header[place] if header is not None else f"{place + 1}"
            faults.add(f"row {row}, column {column}", f"got {cells[place]!r:.40}, expected a finite number.")
            continue
        names.append(_plain(label))
        values.append([number for number in numbers if number is not None])
    return names, values


def _plain(label: str) -> str:
    """Give 3 for 3.0: spreadsheets write whole numbers so."""
    number = _number(label)
    return str(int(number)) if number is not None and number == int(number) else label


def _scaled(values: list[list[float]]) -> np.ndarray:
    wide = np.array(values, np.float64)
    low, high = wide.min(axis=0), wide.max(axis=0)
    return ((wide - low) / np.where(high > low, high - low, 1.0)).astype(np.float32)
