"""Whether a network can take a data set's samples and name its classes."""

from __future__ import annotations

from snntrainer3d.data.catalogue import DatasetInfo
from snntrainer3d.errors import Fault
from snntrainer3d.spec import Network


def check_fit(network: Network, info: DatasetInfo) -> list[Fault]:
    """Give every reason why the network cannot be trained or tested on the data set, none if it can."""
    faults = []
    alike = network.input.size == info.input_size
    if not alike or (network.layers[0].takes == "maps" and network.input.shape != info.input_shape):
        shape = "×".join(str(size) for size in info.input_shape)
        faults.append(
            Fault(
                "network.input.shape",
                f"takes {network.input.size:,} values, a sample of {info.name} has {info.input_size:,}.",
                f"Set the input to {shape}.",
            )
        )
    if network.output.size < info.classes:
        faults.append(
            Fault(
                f"network.layers[{len(network.layers) - 1}].size",
                f"is the output with {network.output.size}, {info.name} has {info.classes} classes.",
                f"Give the last layer {info.classes} neurons.",
            )
        )
    return faults
