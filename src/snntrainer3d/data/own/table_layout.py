"""What the columns of a table are: found from its first rows, and from what a person says of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from snntrainer3d.data.own.gathered import MAX_FEATURES, Choice, Faults
from snntrainer3d.data.own.report import LeftOut, first_few
from snntrainer3d.data.own.table_text import (
    Comments,
    TableText,
    decimal_of,
    delimiter_name,
    delimiter_of,
    is_grouped,
    is_missing,
    number,
    records,
)
from snntrainer3d.errors import FileFormatError, LimitError

LABELS = ("label", "labels", "class", "classes", "target", "targets", "species", "category")
_WEAK_LABEL = "y"
"""Of points in space it is a coordinate, so that a column of words comes first."""
_ROW_NUMBER = re.compile(
    r"unnamed(: ?\d+)*(\.\d+)?|#|ids?|index|idx|rows?|nr|no|row[_. ]?(id|nr|no|number|names?)|sample[_. ]?id|"
)
_AROUND = re.compile(r"([^\d\s+.,-]*)\s*[+-]?[\d.,]*\d\s*([^\d\s]*)")
"""A number with what stands around it: a unit or the sign of a currency."""
_LOOKED_AT = 1_000
_THOUSANDS = {
    ",": re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+"),
    ".": re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the columns of a table were understood."""

    delimiter: str
    decimal: str
    header_row: int
    """The row that names the columns; 0 where a comment does, or nothing."""
    has_header: bool
    names: tuple[str, ...]
    """Of all columns; their numbers from 1 where nothing names them."""
    label: int
    why_label: str
    inputs: tuple[int, ...]
    percent: frozenset[int] = frozenset()
    """Columns of which every number has a percent sign."""
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ignored(self) -> tuple[str, ...]:
        """Return the names of the columns that are neither label nor input."""
        return tuple(self.title(at) for at in range(len(self.names)) if at != self.label and at not in self.inputs)

    def title(self, place: int) -> str:
        """Return a column's name, or its number from 1 where it has none."""
        return self.names[place] or str(place + 1)

    def numbers_rows(self, place: int) -> bool:
        """Tell whether a column is called as those that number or name the rows."""
        return self.has_header and _ROW_NUMBER.fullmatch(self.names[place].casefold()) is not None

    def without(self, places: Sequence[int], reason: str) -> Layout:
        """Return the layout with some inputs left out for a reason."""
        if not places:
            return self
        left = LeftOut.of("columns", [self.title(place) for place in places], reason)
        inputs = tuple(place for place in self.inputs if place not in places)
        return replace(self, inputs=inputs, left_out=(*self.left_out, left))


@dataclass(slots=True)
class _Columns:
    """The first rows of a table, cut into columns."""

    names: list[str] | None
    body: list[list[str]]
    decimal: str
    faults: Faults
    width: int = 0
    cells: list[list[str]] = field(default_factory=list)
    """Of each column, those of rows that have it."""

    def cut(self, width: int) -> None:
        """Take the first so many columns."""
        self.width = width
        self.cells = [[row[place] for row in self.body if len(row) > place] for place in range(width)]
        if self.names is not None:
            self.names = [*self.names[:width], *[""] * (width - len(self.names))]

    def of_words(self, place: int) -> bool:
        """Tell whether most values of a column are no numbers."""
        held = [cell for cell in self.cells[place] if not is_missing(cell)]
        return sum(_is_number(cell, self.decimal) for cell in held) * 2 < len(held)

    def find(self, asked: str, option: str) -> int | None:
        """Return the place of a column asked for by its name, else by its number from 1; else a fault is noted."""
        wanted, names = asked.strip(), self.names or []
        same = [at for at, name in enumerate(names) if name == wanted]
        same = same or [at for at, name in enumerate(names) if name.casefold() == wanted.casefold()]
        if len(same) > 1:
            hint = f"Give its number, {' or '.join(str(at + 1) for at in same)}."
            self.faults.add(option, f"{len(same)} columns are called {wanted!r}.", hint)
        if same:
            return same[0]
        if re.fullmatch(r"[0-9]{1,6}", wanted) and 1 <= int(wanted) <= self.width:
            return int(wanted) - 1
        held = first_few([name or "(no name)" for name in names], most=20) or f"1 to {self.width}"
        self.faults.add(option, f"there is no column {wanted!r}.", f"The columns are {held}.")
        return None


