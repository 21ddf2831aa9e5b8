"""The networks that are killed: small ones that between them use whatever a resume must bring back."""

from __future__ import annotations

from typing import Any

from snntrainer3d.spec import RunSpec, parse_run

EPOCHS = 40
_LEAKY = {"kind": "leaky", "beta": 0.8}


def networks(pace: str = "slow") -> dict[str, RunSpec]:
    """Give runs on digits by what is special about them; at pace slow each takes some ten seconds."""
    return {name: _spec(layers, {**training, "pace": pace}) for name, (layers, training) in _PARTS.items()}


def _dense(size: int, **neuron: Any) -> dict[str, Any]:
    return {"kind": "dense", "size": size, "neuron": {**_LEAKY, **neuron}}


_MAPS: list[dict[str, Any]] = [
    {"kind": "conv2d", "channels": 4, "kernel": 3, "neuron": None},
    {"kind": "batch_norm"},
    {"kind": "max_pool", "kernel": 2, "neuron": _LEAKY},
    {"kind": "flatten"},
    {"kind": "dropout", "share": 0.2},
    _dense(10),
]
_SYNAPTIC = {"kind": "synaptic", "alpha": 0.7, "beta": 0.8}
_ALPHA = {"kind": "alpha", "alpha": 0.8, "beta": 0.6}
_LAPICQUE = {"kind": "lapicque", "beta": 0.8}
_PARTS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "dense, Leaky, step by step": ([_dense(12), _dense(10)], {"engine": "reference"}),
    "dense, Synaptic, input drawn at random": (
        [{"kind": "dense", "size": 12, "neuron": _SYNAPTIC}, {"kind": "dense", "size": 10, "neuron": _SYNAPTIC}],
        {"coding": {"kind": "rate"}},
    ),
    "convolution, batch normalisation, dropout": (_MAPS, {"engine": "reference"}),
    "recurrent, Leaky, validation and schedule": (
        [{"kind": "recurrent", "size": 12, "neuron": _LEAKY}, _dense(10)],
        {"engine": "reference", "validation_share": 0.2, "schedule": {"kind": "one_cycle"}, "keep_best": True},
    ),
    "dense, Alpha and Lapicque, momentum": (
        [{"kind": "dense", "size": 12, "neuron": _ALPHA}, {"kind": "dense", "size": 10, "neuron": _LAPICQUE}],
        {"engine": "reference", "optimizer": {"kind": "sgd", "momentum": 0.9}},
    ),
}


def _spec(layers: list[dict[str, Any]], training: dict[str, Any]) -> RunSpec:
    common = {"dataset": "digits", "num_steps": 3, "epochs": EPOCHS, "batch_size": 256, "learning_rate": 5e-3}
    return parse_run({"network": {"input": {"shape": [1, 8, 8]}, "layers": layers}, "training": {**common, **training}})
