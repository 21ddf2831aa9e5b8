"""How every document behaves: immutable, strict about names, all faults reported at once in the reader's own terms."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from snntrainer3d.errors import Fault, InputError, NotFoundError, SpecError, reason_of

MAX_DOCUMENT_BYTES = 4_000_000
MAX_DOCUMENT_DEPTH = 64
UNTAGGED = "dense"
"""The kind of a layer that does not say its own: documents were written so before there was a second kind."""

T = TypeVar("T")


class Part(BaseModel):
    """A part of a document: frozen, and a field that does not exist is a fault, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    def changed(self, **fields: Any) -> Self:
        """Give a validated copy with some fields replaced; raises SpecError."""
        return parse(type(self), {**self.model_dump(mode="json"), **fields})


def parse(kind: type[T], value: Any, *, what: str = "document", root: str = "") -> T:
    """Turn plain values into `kind`.

    Raises:
        SpecError: holding every fault, each with its path (below `root`), what was got and what to do.
    """
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        details = error.errors(include_url=False)
        faults = [
            fault for detail in details if not _follows(detail, details) for fault in _faults(detail, value, root)
        ]
        raise SpecError(faults, what=what) from None


def read_json(text: str | bytes, *, what: str = "document") -> Any:
    """Parse one JSON document; two in one text, a key given twice, NaN and half a surrogate pair are faults.

    Raises:
        SpecError: with line and column.
    """
    raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise SpecError([Fault("", f"the {what} has {len(raw):,} bytes, at most {MAX_DOCUMENT_BYTES:,} are read.")])
    try:
        decoded = raw.decode("utf-8-sig")
        hooks: dict[str, Any] = {"parse_constant": _no_constant, "parse_float": _finite}
        found = json.loads(decoded, object_pairs_hook=_unique_keys, **hooks)
    except UnicodeDecodeError as error:
        raise SpecError([Fault("", f"byte {error.start} is not UTF-8.", "Save the file as UTF-8 text.")]) from None
    except json.JSONDecodeError as error:
        fault = _json_fault(error) if raw.strip() else Fault("", f"the {what} is empty.", "Write it first.")
        raise SpecError([fault], what=what) from None
    except ValueError:
        # What is left of its kind: more digits than Python turns into a number, because that takes for ever.
        raise SpecError([Fault("", "a number has too many digits.", "Give a shorter one.")], what=what) from None
    except RecursionError:
        raise SpecError([_too_deep()], what=what) from None
    refuse_unkeepable(found, what=what)
    return found


def read_json_file(path: Path, *, what: str = "document") -> Any:
    """Read one JSON document from a file; raises NotFoundError, InputError or SpecError."""
    try:
        return read_json(path.read_bytes(), what=f"{what} {path.name}")
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path}.", hint="Check the path.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {reason_of(error)}.") from None


def refuse_unkeepable(value: Any, *, what: str = "document") -> None:
    """Refuse what JSON can say and nothing can keep: half a surrogate pair in a text, and too many levels.

    Raises:
        SpecError: every place of it.
    """
    faults = list(_unkeepable(value, "", 1))
    if faults:
        raise SpecError(faults, what=what)


def _unkeepable(value: Any, path: str, depth: int) -> Iterator[Fault]:
    if isinstance(value, str):
        if not whole_text(value):
            yield Fault(path, "holds half of a surrogate pair, which is no character.", "Remove it.")
    elif depth > MAX_DOCUMENT_DEPTH:
        if isinstance(value, dict | list):
            yield _too_deep()
    elif isinstance(value, dict):
        for key, part in value.items():
            if not whole_text(key):
                yield Fault(path, "holds a name with half of a surrogate pair, which is no character.", "Remove it.")
            yield from _unkeepable(part, f"{path}.{key}" if path else key, depth + 1)
    elif isinstance(value, list):
        for at, part in enumerate(value):
            if isinstance(part, str | dict | list):
                yield from _unkeepable(part, f"{path}[{at}]", depth + 1)


def whole_text(text: str) -> bool:
    """Tell whether a text is characters only: half a surrogate pair can be neither stored nor sent."""
    return text.isascii() or not any("\ud800" <= mark <= "\udfff" for mark in text)


def _too_deep() -> Fault:
    return Fault("", f"nested deeper than {MAX_DOCUMENT_DEPTH} levels.")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise SpecError([Fault(key, "given twice in one object.", "Keep one of them.")])
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise SpecError([Fault("", f"{name} is not a JSON number.", "Give a finite number.")])


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise SpecError([Fault("", f"{digits:.40} is larger than any number that is read.", "Give a smaller one.")])
    return value


