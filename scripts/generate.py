"""Writes what is made from the code: TypeScript types, JSON Schemas and reference pages. `--check` only compares.

Exit code 1 with `--check` when a file is not what the code says, or lies there without being made by it any more.
"""

from __future__ import annotations

import inspect
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from reference import bounds_of, errors_page, http_page, neurons_page, training_page
from snntrainer3d import events, spec
from snntrainer3d.server import bench_models, circuit_models, compare_models, export_models, models, study_models
from snntrainer3d.spec import neurons
from typescript import Module

ROOT = Path(__file__).resolve().parent.parent
PROTOCOL = "web/src/protocol"
SCHEMAS = "docs/schema"


def generated() -> dict[str, str]:
    """Give every generated file, path below the repository → text."""
    protocol = _protocol()
    pages = {
        "docs/neurons.md": neurons_page(),
        "docs/training.md": training_page(),
        "docs/errors.md": errors_page(),
        "docs/http-api.md": http_page(protocol[f"{PROTOCOL}/api.ts"]),
    }
    return {**protocol, **_schemas(), **pages}


def stale(files: dict[str, str]) -> list[str]:
    """Give the paths whose text on disk differs, and those in our folders that nothing makes."""
    differs = [name for name, text in files.items() if _on_disk(ROOT / name) != text]
    strangers = [
        str(path.relative_to(ROOT))
        for folder in (PROTOCOL, SCHEMAS)
        for path in sorted((ROOT / folder).glob("*"))
        if str(path.relative_to(ROOT)) not in files
    ]
    return differs + strangers


def _on_disk(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _protocol() -> dict[str, str]:
    modules: dict[str, Module] = {}
    aliases = {
        "Surrogate": spec.Surrogate,
        "Learning": neurons.Learning,
        "Reset": neurons.Reset,
        "Neuron": spec.Neuron,
        "Schedule": spec.Schedule,
        "Coding": spec.Coding,
        "Stimulus": spec.Stimulus,
    }
    modules["spec"] = Module([spec.RunSpec], aliases, {}, {"NEURON_VALUES": spec.NEURON_VALUES})
    modules["neurons"] = Module([], {}, {}, {"NEURONS": _neurons(), "SURROGATES": _surrogates()})
    named = {"PhaseName": events.PhaseName, "NoticeLevel": events.NoticeLevel, "RunStatus": events.RunStatus}
    modules["events"] = Module([], {**named, "Event": events.Event}, dict(modules))
    bodies = [
        value
        for module in (models, compare_models, study_models, export_models, circuit_models, bench_models)
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, BaseModel)
        and value.__module__ == module.__name__
        and name[0] != "_"
    ]
    messages = {"ClientMessage": study_models.ClientMessage, "ServerMessage": study_models.ServerMessage}
    modules["api"] = Module(bodies, messages, dict(modules))
    return {f"{PROTOCOL}/{name}.ts": module.text() for name, module in modules.items()}


def _neurons() -> dict[str, Any]:
    """Return what the page knows of each neuron before it asks: title, defaults, fields, and where it may stand."""
    return {
        model.model_fields["kind"].default: {
            "title": model.title,
            "defaults": spec.usual_neuron(model).model_dump(mode="json", exclude_none=True),
            "spikes": not model.never_spikes,
            "recurrent": model in spec.RECURRENT,
            "in_millivolts": model.in_millivolts,
            "summary": " ".join((inspect.getdoc(model) or "").split("\n\n")[0].split()),
            "fields": _fields(model),
        }
        for model in spec.NEURONS
    }


def _fields(model: type[spec.NeuronModel]) -> dict[str, Any]:
    """Return the words and the bounds of each number: label, symbol, unit, one line of help."""
    ranges, found = _ranges(model), {}
    for name in (one for one in model.fields() if one in ranges):
        told = {**asdict(model.called(name)), "help": " ".join((model.model_fields[name].description or "").split())}
        found[name] = {key: value for key, value in told.items() if value} | ranges[name]
    return found


def _surrogates() -> dict[str, Any]:
    return {model.model_fields["kind"].default: model().model_dump(mode="json") for model in spec.SURROGATES}


def _ranges(model: type[BaseModel]) -> dict[str, Any]:
    """Give the bounds of each number as the page's fields have them."""
    found = {}
    for name, field in model.model_json_schema()["properties"].items():
        bounds = bounds_of(field)
        if bounds.get("type") not in ("number", "integer"):
            continue
        ends = {
            end: bounds.get(word, bounds.get(f"exclusive{word.capitalize()}"))
            for end, word in (("min", "minimum"), ("max", "maximum"))
        }
        opened = [end for end in ends if f"exclusive{end.capitalize()}imum" in bounds]
        told = {"open": "both" if len(opened) == 2 else opened[0]} if opened else {}
        found[name] = {end: value for end, value in ends.items() if value is not None} | told
    return found


def _schemas() -> dict[str, str]:
    kinds: dict[str, Any] = {
        "network": spec.Network,
        "training": spec.Training,
        "run": spec.RunSpec,
        "event": events.Event,
    }
    return {f"{SCHEMAS}/{name}.json": _json(TypeAdapter(kind).json_schema()) for name, kind in kinds.items()}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check; give the exit code."""
    files = generated()
    names = stale(files)
    if "--check" in sys.argv[1:]:
        for name in names:
            print(f"{name} is not what the code says; run `make generate`.", file=sys.stderr)
        return 1 if names else 0
    for name in names:
        path = ROOT / name
        if name not in files:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], encoding="utf-8")
    print("\n".join(names) or "Everything is fresh.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
