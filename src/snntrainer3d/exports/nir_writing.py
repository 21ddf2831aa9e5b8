"""NIR, the neuromorphic intermediate representation, written: a graph of affine maps and neurons in continuous time.

A time step dt = 1e-4 s stands between the two, as in snnTorch's own exporter: β = 1 − dt/τ, so τ = dt/(1 − β), and a
gain g of the input gives r = g·τ/dt. NIR says neither dt nor how a spike resets: by its definition v is set to v_reset
at once. What it cannot say stands in the metadata and in a JSON file beside it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Float64

from snntrainer3d.errors import Fault, InputError
from snntrainer3d.exports.header import header_of
from snntrainer3d.exports.nir_kinds import NODES, WITHOUT
from snntrainer3d.exports.nir_maps import LAYERS, map_nodes
from snntrainer3d.exports.refusal import refuse, unknown_parts
from snntrainer3d.exports.stages import Stage, stages_of
from snntrainer3d.spec import (
    Network,
    Shape,
    TrainedNetwork,
    as_built_in,
    fixed_tensors,
    tensor_shapes,
    trained_as_built_in,
)

FORM = "NIR"
DT_S = 1e-4
KEY = "snntrainer3d"
_FROM_OTHERS = {"input_shape", "input_type", "output_type"}
"""What follows from the nodes before, and is not always kept in files."""


def to_nir(trained: TrainedNetwork) -> bytes:
    """Give a trained network as NIR, an HDF5 file.

    Raises:
        MismatchError: a layer or neuron that NIR has no node for, each with the reason.
        InputError: the packages nir and h5py are not installed.
    """
    trained = trained_as_built_in(trained)
    refuse(FORM, nir_faults(trained.network))
    nir = nir_package()
    metadata = conventions(trained.network)
    metadata[KEY] = json.dumps(header_of(trained), ensure_ascii=False)
    # One value cannot be compressed, which nir does with every array; and not every decay can be had back from tau.
    learned = set(tensor_shapes(trained.network)) - set(fixed_tensors(trained.network))
    metadata |= {name: np.atleast_1d(trained.tensors[name]) for name in sorted(learned) if ".neuron." in name}
    dense = trained.network.only_dense
    shape = np.array([trained.network.input.size] if dense else trained.network.input.shape)
    nodes: dict[str, Any] = {"input": nir.Input(input_type={"input": shape})}
    if dense:
        for index, stage in enumerate(stages_of(trained), 1):
            nodes[f"fc{index}"] = _connection(nir, stage)
            nodes[f"lif{index}"] = stage_neurons(nir, stage)
    else:
        nodes |= map_nodes(nir, trained, lambda stage: stage_neurons(nir, stage))
    nodes["output"] = nir.Output(output_type={"output": np.array([trained.network.output.size])})
    names = list(nodes)
    graph = nir.NIRGraph(nodes=nodes, edges=list(pairwise(names)), metadata=metadata)
    out = io.BytesIO()
    nir.write(out, graph)
    return out.getvalue()


def nir_sidecar(trained: TrainedNetwork) -> bytes:
    """Give the JSON file that lies beside a NIR file and says what NIR cannot."""
    trained = trained_as_built_in(trained)
    return (json.dumps(conventions(trained.network) | header_of(trained), indent=2, ensure_ascii=False) + "\n").encode()


def conventions(network: Network) -> dict[str, Any]:
    """Give what a reader must know to compute the same spikes."""
    resets = list(dict.fromkeys(neuron.reset for neuron in network.neurons()))
    late = dict.fromkeys("t+1" if getattr(neuron, "reset_delay", True) else "t" for neuron in network.neurons())
    return {
        "dt": DT_S,
        "scheme": "forward Euler: v[t] = (1 - dt/tau) v[t-1] + (r dt/tau) x[t]",
        "reset": resets[0] if len(resets) == 1 else ",".join(neuron.reset for neuron in network.neurons()),
        "delay": f"a spike at step t changes the membrane at step {' or '.join(late)}",
        "comparison": "spike where v > v_threshold",
    }


def nir_package() -> ModuleType:
    """Give the package nir; raises InputError where it or h5py is missing."""
    try:
        import nir
    except ImportError:
        raise InputError(
            "NIR needs the packages nir and h5py.", hint='Install them: pip install "snntrainer3d[nir]".'
        ) from None
    return nir


def nir_faults(network: Network) -> list[Fault]:
    """Give every reason why NIR cannot hold a network."""
    network = as_built_in(network)
    faults = [
        Fault(f"network.layers[{index}].neuron", *WITHOUT[layer.neuron.kind])
        for index, layer in enumerate(network.layers)
        if layer.neuron is not None and layer.neuron.kind in WITHOUT
    ]
    return faults or unknown_parts(network, FORM, LAYERS, NODES)


def _connection(nir: ModuleType, stage: Stage) -> Any:
    return nir.Affine(**stage.arrays) if "bias" in stage.arrays else nir.Linear(**stage.arrays)


def stage_neurons(nir: ModuleType, stage: Stage) -> Any:
    """Give the node of a stage's neurons, with values in the shape of its maps."""
    neuron = stage.layer.neuron
    assert neuron is not None
    return _neurons(nir, NODES[neuron.kind], stage.values, stage.given)


def map_arrays(trained: TrainedNetwork) -> dict[str, dict[str, np.ndarray]]:
    """Give the numbers that each node of a network with other layers than dense ones holds."""
    nir = nir_package()
    nodes = map_nodes(nir, trained, lambda stage: stage_neurons(nir, stage))
    return {
        name: {key: np.asarray(value) for key, value in vars(node).items()
               if isinstance(value, np.ndarray | int | tuple) and key not in _FROM_OTHERS}
        for name, node in nodes.items()
    }  # fmt: skip


def _neurons(nir: ModuleType, node: str, values: Mapping[str, np.ndarray], shape: Shape) -> Any:
    """Give a layer's neurons as arrays: of numbers, importers cannot infer the size."""
    values = {name: _spread(value, shape) for name, value in values.items()}
    zeros = np.zeros(shape)
    shared = {"v_leak": zeros, "v_reset": zeros, "v_threshold": values["threshold"]}
    if node == "CubaLIF":
        tau_syn, tau_mem = _tau(values["alpha"]), _tau(values["beta"])
        return nir.CubaLIF(tau_syn=tau_syn, tau_mem=tau_mem, r=tau_mem / DT_S, w_in=tau_syn / DT_S, **shared)
    decay = values["decay"] if "decay" in values else values["beta"]
    gain = values["resistance"] * values["rate"] * values["time_step"] if "rate" in values else 1.0
    if (decay == 1.0).all():
        return nir.IF(r=gain / DT_S * np.ones(shape), v_reset=zeros, v_threshold=values["threshold"])
    tau = _tau(decay)
    return nir.LIF(tau=tau, r=gain * tau / DT_S, **shared)


def _spread(value: np.ndarray, shape: Shape) -> Float64[np.ndarray, "..."]:
    return np.broadcast_to(np.asarray(value, np.float64), shape).copy()


def _tau(decay: Float64[np.ndarray, "..."]) -> Float64[np.ndarray, "..."]:
    # A neuron that never forgets has an infinite time constant; a million seconds says the same in float32.
    return DT_S / np.maximum(1.0 - decay, 1e-10)