def layout_of(text: TableText, name: str, said: Choice) -> Layout:
    """Find what the columns are; raises FileFormatError, InputError, LimitError."""
    faults, comments = Faults(name), Comments()
    delimiter = delimiter_of(text, said.delimiter)
    found = list(islice(records(text, delimiter, name, comments), _LOOKED_AT))
    if not found:
        raise FileFormatError(f"{name} is empty.")
    decimal = decimal_of([cells for _, cells in found], said.decimal)
    above = _above_header(found, decimal) if said.header is not False else 0
    titles, found = [f"row {row}" for row, _ in found[:above]], found[above:]
    rows = [cells for _, cells in found]
    if decimal == delimiter and not any(decimal in cell for row in rows for cell in row):
        message = f"{decimal} cannot be both the decimal sign and what separates columns."
        faults.add("decimal", message, "Say what separates columns, as with --delimiter semicolon.")
        faults.tell()
    header_row, names = _header(found, comments, delimiter, decimal, said.header)
    columns = _Columns(names, rows[1:] if header_row else rows, decimal, faults)
    if not columns.body:
        faults.add("", "there is a header and no row.")
        faults.tell()
    left_out = [LeftOut.of("rows", titles, "stand above the header") if titles else None, _cut(columns)]
    if columns.width > MAX_FEATURES:
        raise LimitError(f"{name} has {columns.width:,} columns, at most {MAX_FEATURES:,} are taken.")
    if columns.width < 2:
        hint = "Separate columns by commas, semicolons or tabs, or say what separates them with --delimiter."
        faults.add(f"row {found[0][0]}", "has one column, expected numbers and a label.", hint)
        faults.tell()
    chosen = {place for asked in said.ignore if (place := columns.find(asked, "ignore")) is not None}
    label, why = _label(columns, said, chosen)
    if label in chosen:
        faults.add("ignore", "the label cannot be left out.", "Choose another column for it with --label.")
    faults.tell()
    called = tuple(columns.names or map(str, range(1, columns.width + 1)))
    inputs = tuple(place for place in range(columns.width) if place != label)
    layout = Layout(
        delimiter,
        decimal,
        header_row,
        columns.names is not None,
        called,
        label,
        why,
        inputs,
        left_out=tuple(one for one in left_out if one),
        notes=_notes(columns, label, said),
    )
    layout = layout.without(sorted(chosen), "left out as chosen")
    return _without_words(layout, columns)


def _header(
    found: Sequence[tuple[int, list[str]]], comments: Comments, delimiter: str, decimal: str, said: bool | None
) -> tuple[int, list[str] | None]:
    """Return the row of the header, 0 where there is none or a comment has it, and the names of the columns."""
    row, head = found[0]
    rows = [cells for _, cells in found]
    if said or (said is None and _names_columns(rows, decimal)):
        return row, head
    if said is None and comments.header:
        names = [cell.strip() for cell in comments.header.split(delimiter)]
        if len(names) == len(head) and not any(_is_number(name, decimal) for name in names):
            return 0, names
    return 0, None


def _above_header(found: Sequence[tuple[int, list[str]]], decimal: str) -> int:
    """Return how many rows of one cell, as titles are, stand above a header of several."""
    above = next((at for at, (_, cells) in enumerate(found) if sum(map(bool, cells)) > 1), 0)
    below = [cells for _, cells in found[above:]]
    if not above or len(below) < 2 or any(_is_number(cell, decimal) for cell in below[0]):
        return 0
    return above if _names_columns(below, decimal) else 0


def _names_columns(rows: Sequence[Sequence[str]], decimal: str) -> bool:
    """Tell whether the first row names the columns: words stand over most columns of numbers, or over one its use."""
    head, body = rows[0], rows[1:]
    if any(cell.casefold() in (*LABELS, _WEAK_LABEL) for cell in head):
        return True
    over_numbers = [
        _is_number(cell, decimal) or is_grouped(cell)
        for place, cell in enumerate(head)
        if not is_missing(cell) and _counts(rows[1:] or rows, place, decimal)
    ]
    if not body:
        return not over_numbers
    return bool(over_numbers) and sum(over_numbers) * 2 <= len(over_numbers)


def _counts(rows: Sequence[Sequence[str]], place: int, decimal: str) -> bool:
    """Tell whether most values of a column are numbers."""
    held = [row[place] for row in rows if len(row) > place and not is_missing(row[place])]
    return bool(held) and sum(_is_number(cell, decimal) for cell in held) * 2 >= len(held)


def _is_number(cell: str, decimal: str) -> bool:
    return number(cell.removesuffix("%").rstrip(), decimal) is not None


def _cut(columns: _Columns) -> LeftOut | None:
    """Find how many columns there are; return those without a name and a value at the end."""
    filled = [_filled(row) for row in columns.body]
    named = columns.names
    if named is None:
        counts = Counter(filled)
        width = max(counts, key=lambda length: (counts[length], length))
    elif all(length == len(named) + 1 for length in filled) and named[-1]:
        columns.names = ["", *named]  # R names the rows without a name for that column
        width = len(named) + 1
    else:
        width = max(_filled(named), min(max(filled), len(named)))
    longest = max(map(len, [*columns.body, named or []]))
    columns.cut(width)
    if not longest > width >= max(filled):
        return None
    return LeftOut.of("columns", [str(place + 1) for place in range(width, longest)], "no name and no value")


def _filled(row: Sequence[str]) -> int:
    return max((place + 1 for place, cell in enumerate(row) if cell), default=0)


