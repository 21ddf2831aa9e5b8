"""Writes the reference pages of the documentation from the code: neurons, errors, HTTP."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from snntrainer3d import errors, spec
from snntrainer3d.engine.multistep import ALONE
from snntrainer3d.server import create_app
from snntrainer3d.spec import surrogates
from snntrainer3d.spec.equations import equation_lines

NOTE = "<!-- Made by `make generate` from the code; edit that. -->\n"


_SAME_BITS = f"""## The same to the last bit

The same document and data give the same weights to the last bit, resumed or not, on machines of the same kind with the
same packages. The number of threads makes no difference where the fused kernels of dense networks compute (the run says
`fused`, all layers are dense, and the kernels know the recipe), nor in other networks of which an update takes fewer
than {ALONE // 1_000_000} million multiplications, which are computed on one thread.

It does make one in larger updates of other networks, such as the template `lenet` on MNIST, and with `engine` set to
`reference`: there gradients are summed in an order that depends on how many threads there are. Weights then differ in
their last digits after the first updates, and in the end so do some decisions. `threads` in a run's results says how
many there were; `OMP_NUM_THREADS` and `NUMBA_NUM_THREADS`, both set to that number before the program starts, give as
many. A study with several workers gives each its share of the cores. Another kind of processor, or another release of
torch or numpy, may differ in the last digits everywhere.
"""


def neurons_page() -> str:
    """Give docs/neurons.md: each model's equation and fields with ranges, then the surrogates."""
    parts = [
        "# Neurons\n",
        "Symbols: x[t] input current, m[t] membrane potential, s[t] spike, Θ(z) = 1 for z > 0 else 0; what has no "
        "[t] is computed on the way. Each step is written as it is computed, with the neuron's default reset. Values "
        "are dimensionless per time step, as in snnTorch 1.0, except where the name carries an SI unit. Decays (α, β, "
        "ρ) count cut to 0–1, as snnTorch cuts them when it computes: a training can leave one above 1 or below 0, and "
        "so it is stored. Lapicque's learned β counts between 1e-6 and 1 − 1e-6.\n",
    ]
    for model in spec.NEURONS:
        parts += [f"## {model.title} (`{model.model_fields['kind'].default}`)\n", f"{inspect.getdoc(model)}\n"]
        parts += [
            "```",
            *equation_lines(spec.equation_of(spec.usual_neuron(model))),
            "```\n",
            _fields(model),
            _patterns(model),
        ]
    parts += ["## Surrogate gradients\n", f"{inspect.getdoc(surrogates)}\n"]
    for surrogate in spec.SURROGATES:
        parts += [
            f"### `{surrogate.model_fields['kind'].default}`\n",
            f"{inspect.getdoc(surrogate)}\n",
            _fields(surrogate),
        ]
    return NOTE + "\n".join(parts)


def _patterns(model: Any) -> str:
    """Give the named sets of values that come with a model."""
    patterns: dict[str, dict[str, float]] = getattr(model, "patterns", {})
    if not patterns:
        return ""
    names = list(next(iter(patterns.values())))
    rows = [f"| {name} | {' | '.join(f'{values[one]:g}' for one in names)} |" for name, values in patterns.items()]
    return "\n".join([f"| cell | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|", *rows, ""])


def _fields(model: type[BaseModel], root: str = "", leave: tuple[str, ...] = ()) -> str:
    properties = model.model_json_schema()["properties"]
    rows = [
        f"| `{root}{name}` | {_default(field)} | {_range(field)} | {' '.join(field.get('description', '').split())} |"
        for name, field in properties.items()
        if name not in ("kind", *leave)
    ]
    if not rows:
        return ""
    return "\n".join(["| field | default | range | meaning |", "|---|---|---|---|", *rows, ""])


def _default(field: dict[str, Any]) -> str:
    value = field.get("default")
    if isinstance(value, dict):
        return f"`{value['kind']}`" if "kind" in value else ""
    return "" if value is None else f"`{json.dumps(value)}`".replace('"', "")


def bounds_of(field: dict[str, Any]) -> dict[str, Any]:
    """Give the part of a field's schema that says its range: of one that may be empty, that of what is not."""
    found: dict[str, Any] = next((one for one in field.get("anyOf", []) if one.get("type") != "null"), field)
    return found


def _range(field: dict[str, Any]) -> str:
    bounds = bounds_of(field)
    if "enum" in bounds:
        return ", ".join(f"`{value}`" for value in bounds["enum"])
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    return ", ".join(f"{sign} {bounds[key]:g}" for key, sign in signs.items() if key in bounds)


def training_page() -> str:
    """Give docs/training.md: each field of a training, then the kinds of its parts."""
    parts = [
        "# Training\n",
        "Every field of a training's document (`format: snntrainer3d/training`), with which a network and a run are "
        "determined, [mostly to the last bit](#the-same-to-the-last-bit). On the command line each is `--set`:\n",
        "```sh\nsnntrainer3d train --set training.schedule=cosine --set training.optimizer=adamw \\\n"
        "  --set training.optimizer.weight_decay=0.05 --set training.coding=rate --set training.coding.gain=0.5\n```\n",
        "The name of a part alone stands for its kind; its other fields go over those of the recipe or, with another "
        "kind, over the usual ones. Values are JSON, else text; `null` empties a field.\n",
        _fields(spec.Training, leave=("format", "version")),
    ]
    for field in spec.Training.model_fields:
        for part in spec.parts_of(field):
            kind = part.model_fields.get("kind")
            title = f"`training.{field}={kind.default}`" if kind else f"`training.{field}`"
            parts += [f"## {title}\n", f"{inspect.getdoc(part)}\n", _fields(part, root=f"training.{field}.")]
    return NOTE + "\n".join([*parts, _SAME_BITS])


def errors_page() -> str:
    """Give docs/errors.md: every code with its HTTP status and exit code."""
    parts = [
        "# Errors\n",
        "Every error has the same body on HTTP, on the socket and with `--json`; a command ends with the exit code.\n",
        "```json",
        json.dumps(
            errors.SpecError([errors.Fault("layers[1].size", "got 0, expected …", "…")]).body(),
            indent=2,
            ensure_ascii=False,
        ),
        "```\n",
        "| code | class | HTTP | exit | meaning |",
        "|---|---|---|---|---|",
    ]
    for kind in _family(errors.Snntrainer3dError):
        meaning = (inspect.getdoc(kind) or "").splitlines()[0]
        parts.append(f"| `{kind.code}` | `{kind.__name__}` | {kind.http_status} | {kind.exit_code} | {meaning} |")
    return NOTE + "\n".join(parts) + "\n"


def _family(kind: type[errors.Snntrainer3dError]) -> list[type[errors.Snntrainer3dError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _family(child))]


def http_page(types: str) -> str:
    """Give docs/http-api.md: every route, the socket's messages, and all bodies as the TypeScript `types`."""
    document = create_app(Path("runs")).openapi()
    parts = [
        "# HTTP API\n",
        "Everything lies below `/api` and is JSON unless it says otherwise; `/api/openapi.json` is the same for "
        "programs. Errors have the body of [errors.md](errors.md). Shares and accuracies are fractions.\n",
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts += _operation(f"{method.upper()} {path}", operation)
    parts += [
        "## WebSocket `/api/ws`\n",
        "One per page. The page sends `Watch`, `Ack` and `Live`; the server sends `RunsMessage` when the list of runs "
        "changes (at most 4 times a second), `EventsMessage`, `ErrorMessage`, and the newest weight frame of the "
        "watched run as one binary message (docs/formats.md). The next frame comes only after the `Ack` of the last "
        "one's sequence number and after 1/hertz seconds; frames in between are dropped.\n",
        "## Bodies\n",
        "As TypeScript; `Event` and `RunSpec` have JSON Schemas in `docs/schema/`.\n",
        f"```ts\n{types.split(chr(10), 1)[1].strip()}\n```\n",
    ]
    return NOTE + "\n".join(parts)


def _operation(title: str, operation: dict[str, Any]) -> list[str]:
    lines = [f"## `{title}`\n", f"{operation.get('description') or operation['summary']}\n"]
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        default = f", default {json.dumps(schema['default'])}" if "default" in schema else ""
        text = f" {parameter['description']}" if parameter.get("description") else ""
        lines.append(f"- `{parameter['name']}` ({parameter['in']}, {_kind(schema)}{default}).{text}")
    if "requestBody" in operation:
        (media, content), *_ = operation["requestBody"]["content"].items()
        lines.append(f"- body: {_kind(content['schema']) if media == 'application/json' else media}")
    for status, response in operation["responses"].items():
        if status[0] == "2":
            kinds = [
                f"{_kind(body.get('schema', {}))} ({media})" for media, body in response.get("content", {}).items()
            ]
            lines.append(f"- {status}: {', '.join(kinds) or 'no body'}")
    return [*lines, ""]


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rsplit('/', 1)[-1]}`"
    if choices := schema.get("anyOf"):
        return " or ".join(_kind(choice) for choice in choices)
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if "title" in schema and "properties" in schema:
        return f"`{schema['title']}`"
    if isinstance(extra := schema.get("additionalProperties"), dict):
        return f"object of {_kind(extra)}"
    return str(schema.get("type", "bytes"))
