"""Which runs, in which order: by any setting or result, computed by the database within the documents it holds."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from snntrainer3d.errors import Fault, SpecError
from snntrainer3d.runs.marks import SEPARATOR
from snntrainer3d.runs.tables import RUNS

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "~"]
COLUMNS = (
    "id", "name", "status", "created_at", "started_at", "ended_at", "dataset", "title", "neurons", "epochs",
    "parameters", "samples_per_second", "test_accuracy", "validation_accuracy", "macro_f1", "seed", "num_steps",
    "pace", "archived", "launcher", "imported", "notes", "train_seconds",
)  # fmt: skip
"""Of the row; whatever else is asked for lies in one of the documents."""


def _whole(document: Column[Any]) -> ColumnElement[Any]:
    """Give a document where it is JSON: SQLite would refuse the whole question for one that is damaged."""
    return case((func.json_valid(document) == 1, document))


_DOCUMENTS = {
    "training": (_whole(RUNS.c.spec), "$.training"),
    "network": (_whole(RUNS.c.spec), "$.network"),
    "results": (_whole(RUNS.c.results), "$"),
    "environment": (_whole(RUNS.c.environment), "$"),
}
_FIELD = re.compile(r"[A-Za-z_]\w*(?:\[(?:\d+|\*)\]|\.[A-Za-z_]\w*)*")
_CONDITION = re.compile(rf"\s*({_FIELD.pattern})\s*(!=|<=|>=|=|<|>|~)\s*(.*?)\s*", re.DOTALL)
NEWEST = "created_at"
_ANY = "[*]"
MOST_VALUES = 12
"""Different values of a field that are told."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A field compared with a value: a number, a text, true or false, or None for what is not known."""

    field: str
    operator: Operator
    value: float | str | bool | None


@dataclass(frozen=True, slots=True)
class Query:
    """Which runs are wanted; everything together."""

    search: str = ""
    """A text in name, id, data set, network, neurons, tags or notes."""
    status: Collection[str] | None = None
    tags: Sequence[str] = ()
    archived: bool | None = None
    """None for both."""
    where: Sequence[Condition] = field(default_factory=tuple)
    sort: str = NEWEST
    ascending: bool = False
    """Runs without a value come last in either order."""
    limit: int | None = None


def parse_condition(text: str, path: str = "where") -> Condition:
    """Read `training.learning_rate>=0.001`; raises SpecError at `path`."""
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise _refused(path, f"got {text!r:.80}, which is no condition.", "Write training.learning_rate>=0.001.")
    name, operator, value = found.groups()
    condition = Condition(name, cast(Operator, operator), _value(value))
    if operator in ("<", "<=", ">", ">=") and (isinstance(condition.value, str | bool) or condition.value is None):
        raise _refused(path, f"{text!r:.80} compares with {value!r:.40}, which is no number.")
    return condition


def _value(text: str) -> float | str | bool | None:
    if text in ("true", "false", "null", ""):
        return {"true": True, "false": False}.get(text)
    try:
        number = float(text)
    except ValueError:
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
    return number if math.isfinite(number) else text


def filtered(statement: Select[Any], query: Query) -> Select[Any]:
    """Give a statement over the runs with what a query leaves out left out; raises SpecError."""
    parts: list[ColumnElement[bool]] = [RUNS.c.deleted_at.is_(None)]
    if query.status is not None:
        parts.append(RUNS.c.status.in_(query.status))
    if query.archived is not None:
        parts.append(RUNS.c.archived.is_(query.archived))
    parts += [RUNS.c.tags.contains(f"{SEPARATOR}{tag}{SEPARATOR}", autoescape=True) for tag in query.tags]
    if query.search:
        columns = (RUNS.c.name, RUNS.c.id, RUNS.c.dataset, RUNS.c.title, RUNS.c.neurons, RUNS.c.tags, RUNS.c.notes)
        parts.append(or_(*(column.icontains(query.search, autoescape=True) for column in columns)))
    parts += [_condition(condition) for condition in query.where]
    return statement.where(and_(*parts))


def ordered(statement: Select[Any], query: Query) -> Select[Any]:
    """Give a statement over the runs in the order that a query wants; raises SpecError."""
    value = value_of(query.sort)
    first = value.asc() if query.ascending else value.desc()
    return statement.order_by(first.nulls_last(), RUNS.c.created_at.desc(), RUNS.c.id.desc()).limit(query.limit)


def value_of(name: str, path: str = "sort") -> ColumnElement[Any]:
    """Give the value of a field in each run; raises SpecError for what is no field of one value."""
    if name in COLUMNS:
        return RUNS.c[name]
    document, place = _place(name, path)
    if _ANY in place:
        raise _refused(path, f"{name!r:.60} has several values.", "Name one layer: layers[0].")
    return func.json_extract(document, place)