def _json_fault(error: json.JSONDecodeError) -> Fault:
    where = f"line {error.lineno}, column {error.colno}"
    if error.msg == "Extra data":
        return Fault("", f"a second document begins at {where}.", "Give one document per file.")
    return Fault("", f"not JSON at {where}: {why_no_json(error)}.", "Check commas, quotes and brackets there.")


def why_no_json(error: json.JSONDecodeError) -> str:
    """Return what is wrong with a text that is no JSON, in place of the decoder's words."""
    return next((words for beginning, words in _NO_JSON.items() if error.msg.startswith(beginning)), "it is damaged")


_NO_JSON = {
    "Expecting value": "a value is missing",
    "Expecting property name": "a name in double quotes is missing",
    "Expecting ':'": "a colon is missing",
    "Expecting ','": "a comma or a closing bracket is missing",
    "Illegal trailing comma": "a comma stands before a closing bracket",
    "Unterminated string": "a text that begins there does not end",
    "Invalid control character": "a text holds a line break or another control character",
    "Invalid \\": "a backslash begins no character",
    "Extra data": "a second document begins there",
}


def _follows(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Tell whether a list is called too short only because its entries are faulty."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(loc)] == loc and len(other["loc"]) > len(loc) for other in details
    )


def _faults(detail: ErrorDetails, value: Any, root: str) -> list[Fault]:
    path = _path(detail["loc"], value, root)
    raised = detail.get("ctx", {}).get("error")
    if isinstance(raised, FieldFault | FieldFaults):
        found = raised.faults if isinstance(raised, FieldFaults) else [raised]
        return [Fault(".".join(part for part in (path, one.field) if part), one.message, one.hint) for one in found]
    return [_fault(detail, path)]


def fault_of(error: ValidationError, path: str) -> Fault:
    """Give the first fault of a single value, as documents tell theirs."""
    return _fault(error.errors()[0], path)


def _fault(detail: ErrorDetails, path: str) -> Fault:
    context = detail.get("ctx", {})
    if detail["type"] == "union_tag_invalid" and isinstance(detail["input"], Mapping):
        path, detail["input"] = f"{path}.kind", context.get("tag")
    if detail["type"] == "extra_forbidden":
        return _unknown_field(detail, path)
    numbers = {name: f"{one:.12g}" if isinstance(one, float) else one for name, one in context.items()}
    expected = _EXPECTED.get(detail["type"], "a value of another kind").format(**numbers)
    expected = expected.replace("at least 1 entries", "at least one entry").replace("at least 1 characters", "a text")
    if detail["type"] == "missing":
        return Fault(path, "missing.", "Give a value.")
    given = "is empty" if detail["input"] == "" else f"got {value_text(detail['input'])}"
    return Fault(path, f"{given}, expected {expected}.", "")


class FieldFault(ValueError):
    """Raised by a validator for one field; becomes a Fault at that field."""

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.hint = hint


class FieldFaults(ValueError):
    """Raised by a validator for several fields at once."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("; ".join(f"{fault.field} {fault.message}" for fault in faults))
        self.faults = faults


_EXPECTED = {
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number not below {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number not above {le}",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text",
    "string_unicode": "a text without half of a surrogate pair, which is no character",
    "literal_error": "{expected}",
    "union_tag_invalid": "one of {expected_tags}",
    "union_tag_not_found": "an object with the field {discriminator}",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "dict_type": "an object",
    "int_parsing_size": "a smaller whole number",
    "multiple_of": "a multiple of {multiple_of}",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "list_type": "a list",
    "tuple_type": "a list",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
}


def _path(loc: tuple[int | str, ...], value: Any, root: str) -> str:
    """Write a pydantic location as a person would, leaving out the tags of unions."""
    path, here, tag_passed = root, value, False
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
            here = here[part] if isinstance(here, list | tuple) and part < len(here) else None
        elif not tag_passed and part == (here.get("kind", UNTAGGED) if isinstance(here, Mapping) else UNTAGGED):
            tag_passed = True
            continue
        else:
            path += f".{part}" if path else part
            here = here.get(part) if isinstance(here, Mapping) else None
        tag_passed = False
    return path


def _unknown_field(detail: ErrorDetails, path: str) -> Fault:
    name, known = str(detail["loc"][-1]), _known_fields()
    if name in known:
        return Fault(
            path, "there is no such field here.", "It belongs to another kind or part: remove it, or move it there."
        )
    close = get_close_matches(name, known, 1)
    hint = f"Did you mean {close[0]}?" if close else "Remove it, or check the spelling."
    return Fault(path, "there is no such field.", hint)


def _known_fields() -> list[str]:
    names: set[str] = set()
    stack: list[type[Part]] = [Part]
    while stack:
        part = stack.pop()
        stack.extend(part.__subclasses__())
        names.update(part.model_fields)
    return sorted(names)


def value_text(value: Any) -> str:
    """Return a value of a document as JSON, cut where it is long."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
