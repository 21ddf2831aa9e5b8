"""The networks that are not only dense: their documents for this project, and the arrays that all begin with.

Both take a picture of MNIST at every step. In `lenet` neurons are driven by what was pooled, as in snnTorch's tutorial
on convolution; in `recurrent` the spikes of 100 neurons come back to all of them one step later.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SIDE = 28
CLASSES = 10
KERNEL = 5
MAPS = (12, 32)
HIDDEN = 100
DENSE, LENET, RECURRENT = "dense", "lenet", "recurrent"


def layers_of(network: str, neuron: dict[str, Any]) -> tuple[list[int], list[dict[str, Any]]]:
    """Give the shape of the input and the layers, as a network's document has them."""
    output = {"kind": "dense", "size": CLASSES, "neuron": neuron}
    if network == RECURRENT:
        return [SIDE * SIDE], [{"kind": "recurrent", "size": HIDDEN, "neuron": neuron}, output]
    blocks: list[dict[str, Any]] = []
    for maps in MAPS:
        blocks.append({"kind": "conv2d", "channels": maps, "kernel": KERNEL, "neuron": None})
        blocks.append({"kind": "max_pool", "kernel": 2, "neuron": neuron})
    return [1, SIDE, SIDE], [*blocks, {"kind": "flatten"}, output]


def arrays_of(network: str, seed: int = 0) -> dict[str, np.ndarray]:
    """Give the initial arrays by the names of this project's layers, uniform within 1/√in."""
    random = np.random.default_rng(seed)
    found: dict[str, np.ndarray] = {}

    def draw(name: str, shape: tuple[int, ...], ins: int) -> None:
        bound = 1 / np.sqrt(ins)
        found[name] = random.uniform(-bound, bound, shape).astype(np.float32)

    if network == RECURRENT:
        draw("layers.0.weight", (HIDDEN, SIDE * SIDE), SIDE * SIDE)
        draw("layers.0.bias", (HIDDEN,), SIDE * SIDE)
        draw("layers.0.recurrent.weight", (HIDDEN, HIDDEN), HIDDEN)
        draw("layers.1.weight", (CLASSES, HIDDEN), HIDDEN)
        draw("layers.1.bias", (CLASSES,), HIDDEN)
        return found
    before, side = 1, SIDE
    for index, maps in enumerate(MAPS):
        ins = before * KERNEL**2
        draw(f"layers.{2 * index}.weight", (maps, before, KERNEL, KERNEL), ins)
        draw(f"layers.{2 * index}.bias", (maps,), ins)
        before, side = maps, (side - KERNEL + 1) // 2
    flat = before * side**2
    draw("layers.5.weight", (CLASSES, flat), flat)
    draw("layers.5.bias", (CLASSES,), flat)
    return found


def title_of(network: str) -> str:
    """Give the network as people write it."""
    if network == RECURRENT:
        return f"{SIDE * SIDE}-{HIDDEN}r-{CLASSES}"
    return f"{SIDE}×{SIDE}-" + "-".join(f"{maps}c{KERNEL}-mp2" for maps in MAPS) + f"-{CLASSES}"
