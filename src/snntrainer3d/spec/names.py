"""The names of a training's fields, those of its parts with a dot before them."""

from __future__ import annotations

from typing import get_args

from snntrainer3d.spec._document import Part
from snntrainer3d.spec.training import Training


def training_names() -> dict[str, tuple[str, ...]]:
    """Give every name below `training`, with the kinds of its part that have it: ("cosine",); none where all do."""
    names: dict[str, tuple[str, ...]] = {}
    for field in Training.model_fields:
        if field in ("format", "version"):
            continue
        parts = parts_of(field)
        if not parts or "kind" in parts[0].model_fields:
            names[field] = ()
        for name in dict.fromkeys(name for part in parts for name in part.model_fields):
            having = [part for part in parts if name in part.model_fields]
            names[f"{field}.{name}"] = tuple(map(_kind, having)) if len(having) < len(parts) else ()
    return names


def parts_of(field: str) -> tuple[type[Part], ...]:
    """Give the kinds of part that a field of a training can be; none for a plain value."""
    annotation = Training.model_fields[field].annotation
    return tuple(one for one in (annotation, *get_args(annotation)) if isinstance(one, type) and issubclass(one, Part))


def _kind(part: type[Part]) -> str:
    return str(part.model_fields["kind"].default)
