"""`--set training.schedule.kind=cosine`: any field of a training's document by its path."""

from __future__ import annotations

import json
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from snntrainer3d.errors import Fault
from snntrainer3d.spec import training_names

_ROOT = "training."


def read_settings(texts: Sequence[str]) -> tuple[dict[str, Any], list[Fault]]:
    """Give fields of a training, parts nested, and every fault of how they are written.

    A part's kind may stand for the part: `training.schedule=cosine`. Values are JSON, else text.
    """
    fields: dict[str, Any] = {}
    faults: list[Fault] = []
    seen: set[str] = set()
    for text in texts:
        path, equals, value = text.partition("=")
        name = _plain(path)
        fault = _fault(path, name, bool(equals), name in seen)
        seen.add(name)
        if fault is not None:
            faults.append(fault)
        else:
            _put(fields, name.split("."), _value(value.strip()))
    return fields, faults


def setting_names() -> list[str]:
    """Give everything that can stand before the `=`."""
    return [f"{_ROOT}{name}" for name in training_names()]


def complete_setting(incomplete: str) -> list[str]:
    """Give what a shell offers for a beginning."""
    return [f"{name}=" for name in setting_names() if name.startswith(incomplete)]


def explained(fault: Fault, named: Sequence[str]) -> Fault:
    """Give a fault of the document as one of `--set` where that named its field, with the kinds that have the field."""
    path = next((one for one in named if fault.path in (one, _option(one))), None)
    if path is None:
        return fault
    kinds = training_names().get(path.removeprefix(_ROOT), ())
    hint = fault.hint
    if kinds and fault.message.startswith("there is no such field"):
        part = path.rpartition(".")[0]
        hint = f"It goes with {' or '.join(f'--set {part}={kind}' for kind in kinds)}."
    return Fault(f"--set {path}", fault.message, hint)


def _option(path: str) -> str:
    """Give the option of its own that a field may have: as it is named where the document is at fault."""
    return f"--{path.removeprefix(_ROOT).replace('_', '-')}"


def set_paths(texts: Sequence[str]) -> list[str]:
    """Give the paths into the document that were named."""
    return [f"{_ROOT}{_plain(text.partition('=')[0])}" for text in texts]


def _plain(path: str) -> str:
    name = path.strip().removeprefix(_ROOT)
    kind_alone = name.removesuffix(".kind")
    return kind_alone if kind_alone in training_names() else name


def _fault(path: str, name: str, has_value: bool, seen: bool) -> Fault | None:
    known = training_names()
    if not has_value or not name:
        given = f"{path}=" if has_value else path
        return Fault("--set", f"got {given!r}, expected NAME=VALUE.", "Write --set training.schedule=cosine.")
    if name.startswith("network."):
        return Fault(f"--set {path}", "is a field of the network; --set takes those of the training.", _network(name))
    if name not in known:
        close = get_close_matches(name, known, 3, 0.5)
        part = name.rpartition(".")[0]
        beside = [one for one in known if part and one.startswith(f"{part}.")]
        named = close or beside or [one for one in known if "." not in one]
        said = "Did you mean" if close else "There are"
        hint = f"{said} {', '.join(f'{_ROOT}{one}' for one in named)}{'?' if close else '.'}"
        return Fault(f"--set {path}", "there is no such field.", hint)
    return Fault(f"--set {path}", "is given twice.", "Keep one of them.") if seen else None


def _network(name: str) -> str:
    """Tell how a field of the network is given."""
    field = name.rpartition(".")[2]
    option = {"alpha": "--alpha", "beta": "--beta", "kind": "--neuron", "size": "--hidden"}.get(field)
    given = f"Give {option} for every layer; for one alone" if option else "For it"
    return f"{given} train a document (train SPEC.json), or vary it in a study."


def _put(fields: dict[str, Any], names: Sequence[str], value: Any) -> None:
    field, *inner = names
    has_parts = f"{field}.kind" in training_names()
    if not has_parts and not inner:
        fields[field] = value
        return
    part = fields.setdefault(field, {})
    part[inner[0] if inner else "kind"] = value


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