def refuse_unknown(connection: Connection, query: Query) -> None:
    """Raise SpecError where a field is asked for that no run has, unless there are no runs at all."""
    named = [("where", condition.field) for condition in query.where] + [("sort", query.sort)]
    lacking = [(path, name) for path, name in named if name not in COLUMNS and not _occurs(connection, name, path)]
    if not lacking or connection.execute(select(RUNS.c.id).limit(1)).first() is None:
        return
    known = [*COLUMNS, *(found["name"] for found in fields(connection))]
    faults = [Fault(path, f"no run has a field {name!r:.80}.", _close(name, known)) for path, name in lacking]
    raise SpecError(faults, what="request")


def fields(connection: Connection) -> list[dict[str, Any]]:
    """Give every field that a run may be chosen by: name, kind, in how many runs, and its values where they are few."""
    counts: dict[str, int] = {}
    values: dict[str, dict[Any, None]] = {}
    kinds: dict[str, str] = {}
    columns = (RUNS.c.spec, RUNS.c.results, RUNS.c.environment)
    for found in connection.execute(select(*columns).where(RUNS.c.deleted_at.is_(None))):
        documents = {name: (found.spec or {}).get(name) for name in ("training", "network")}
        for name, value in _scalars({**documents, "results": found.results, "environment": found.environment}):
            counts[name] = counts.get(name, 0) + 1
            kinds.setdefault(name, _kind(value))
            seen = values.setdefault(name, {})
            if len(seen) <= MOST_VALUES:
                seen[value] = None
    return [
        {"name": name, "kind": kinds[name], "runs": count, "values": _few(values[name])}
        for name, count in sorted(counts.items())
    ]


def _few(values: Iterable[Any]) -> list[Any]:
    """Give values in order where they are few, else none."""
    found = list(values)
    return sorted(found, key=lambda value: (str(type(value)), value)) if len(found) <= MOST_VALUES else []


def _condition(condition: Condition) -> ColumnElement[bool]:
    if _ANY not in condition.field:
        return _compared(value_of(condition.field, "where"), condition)
    document, place = _place(condition.field, "where")
    before, after = place.split(_ANY, 1)
    if _ANY in after:
        raise _refused("where", f"{condition.field!r:.60} has [*] twice.", "Once is allowed.")
    each = func.json_each(document, before).table_valued("value", "type", name="each_one")
    # What is no object has no fields to look into.
    value = func.json_extract(each.c.value, f"${after}") if after else each.c.value
    objects = each.c.type.in_(("object", "array")) if after else true()
    return exists(select(literal(1)).select_from(each).where(objects, _compared(value, condition)))


def _compared(value: ColumnElement[Any], condition: Condition) -> ColumnElement[bool]:
    wanted = condition.value
    if condition.operator == "~":
        return func.lower(value).contains(str(_told(wanted)).lower(), autoescape=True)
    if wanted is None:
        return value.is_(None) if condition.operator == "=" else value.is_not(None)
    if isinstance(wanted, str):
        same = func.lower(value) == wanted.lower()
        return same if condition.operator == "=" else and_(value.is_not(None), not_(same))
    # SQLite holds every text to be larger than every number.
    number = func.typeof(value).in_(("integer", "real"))
    other = literal(float(wanted))
    if condition.operator in ("=", "!="):
        same = and_(number, value == other)
        return same if condition.operator == "=" else and_(value.is_not(None), not_(same))
    compare = {"<": value < other, "<=": value <= other, ">": value > other, ">=": value >= other}
    return and_(number, compare[condition.operator])


def _told(value: float | str | bool | None) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return "" if value is None else value


def _place(name: str, path: str) -> tuple[ColumnElement[Any], str]:
    head = re.split(r"[.\[]", name, maxsplit=1)[0]
    if _FIELD.fullmatch(name) is None or head not in _DOCUMENTS or name == head:
        hint = _close(name, COLUMNS) if _FIELD.fullmatch(name) else ""
        raise _refused(path, f"got {name!r:.80}, which is no field of a run.", hint)
    document, root = _DOCUMENTS[head]
    return document, root + name[len(head) :]


def _occurs(connection: Connection, name: str, path: str) -> bool:
    document, place = _place(name, path)
    if _ANY in place:
        before, after = place.split(_ANY, 1)
        place = f"{before}[0]{after}"
    there = func.json_type(document, place).is_not(None)
    return connection.execute(select(literal(1)).where(RUNS.c.deleted_at.is_(None), there).limit(1)).first() is not None


def _scalars(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Give every field of one value; of lists only those of objects that a network is made of."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _scalars(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        if name == "network.layers":
            for place, part in enumerate(value):
                yield from _scalars(part, f"{name}[{place}]")
    elif value is not None:
        yield name, value


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number"


def _refused(path: str, message: str, hint: str = "") -> SpecError:
    return SpecError([Fault(path, message, hint)], what="request")


def _close(name: str, known: Iterable[str]) -> str:
    # By the last part too, because people leave out where a field stands.
    names = list(known)
    ending = [other for other in names if other.rsplit(".", 1)[-1] == name.rsplit(".", 1)[-1]]
    close = (ending or get_close_matches(name, names, 3))[:3]
    return (
        f"Did you mean {' or '.join(close)}?"
        if close
        else f"There are {', '.join(names)}; and every field of the run's document and results, by its path."
    )