def _label(columns: _Columns, said: Choice, ignored: set[int]) -> tuple[int, str]:
    """Return the column of the label, and why it is taken for that."""
    if said.label:
        return columns.find(said.label, "label") or 0, "as chosen"
    lowered = ["" if at in ignored else name.casefold() for at, name in enumerate(columns.names or ())]
    known = [lowered.index(name) for name in LABELS if name in lowered]
    if known:
        return known[0], "by its name"
    left = [place for place in range(columns.width) if place not in ignored]
    words = [place for place in left if columns.of_words(place)]
    repeated = [place for place in words if len(set(columns.cells[place])) < len(columns.cells[place])]
    if len(repeated) == 1:
        return repeated[0], "the only one of words" if len(words) == 1 else "the only one of words that come again"
    if _WEAK_LABEL in lowered:
        return lowered.index(_WEAK_LABEL), "by its name"
    values = [at for at in left if columns.names is None or not _ROW_NUMBER.fullmatch(columns.names[at].casefold())]
    return max(values or left, default=0), "the last one, since none has a usual name"


def _notes(columns: _Columns, label: int, said: Choice) -> tuple[str, ...]:
    notes = []
    names = [name.casefold() for name in columns.names or ()]
    others = (
        [columns.names[at] for at, name in enumerate(names) if name in LABELS and at != label] if columns.names else []
    )
    if others and not said.label:
        notes.append(f"Called as labels are too, and taken as inputs: {first_few(others)}.")
    twice = [name for name, count in Counter(filter(None, columns.names or ())).items() if count > 1]
    if twice:
        notes.append(f"Several columns have the same name: {first_few(twice)}.")
    sign = columns.decimal
    signed = [cell for place in range(columns.width) if place != label for cell in columns.cells[place] if sign in cell]
    if signed and not said.decimal and all(map(_THOUSANDS[sign].fullmatch, signed)):
        read = signed[0].replace(sign, ".", 1)
        notes.append(
            f"Numbers such as {signed[0]} are read as {read}, with decimals. If {sign} separates thousands, "
            "write them without it."
        )
    return tuple(notes)


def _without_words(layout: Layout, columns: _Columns) -> Layout:
    """Leave out columns that name the rows or are empty; note as faults those of words; find those in percent."""
    faults, names_rows, empty = columns.faults, [], []
    percent = set()
    for place in layout.inputs:
        held = [cell for cell in columns.cells[place] if not is_missing(cell)]
        title = layout.title(place)
        if not held and layout.has_header and not layout.names[place]:
            empty.append(place)
        elif not held:
            hint = f"Fill it in, or leave it out with --ignore {_quoted(title)}."
            faults.add(f"column {title}", "has no value in any row.", hint)
        elif not columns.of_words(place):
            if all(cell.endswith("%") for cell in held):
                percent.add(place)
        elif layout.numbers_rows(place) and len(set(held)) == len(held):
            names_rows.append(place)
        else:
            faults.add(f"column {title}", *_why_words(held, layout.decimal, _quoted(title)))
    layout = layout.without(names_rows, "names the rows").without(empty, "no name and no value")
    if not layout.inputs:
        faults.add("", "there is no column of numbers beside the label.", "A sample needs a number at least.")
    faults.tell()
    return replace(layout, percent=frozenset(percent))


def _why_words(held: Sequence[str], decimal: str, title: str) -> tuple[str, str]:
    """Return what is wrong with a column that holds no numbers, and what to do."""
    other, shown = "," if decimal == "." else ".", f"as {_shown(held[0])}"
    if all(number(cell, other) is not None for cell in held):
        said = f"holds numbers with {other} as the decimal sign, {shown}; that of the table is {decimal}."
        return said, f"Write all alike, or say --decimal {other}."
    if all(is_grouped(cell) or number(cell, decimal) is not None or number(cell, other) is not None for cell in held):
        return f"holds numbers with separators of thousands, {shown}.", "Write them without: 1234.5 for 1,234.5."
    rest = f"leave it out with --ignore {title}"
    if (
        len(signs := {_AROUND.fullmatch(cell) and _AROUND.sub(r"\1 \2", cell) for cell in held}) == 1
        and None not in signs
    ):
        return (
            f"holds numbers with a unit, {shown}.",
            f"Write the numbers alone, with the unit in the header, or {rest}.",
        )
    return (
        f"holds words, {shown}, and is not the label.",
        f"Write numbers, choose it as the label with --label, or {rest}.",
    )


def _shown(cell: str) -> str:
    """Return a cell in quotes; signs that cannot be seen as spaces."""
    return repr(" ".join(cell.split()))[:40]


def _quoted(title: str) -> str:
    return title if re.fullmatch(r"[\w.-]+", title) else f'"{title}"'


def words_of(layout: Layout, encoding: str, rows: int) -> str:
    """Return in a sentence how a table was cut."""
    columns = f"{rows:,} rows of {len(layout.names):,} columns"
    cut = f"separated by {delimiter_name(layout.delimiter)}, with {layout.decimal} as the decimal sign"
    if not layout.has_header:
        head = "no header: columns are called by their numbers"
    elif layout.header_row:
        head = f"row {layout.header_row} is the header"
    else:
        head = "the comment before the first row is the header"
    return f"A table in {encoding}, {columns}, {cut}; {head}."
