"""Our JSON: everything a trained network is, readable by any software, float32 exact on the way back.

The form is documented in docs/formats.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np
from jaxtyping import Float32, Float64
from pydantic_core import to_json as number_text

from snntrainer3d.errors import Fault, FileFormatError, LimitError
from snntrainer3d.exports.header import check_kind, header_of, in_order, read_header
from snntrainer3d.spec import TrainedNetwork, value_text, why_no_json

MAX_JSON_BYTES = 400_000_000
"""About 30 million weights; as Python numbers they take four times as much memory."""
_FIELDS = {"format", "version", "network", "training", "input", "readout", "tensors"}
_ENTRY_FIELDS = {"type", "shape", "data"}
_TYPE = "float32"
_MAX_AXES = 8


def to_json(trained: TrainedNetwork) -> bytes:
    """Give a trained network as JSON; every number in the shortest form that gives the same float32 again."""
    head = json.dumps(header_of(trained), indent=1, ensure_ascii=False)
    tensors = ",\n".join(_entry(name, array) for name, array in in_order(trained).items())
    return f'{head[:-2]},\n "tensors": {{\n{tensors}\n }}\n}}\n'.encode()


def from_json(raw: bytes) -> TrainedNetwork:
    """Read our JSON.

    Raises:
        FileFormatError: not JSON, truncated, another format or version, or faulty; with all faults.
        MismatchError: names or shapes of the arrays are not those of the network.
        LimitError: larger than MAX_JSON_BYTES.
    """
    return from_document(parse_json(raw))


def from_document(document: Any) -> TrainedNetwork:
    """Read our JSON that is parsed already; raises FileFormatError, MismatchError."""
    check_kind(document)
    faults = [_unknown(name, name) for name in document if name not in _FIELDS]
    header = read_header(document, faults)
    tensors = dict(_arrays(document.get("tensors"), faults))
    if faults or header is None:
        raise FileFormatError("The weight file is faulty.", faults=faults)
    return header.trained(tensors)


def parse_json(raw: bytes) -> Any:
    """Parse one JSON document strictly: no second one, no key twice, no NaN; raises FileFormatError, LimitError."""
    if len(raw) > MAX_JSON_BYTES:
        raise LimitError(
            f"The JSON has {len(raw):,} bytes, at most {MAX_JSON_BYTES:,} are read.", hint="Use safetensors."
        )
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise FileFormatError(f"Byte {error.start} is not UTF-8.", hint="Save the file as UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise _not_json(error, raw) from None
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits; brackets nested without end
        what = "It is nested too deeply." if isinstance(error, RecursionError) else "A number has too many digits."
        raise FileFormatError(what, hint="This is not a file of ours.") from None


def _not_json(error: json.JSONDecodeError, raw: bytes) -> FileFormatError:
    where = f"line {error.lineno}, column {error.colno}"
    if error.msg == "Extra data":
        return FileFormatError(f"A second document begins at {where}.", hint="Give one document per file.")
    if error.pos >= len(raw.rstrip()) - 1 or "Unterminated" in error.msg:
        return FileFormatError(f"The JSON ends too early, at {where}.", hint="The file is truncated: copy it again.")
    return FileFormatError(f"Not JSON at {where}: {why_no_json(error)}.", hint="The file is damaged there.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise FileFormatError(f"{twice!r} is given twice in one object.", path=twice, hint="Keep one of them.")
    return found


def _no_constant(name: str) -> Any:
    raise FileFormatError(f"{name} is not a JSON number.", hint="The training has diverged, or the file is damaged.")


def _unknown(path: str, name: str) -> Fault:
    return Fault(path, f"there is no field {name!r} in this version.", "Remove it.")


def _arrays(tensors: Any, faults: list[Fault]) -> Iterator[tuple[str, Float32[np.ndarray, "..."]]]:
    if not isinstance(tensors, Mapping):
        faults.append(Fault("tensors", "missing." if tensors is None else "expected an object of arrays."))
        return
    for name, entry in tensors.items():
        try:
            yield name, _array(entry)
        except _Faulty as error:
            faults.append(Fault(f"tensors.{name}{error.field}", str(error)))


class _Faulty(ValueError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = f".{field}" if field else ""


def _array(entry: Any) -> Float32[np.ndarray, "..."]:
    if not isinstance(entry, Mapping) or set(entry) != _ENTRY_FIELDS:
        raise _Faulty("", "expected an object with type, shape and data.")
    if entry["type"] != _TYPE:
        raise _Faulty("type", f"got {value_text(entry['type'])}, expected '{_TYPE}'.")
    shape = _shape(entry["shape"])
    values = _numbers(entry["data"], shape)
    with np.errstate(over="ignore"):
        array = values.astype(np.float32).reshape(shape)
    if not np.isfinite(array).all():
        raise _Faulty("data", "holds a number that is too large for float32.")
    return array


def _shape(shape: Any) -> list[int]:
    if not isinstance(shape, list) or len(shape) > _MAX_AXES:
        raise _Faulty("shape", f"got {value_text(shape)}, expected a list of at most {_MAX_AXES} sizes.")
    if any(type(size) is not int or size < 1 for size in shape):
        raise _Faulty("shape", f"got {value_text(shape)}, expected whole numbers from 1.")
    return shape


def _numbers(data: Any, shape: list[int]) -> Float64[np.ndarray, "value"]:
    """Flatten nested lists, holding each to the shape it claims: numpy would guess, and take true for 1."""
    flat = [data]
    for axis, size in enumerate(shape):
        if any(type(row) is not list or len(row) != size for row in flat):
            raise _Faulty("data", f"is not of the shape {shape}: a list of {size} was expected at depth {axis + 1}.")
        flat = list(chain.from_iterable(flat))
    if not set(map(type, flat)) <= {float, int}:
        raise _Faulty("data", f"is not of the shape {shape}, or holds something that is not a number.")
    try:
        return np.array(flat, np.float64)
    except OverflowError:
        raise _Faulty("data", "holds a number that is too large for float32.") from None


def _entry(name: str, array: Float32[np.ndarray, "..."]) -> str:
    """Give one array; a matrix with a row per line, so that editors bear it."""
    values = shortest(array)
    rows = [number_text(row).decode() for row in values.tolist()] if array.ndim > 1 else []
    data = "[\n" + ",\n".join(rows) + "\n]" if rows else number_text(values.tolist()).decode()
    return f'  {json.dumps(name)}: {{"type": "{_TYPE}", "shape": {json.dumps(list(array.shape))}, "data": {data}}}'


def shortest(array: Float32[np.ndarray, "..."]) -> Float64[np.ndarray, "..."]:
    """Give the float64 numbers whose shortest text is a short one that reads back as the same float32.

    Rounds to 7, 8 or 9 significant digits, the fewest that do; 9 always do. A decimal of so few digits survives
    float64, so that writing it gives those digits: .9 and not .8999999761581421. Twice as fast as asking numpy for
    each number's text (1.8 million: 0.7 s).
    """
    exact = array.astype(np.float64).reshape(-1)
    found = exact.copy()
    # Powers of ten to 22 are exact in float64, which the division needs; what lies outside keeps its full text.
    sizes = np.abs(exact)
    left = np.flatnonzero((sizes > 1e-13) & (sizes < 1e22))
    for digits in (7, 8, 9):
        values = exact[left]
        places = digits - 1 - np.floor(np.log10(np.abs(values)))
        power = 10.0 ** np.abs(places)
        rounded = np.where(places >= 0, np.rint(values * power) / power, np.rint(values / power) * power)
        same = rounded.astype(np.float32) == values.astype(np.float32)
        found[left[same]] = rounded[same]
        left = left[~same]
    return found.reshape(array.shape)
