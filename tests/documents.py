"""What hypothesis draws documents from: any value that a document's own JSON Schema allows."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

MOST_ITEMS = 3
MOST_OPTIONAL = 6
_LARGEST = 10**6


def documents(kind: Any) -> st.SearchStrategy[Any]:
    """Draw plain values that the schema of a model, or of a union of some, allows; its own rules may still refuse."""
    schema = TypeAdapter(kind).json_schema()
    return _drawn(schema, schema.get("$defs", {}))


def _drawn(schema: dict[str, Any], named: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        part = named[schema["$ref"].rsplit("/", 1)[-1]]
        return st.deferred(lambda: _drawn(part, named))
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return st.one_of([_drawn(one, named) for one in schema[several]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = {"object": _object, "array": _array}
    kind = schema.get("type")
    if kind in kinds:
        return kinds[kind](schema, named)
    return _scalar(kind, schema)


def _object(schema: dict[str, Any], named: dict[str, Any]) -> st.SearchStrategy[Any]:
    properties = schema.get("properties")
    if properties is None:
        values = schema.get("additionalProperties")
        drawn = _drawn(values, named) if isinstance(values, dict) else _anything()
        return st.dictionaries(st.text(max_size=8), drawn, max_size=MOST_ITEMS)
    required = set(schema.get("required", ()))
    # A discriminator has a default, but what is read goes by it.
    required |= {name for name, one in properties.items() if "const" in one}
    parts = {name: _drawn(one, named) for name, one in properties.items()}
    optional = {name: part for name, part in parts.items() if name not in required}
    return st.fixed_dictionaries({name: parts[name] for name in required}, optional=optional)


def _array(schema: dict[str, Any], named: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "prefixItems" in schema:
        return st.tuples(*(_drawn(one, named) for one in schema["prefixItems"])).map(list)
    least = schema.get("minItems", 0)
    items = _drawn(schema["items"], named) if schema.get("items") else _anything()
    return st.lists(items, min_size=least, max_size=max(least, min(MOST_ITEMS, schema.get("maxItems", MOST_ITEMS))))


def _scalar(kind: str | None, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if kind == "string":
        if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
        return st.text(min_size=schema.get("minLength", 0), max_size=min(20, schema.get("maxLength", 20)))
    if kind == "integer":
        least = schema.get("minimum", schema.get("exclusiveMinimum", -_LARGEST - 1) + 1)
        most = schema.get("maximum", schema.get("exclusiveMaximum", _LARGEST + 1) - 1)
        return st.integers(least, max(least, most))
    if kind == "number":
        least = schema.get("minimum", schema.get("exclusiveMinimum"))
        most = schema.get("maximum", schema.get("exclusiveMaximum"))
        open_ends = {"exclude_min": "exclusiveMinimum" in schema, "exclude_max": "exclusiveMaximum" in schema}
        return st.floats(least, most, allow_nan=False, allow_infinity=False, **open_ends)
    return {"boolean": st.booleans(), "null": st.none()}.get(str(kind), _anything())


def _anything() -> st.SearchStrategy[Any]:
    plain = (
        st.none()
        | st.booleans()
        | st.integers(-9, 9)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=5)
    )
    return st.recursive(plain, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part))


def damaged(document: Any) -> st.SearchStrategy[Any]:
    """Draw a document of which one part, anywhere, is something else, or missing."""
    places = list(_places(document, ()))
    return st.tuples(st.sampled_from(places), _anything() | st.just(_GONE)).map(lambda at: _with(document, *at))


_GONE = object()


def _places(value: Any, path: tuple[Any, ...]) -> Any:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from _places(part, (*path, key))


def _with(value: Any, path: tuple[Any, ...], part: Any) -> Any:
    if not path:
        return None if part is _GONE else part
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if not rest and part is _GONE:
        del copy[key]
    else:
        copy[key] = _with(value[key], tuple(rest), part)
    return copy
