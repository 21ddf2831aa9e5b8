"""Tables as text: which characters the bytes are, what separates columns, and how numbers are written.

Rows are cut by Python's csv. What a file does not say, as the delimiter, is found by reading its beginning in every way
that is possible and taking the one by which all rows have as many columns, most of them numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from snntrainer3d.errors import Fault, FileFormatError, InputError, LimitError

MAX_BYTES = 1_000_000_000
_LOOKED_AT = 300
"""Rows from which the delimiter and the decimal sign are found."""
_DELIMITERS = {"\t": "tab", ";": "semicolon", "|": "pipe", ",": "comma", " ": "space"}
"""The first of those that do equally well is taken: a comma may be a decimal sign, a space part of a name."""
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe\0\0", "utf-32", "UTF-32"),
    (b"\0\0\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ \t]*(\r\n|\r|\n|$)', re.IGNORECASE)
_PLAIN = re.compile(r"[0-9eE+\-.]+")
"""Of these characters alone `float` makes what people write; of others it takes 1_5 and infinity."""
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([.,'’ \u00a0\u2009\u202f])[0-9]{3}(\1[0-9]{3})*([.,][0-9]+)?")
_ERROR = re.compile(r"\s*#(N/A|NV|[^\W\d_]+[!?]|[^\W\d_]+/0[!?])")
"""What spreadsheets write where a formula failed, in any language: #DIV/0!, #NAME?, #WERT!."""
_MISSING = {"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "-", "--", "?", ".", "nat", "missing"}
_NO_LABEL = {"", "na", "n/a", "#n/a", "<na>", "nan", "null", "nat"}
"""Of a label, none, - and ? may be a class's name."""


@dataclass(frozen=True, slots=True)
class TableText:
    """A table as text."""

    text: str
    encoding: str
    separator: str = ""
    """What a first line such as `sep=;` says of the delimiter."""
    guessed: bool = False
    """Whether the encoding is a guess."""


@dataclass(slots=True)
class Comments:
    """Lines that begin with #, as they were passed."""

    rows: list[int] = field(default_factory=list)
    header: str = ""
    """The last one before the first row, without its #: NumPy writes the header so."""
    header_row: int = 0


def read_text(path: Path, name: str) -> TableText:
    """Read a table's characters; raises FileFormatError, LimitError."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise LimitError(f"{name} has {size:,} bytes, at most {MAX_BYTES:,} are read.")
    raw = path.read_bytes()
    codec, encoding, guessed = _encoding(raw)
    if guessed and (lines := _of_two_encodings(raw)):
        message = f"line {lines[0]} is UTF-8 and line {lines[1]} is not: the file was put together of two."
        raise FileFormatError(f"{name}: {message}", hint="Save all of it as UTF-8 text.")
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError as error:
        hint = "Save it as UTF-8 text."
        raise FileFormatError(f"{name}: byte {error.start} is no text in {encoding}.", hint=hint) from None
    if "\0" in text:
        raise FileFormatError(f"{name} is no text.", hint="Give a CSV, an NPZ, or a zip of pictures or sounds.")
    said = _SEPARATOR_LINE.match(text)
    return TableText(text, encoding, said[1] if said else "", guessed)


def records(
    table: TableText, delimiter: str, name: str, comments: Comments | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row's number, as a spreadsheet counts, and its cells; raises FileFormatError.

    Empty rows, lines that begin with #, and a first line `sep=;` are counted and passed over.
    """
    lines = _Lines(table.text, delimiter, comments or Comments())
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        lines.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            most = f"a cell of more than {csv.field_size_limit():,} characters"
            message = f"has a quote that is never closed, text behind a closed one, or {most}."
            hint = 'A quote within a cell is written twice: "5"" wide".'
            faults = [Fault(f"row {lines.row}", message, hint)]
            raise FileFormatError(f"{name} is not a whole table.", faults=faults) from None
        cells = [cell.strip() for cell in row]
        if any(cells):
            lines.comments_end = True
            yield lines.row, cells


def delimiter_of(table: TableText, said: str) -> str:
    """Return what separates columns: as it was said, else as the file says, else what makes the most even table."""
    if said:
        return _said_delimiter(said)
    if table.separator:
        return table.separator
    return max(_DELIMITERS, key=lambda one: _evenness(table, one))


def delimiter_name(delimiter: str) -> str:
    """Return a delimiter in a word."""
    return _DELIMITERS.get(delimiter, delimiter)


def decimal_of(rows: Sequence[Sequence[str]], said: str) -> str:
    """Return the decimal sign: as it was said, else that of most numbers that have one."""
    if said:
        if said not in (".", ","):
            raise InputError(f"got {said!r}, expected . or , as the decimal sign.", path="decimal")
        return said
    found = {
        sign: sum(sign in cell and number(cell.removesuffix("%"), sign) is not None for row in rows for cell in row)
        for sign in ".,"
    }
    return "," if found[","] > found["."] else "."


def numbers(cells: Sequence[str], decimal: str) -> list[float] | None:
    """Return the numbers that cells hold in ordinary notation, None where one holds none."""
    plain = cells
    if decimal != ".":
        plain = [cell.replace(".", "?").replace(decimal, ".") for cell in cells]
    if not _PLAIN.fullmatch("".join(plain)):
        plain = [cell.replace("\u2212", "-") for cell in plain]  # the typographic minus of some spreadsheets
        if not _PLAIN.fullmatch("".join(plain)):
            return None
    try:
        return list(map(float, plain))
    except ValueError:
        return None


def number(cell: str, decimal: str) -> float | None:
    """Return the number that a cell holds in ordinary notation, None where it holds none."""
    found = numbers([cell], decimal)
    return found[0] if found else None


def is_missing(cell: str) -> bool:
    """Tell whether a cell says that there is no value."""
    return cell.casefold() in _MISSING or _ERROR.fullmatch(cell) is not None


def is_no_label(cell: str) -> bool:
    """Tell whether a cell says that there is no label."""
    return cell.casefold() in _NO_LABEL or _ERROR.fullmatch(cell) is not None


def is_grouped(cell: str) -> bool:
    """Tell whether a cell may be a number with separators of thousands: 1,234 or 1.234.567,8."""
    return _GROUPED.fullmatch(cell) is not None


class _Lines:
    """The lines of a text for csv.reader, without comments; a comment can begin only where a row can."""

    def __init__(self, text: str, delimiter: str, comments: Comments) -> None:
        self._lines = io.StringIO(text, newline="")  # ends of all kinds, each kept
        self._delimiter = delimiter
        self._comments = comments
        self._within = False
        self.row = 0
        self.comments_end = False

    def begin(self) -> None:
        """Say that the next line begins a row."""
        self._within = False

    def _is_error(self, line: str) -> bool:
        """Tell whether a line begins with the failure of a formula, and no comment."""
        found = _ERROR.match(line)
        return found is not None and line[found.end() :].lstrip(" ")[:1] == self._delimiter

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            line = next(self._lines)
            if self._within:
                return line
            self.row += 1
            if self.row == 1 and _SEPARATOR_LINE.fullmatch(line):
                continue
            # A column called # is no comment: its delimiter follows at once.
            comment = line.lstrip().startswith("#") and not self._is_error(line)
            if not comment or line.lstrip()[1:2] == self._delimiter.strip(" ") != "":
                self._within = True
                return line
            self._comments.rows.append(self.row)
            if not self.comments_end:
                self._comments.header = line.strip().lstrip("#").strip()
                self._comments.header_row = self.row


def _encoding(raw: bytes) -> tuple[str, str, bool]:
    for mark, codec, words in _BOMS:
        if raw.startswith(mark):
            return codec, words, False
    start = raw[:4096]
    for at, codec in ((1, "utf-16-le"), (0, "utf-16-be")):  # Latin letters have every other byte empty
        if len(start) >= 4 and start[at::2].count(0) > len(start) * 0.3 and not start[1 - at :: 2].count(0):
            return codec, "UTF-16", False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", "Windows-1252", True
    return "utf-8", "UTF-8", False


def _of_two_encodings(raw: bytes) -> tuple[int, int] | None:
    """Return the numbers of a line with letters in UTF-8 and of one with others; None where all are alike."""
    found: dict[bool, int] = {}
    for at, line in enumerate(raw.splitlines(), 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            found.setdefault(False, at)
        else:
            found.setdefault(True, at)
    return (found[True], found[False]) if len(found) == 2 else None


def _said_delimiter(said: str) -> str:
    by_word = {word: sign for sign, word in _DELIMITERS.items()}
    sign = by_word.get(said.strip().lower(), "\t" if said == "\\t" else said)
    if len(sign) != 1 or sign in '"#\r\n' or sign.isalnum():
        words = ", ".join(sorted(by_word))
        raise InputError(f"got {said!r}, expected one sign between columns.", path="delimiter", hint=f"Or {words}.")
    return sign


def _evenness(table: TableText, delimiter: str) -> float:
    """Tell how well a delimiter cuts: the share of rows of the usual length, times the share of numbers in them."""
    try:
        rows = [cells for _, cells in islice(records(table, delimiter, ""), _LOOKED_AT)]
    except FileFormatError:
        return 0.0
    lengths = Counter(len(_without_empty_end(row)) for row in rows)
    if not lengths:
        return 0.0
    usual, count = max(lengths.items(), key=lambda pair: (pair[1], pair[0]))
    if usual < 2:
        return 0.0
    cells = [cell for row in rows[1:] or rows for cell in row]
    known = sum(
        number(cell, ".") is not None or number(cell, ",") is not None or cell.endswith("%") or is_missing(cell)
        for cell in cells
    )
    cut = count / len(rows) * (0.1 + known / max(1, len(cells)))
    if delimiter == " " and sum(any(map(_holds_delimiter, row)) for row in rows) * 2 > len(rows):
        cut *= 0.15  # its spaces stand before units, or in names
    return cut


def _holds_delimiter(cell: str) -> bool:
    """Tell whether a cell that is no number holds another delimiter than the space."""
    return any(sign in cell for sign in _DELIMITERS) and number(cell, ",") is None and number(cell, ".") is None


def _without_empty_end(row: list[str]) -> list[str]:
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]
