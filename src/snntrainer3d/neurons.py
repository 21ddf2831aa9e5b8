"""Neurons by what people call them: kinds, files, and the own ones that are kept beside the runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from snntrainer3d.errors import ConflictError, Fault, InputError, NotFoundError, Snntrainer3dError, SpecError
from snntrainer3d.home import home_folder
from snntrainer3d.spec import (
    DEFAULT_KIND,
    NEURON_KINDS,
    OWN,
    Neuron,
    NeuronModel,
    OwnNeuron,
    neuron_of,
    parse,
    read_json_file,
    usual_neuron,
)
from snntrainer3d.storage import write_atomically

AnyNeuronSource = NeuronModel | Mapping[str, Any] | str | Path
_NAME = re.compile(re.escape(OWN) + r"[a-z0-9-]{1,80}")


def own_names() -> list[str]:
    """Return the names of all own neurons, in the order of the alphabet."""
    return sorted(path.stem for path in _folder().glob(f"{OWN}*.json") if _NAME.fullmatch(path.stem))


def own_neuron(name: str, root: str = "neuron") -> OwnNeuron:
    """Return an own neuron by its name.

    Raises:
        NotFoundError: there is none of this name.
        SpecError: its file was changed by hand, and is no neuron any more.
    """
    names = own_names()
    if name not in names:
        raise NotFoundError(f"There is no own neuron {name[:100]}.", path=root, hint=_closest(name, names))
    return parse(OwnNeuron, read_json_file(_file(name), what="own neuron"), what=f"own neuron {name}", root=root)


def keep_neuron(neuron: OwnNeuron) -> str:
    """Keep a neuron under a name made of its title, and return that.

    Raises:
        ConflictError: another one has this title already; a kept neuron never changes.
        StorageError: the disk is full or broken.
    """
    words = re.sub(r"[^a-z0-9]+", "-", neuron.title.lower()).strip("-").removeprefix(OWN)
    name = OWN + (words[:50].strip("-") or "neuron")
    if name in own_names():
        try:
            same = own_neuron(name) == neuron
        except Snntrainer3dError:
            same = False
        if not same:
            message = f"The title gives the name {name}, which another own neuron has already."
            raise ConflictError(message, path="title", hint="Give this one another title, or remove that one.")
        return name
    write_atomically(_file(name), neuron.model_dump_json(indent=1))
    return name


def remove_neuron(name: str) -> None:
    """Remove an own neuron; runs keep the equations that they were trained with.

    Raises:
        NotFoundError: there is none of this name.
    """
    names = own_names()
    if name not in names:
        raise NotFoundError(f"There is no own neuron {name[:100]}.", path="neuron", hint=_closest(name, names))
    _file(name).unlink(missing_ok=True)


def _folder() -> Path:
    return home_folder() / "own-neurons"


def _file(name: str) -> Path:
    return _folder() / f"{name}.json"


def _closest(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, 1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"There are {', '.join(known)}." if known else "None is kept yet."


def neuron_named(source: AnyNeuronSource, settings: Sequence[str] = (), *, root: str = "neuron") -> NeuronModel:
    """Return a neuron by its kind, its name among the own ones, its file, or its document.

    Args:
        settings: `NAME=VALUE` over it.
        root: what faults call it.

    Raises:
        SpecError, NotFoundError
    """
    if isinstance(source, NeuronModel):
        document: dict[str, Any] = source.model_dump(mode="json")
    elif isinstance(source, Mapping):
        document = dict(source)
    elif not isinstance(source, str | Path):
        told = f"got a value of type {type(source).__name__}, expected a kind, a name, a file or a document."
        raise InputError(told, path=root, hint='For example "leaky:beta=0.95".')
    else:
        kind, _, values = str(source).partition(":")
        if kind in NEURON_KINDS:
            settings = [*(one for one in values.split(",") if one), *settings]
            document = usual_neuron(neuron_of(kind)).model_dump(mode="json", exclude_unset=True) | {"kind": kind}
        elif kind.startswith(OWN) and not Path(str(source)).exists():
            settings = [*(one for one in values.split(",") if one), *settings]
            document = own_neuron(kind, root).model_dump(mode="json")
        else:
            document = _document_in(Path(source), root)
    faults = [fault for text in settings if (fault := _put(document, text, root)) is not None]
    if faults:
        raise SpecError(faults, what="neuron")
    return cast("NeuronModel", parse(cast("Any", Neuron), document, what="neuron", root=root))


def _document_in(path: Path, root: str) -> dict[str, Any]:
    try:
        found = read_json_file(path, what="neuron")
    except NotFoundError:
        message = f"There is neither a kind of neuron nor a file {path}."
        raise NotFoundError(message, path=root, hint=_closest(str(path), (*NEURON_KINDS, *own_names()))) from None
    if not isinstance(found, dict):
        raise SpecError(
            [
                Fault(
                    root,
                    f"{path} holds no neuron.",
                    f'Write an object: {{"kind": "{DEFAULT_KIND}"}}, or one of equations.',
                )
            ]
        )
    return found


def _put(document: dict[str, Any], text: str, root: str) -> Fault | None:
    """Put `NAME=VALUE` into a document; a parameter of an own neuron goes by its name."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        return Fault(root, f"got {text!r}, expected NAME=VALUE.", "For example beta=0.95.")
    *parts, last = name.strip().split(".")
    parameters = document.get("parameters")
    place = document
    if not parts and isinstance(parameters, dict) and last in parameters:
        place = document["parameters"] = dict(parameters)
        if isinstance(place[last], dict):
            place[last] = place = dict(place[last])
            last = "value"
    for part in parts:
        inner = place.setdefault(part, {})
        if not isinstance(inner, dict):
            return Fault(f"{root}.{name}", f"{part} has no parts.", "Check the name.")
        place[part] = place = dict(inner)
    try:
        place[last] = json.loads(value)
    except ValueError:
        place[last] = value
    return None
