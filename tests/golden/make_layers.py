"""Write what the spec says of networks of all kinds of layer, for the page's own sums: `layers/flows.json`.

A test says when it is stale; then run `python tests/golden/make_layers.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from snntrainer3d.errors import SpecError
from snntrainer3d.spec import NEURONS, Network, cost_of, parse

FILE = Path(__file__).parent / "layers" / "flows.json"
STEPS = 7

LEAKY = {"kind": "leaky"}
CONV = {"kind": "conv2d", "channels": 16, "kernel": 5, "neuron": None}
POOL = {"kind": "max_pool", "neuron": LEAKY}
FLAT = {"kind": "flatten"}
DROP = {"kind": "dropout", "share": 0.3}
END = {"kind": "dense", "size": 10, "neuron": LEAKY}


def _learning(kind: type[BaseModel]) -> dict[str, Any]:
    """Give a neuron that learns all it can: every other value for each neuron, the others for the layer."""
    values = [name for name in kind.model_fields if name.startswith("learn_")]
    beta = {"beta": 0.9} if "beta" in kind.model_fields else {}
    learned = {name: ("per_neuron", "shared")[at % 2] for at, name in enumerate(values)}
    return {"kind": kind.model_fields["kind"].default, **beta, **learned}


NETWORKS: dict[str, tuple[list[int], list[dict[str, Any]]]] = {
    **{
        f"all that {neuron['kind']} learns": ([6], [*between, {**END, "neuron": neuron}])
        for neuron in map(_learning, NEURONS)
        for between in ([] if neuron["kind"] == "integrator" else [{"kind": "dense", "size": 7, "neuron": neuron}],)
    },
    "dense": ([1, 28, 28], [{"size": 100, "neuron": {"kind": "synaptic", "learn_alpha": "per_neuron"}}, END]),
    "lenet": ([1, 28, 28], [CONV, POOL, {**CONV, "channels": 32}, POOL, FLAT, {**END, "size": 128}, END]),
    "normalised": (
        [3, 9, 12],
        [
            {**CONV, "kernel": 3, "stride": 2, "padding": 1, "bias": False},
            {"kind": "batch_norm", "neuron": {"kind": "leaky", "learn_beta": "per_neuron"}},
            DROP,
            {"kind": "avg_pool", "kernel": 3, "stride": 1},
            FLAT,
            {"kind": "batch_norm"},
            END,
        ],
    ),
    "recurrent": ([40], [{"kind": "recurrent", "size": 60}, DROP, {"kind": "recurrent", "size": 10, "bias": False}]),
    "one to one": ([40], [{"kind": "recurrent", "size": 60, "feedback": "one_to_one"}, END]),
    "kernel too large": ([1, 8, 8], [CONV, {**CONV, "neuron": LEAKY}, FLAT, END]),
    "padded and too large": ([1, 4, 4], [{**CONV, "kernel": 9, "padding": 2}, FLAT, END]),
    "padding too large": ([1, 8, 8], [{**CONV, "padding": 5}, FLAT, END]),
    "pooled to nothing": ([2, 3, 3], [POOL, POOL, FLAT, END]),
    "maps from a row": ([784], [CONV, FLAT, END]),
    "maps from an odd row": ([700], [CONV, FLAT, END]),
    "maps behind a dense layer": ([1, 28, 28], [{**END, "size": 30}, CONV, END]),
    "a row from maps": ([1, 28, 28], [CONV, {**END, "size": 30}, END]),
    "recurrent on maps": ([1, 28, 28], [CONV, {"kind": "recurrent", "size": 20}]),
    "too many values": ([1, 100, 100], [{**CONV, "channels": 4000, "padding": 2}, FLAT, END]),
    "ends with pooling": ([1, 8, 8], [POOL]),
    "ends with flattening": ([1, 8, 8], [{**CONV, "kernel": 3}, FLAT]),
    "several faults": ([1, 8, 8], [{**CONV, "kernel": 20}, FLAT, END, POOL, FLAT, END]),
}


def said(shape: list[int], layers: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the document and what the spec says of it: faults, or title, shapes, matrices and cost."""
    plain = {"input": {"shape": shape}, "layers": layers}
    try:
        network = parse(Network, plain)
    except SpecError as error:
        faults = [{"path": fault.path, "message": fault.message, "hint": fault.hint} for fault in error.faults]
        return {"network": _filled(plain), "faults": faults}
    cost = cost_of(network, STEPS)
    return {
        "network": network.model_dump(mode="json"),
        "faults": [],
        "title": network.title(),
        "shapes": [list(one) for one in network.shapes()[1:]],
        "taken": [list(one) for one in network.taken_shapes()],
        "matrices": [[one.layer, one.rows, one.columns] for one in network.connections()],
        "cost": {name: getattr(cost, name) for name in cost.__slots__},
    }


def _filled(plain: dict[str, Any]) -> dict[str, Any]:
    """Give the layers with all their fields, as the page has them, each parsed where nothing is wrong with it."""
    from pydantic import TypeAdapter

    from snntrainer3d.spec import Layer

    adapter: TypeAdapter[Any] = TypeAdapter(Layer)
    layers = [adapter.validate_python(layer).model_dump(mode="json") for layer in plain["layers"]]
    return {**plain, "layers": layers}


def everything() -> str:
    """Give the file's text."""
    cases = {name: said(shape, layers) for name, (shape, layers) in NETWORKS.items()}
    return json.dumps({"num_steps": STEPS, "cases": cases}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(everything(), encoding="utf-8")
