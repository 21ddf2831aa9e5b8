"""Why a network cannot be written in a form: every reason at once, each at its place in the document."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from snntrainer3d.errors import Fault, MismatchError
from snntrainer3d.spec import Network

DENSE: Collection[str] = ("dense",)
EVERY_LAYER: Collection[str] = (
    "dense", "recurrent", "conv2d", "avg_pool", "max_pool", "flatten", "dropout", "batch_norm",
)  # fmt: skip
MAX_CODE_WEIGHTS = 30_000_000
"""More would make source of hundreds of megabytes, which interpreters and compilers refuse."""
CARRIED = "Export safetensors or JSON, which carry every network."


def refuse(form: str, faults: Sequence[Fault]) -> None:
    """Raise MismatchError with all faults, if there are any."""
    if faults:
        raise MismatchError(f"The network cannot be written as {form}.", path=faults[0].path, faults=faults)


def unknown_parts(
    network: Network,
    form: str,
    layers: Collection[str] = DENSE,
    neurons: Collection[str] | None = None,
    *,
    immediate: bool = True,
) -> list[Fault]:
    """Give a fault for each layer and neuron of a kind that a form does not know.

    Args:
        neurons: the kinds that it knows; None where it writes every neuron's equation.
        immediate: whether the form knows resets within the step of their spike.
    """
    faults = []
    for index, layer in enumerate(network.layers):
        path = f"network.layers[{index}]"
        if layer.kind not in layers:
            faults.append(Fault(f"{path}.kind", f"{form} has no form for a layer of kind {layer.kind!r}.", CARRIED))
            continue
        neuron = layer.neuron
        if neuron is not None and neurons is not None and neuron.kind not in neurons:
            message = f"{form} has no form for a neuron of kind {neuron.kind!r}."
            if neuron.label != neuron.kind:
                known = ", ".join(neurons)
                message = f"{form} has no form for {neuron.label!r}: its equations are not those of {known}."
            faults.append(Fault(f"{path}.neuron.kind", message, CARRIED))
        elif not immediate and not getattr(neuron, "reset_delay", True):
            message = f"{form} has no form for a reset within the step of its spike."
            faults.append(Fault(f"{path}.neuron.reset_delay", message, "Export code, NIR or weights."))
    return faults


def code_faults(network: Network, form: str, layers: Collection[str] = DENSE) -> list[Fault]:
    """Give every reason why a network cannot be written as code: parts that it does not know, or too many weights."""
    faults = unknown_parts(network, form, layers)
    if faults:
        return faults
    weights = sum(outs * ins for outs, ins in network.weight_shapes())
    if weights <= MAX_CODE_WEIGHTS:
        return []
    told = f"have {weights:,} weights, at most {MAX_CODE_WEIGHTS:,} are written as code."
    return [Fault("network.layers", told, "Export safetensors.")]
