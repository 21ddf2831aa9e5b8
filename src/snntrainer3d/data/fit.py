"""Whether a network can take a data set's samples and name its classes, and whether a training can show them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from snntrainer3d.data.catalogue import DatasetInfo
from snntrainer3d.errors import Fault
from snntrainer3d.spec import Coding, Direct, Network, Population, Training


def check_fit(network: Network, info: DatasetInfo, training: Training | None = None) -> list[Fault]:
    """Give every reason why the network cannot be trained or tested on the data set, none if it can.

    Args:
        training: how samples become input; without it only the network is held against the samples as they are.
    """
    coding = Direct() if training is None else training.coding
    told = [*_input(network, info, coding), *_output(network, info, 1 if training is None else training.population)]
    return told if training is None else [*told, *_coding(info, training)]


def input_shape(info: DatasetInfo, coding: Coding) -> tuple[int, ...]:
    """Give the shape of a network's input for samples of a data set so coded."""
    shape = info.input_shape
    return (shape[0] * coding.neurons, *shape[1:]) if isinstance(coding, Population) else shape


def _input(network: Network, info: DatasetInfo, coding: Coding) -> Iterator[Fault]:
    wanted = input_shape(info, coding)
    alike = network.input.size == math.prod(wanted)
    if not alike or (network.layers[0].takes == "maps" and network.input.shape != wanted):
        coded = f" by {coding.kind} coding" if wanted != info.input_shape else ""
        yield Fault(
            "network.input.shape",
            f"takes {network.input.size:,} values, a sample of {info.name} has {math.prod(wanted):,}{coded}.",
            f"Set the input to {'×'.join(str(size) for size in wanted)}.",
        )


def _output(network: Network, info: DatasetInfo, population: int) -> Iterator[Fault]:
    wanted, size = info.classes * population, network.output.size
    if size < wanted or (population > 1 and size != wanted):
        each = f" of {population} outputs each" if population > 1 else ""
        yield Fault(
            f"network.layers[{len(network.layers) - 1}].size",
            f"is the output with {size}, {info.name} has {info.classes} classes{each}.",
            f"Give the last layer {wanted} neurons.",
        )


def _coding(info: DatasetInfo, training: Training) -> Iterator[Fault]:
    kind = training.coding.kind
    if kind == "delta" and not info.timed:
        message = f"is delta, which tells changes over time; a sample of {info.name} holds still."
        yield Fault("training.coding.kind", message, "Take direct, rate or latency coding, or data over time.")
    if kind == "latency" and info.timed:
        message = f"is latency, one spike for each value of a sample; a sample of {info.name} is {info.frames} frames."
        yield Fault("training.coding.kind", message, "Take direct, rate or delta coding.")
    moved = training.augmentation.shift_pixels > 0 or training.augmentation.mirror
    if moved and (info.timed or len(info.input_shape) != 3):
        message = f"moves pictures, and a sample of {info.name} is none."
        yield Fault("training.augmentation", message, "Leave shift and mirror out; noise is for all data.")
    if info.timed and training.num_steps < info.frames:
        message = f"is {training.num_steps}, fewer than the {info.frames} frames of a sample of {info.name}."
        yield Fault("training.num_steps", message, f"Set it to {info.frames} or more, so that every frame is shown.")
