"""A training loop as people write it with snnTorch, in turns with `watch` and without; one JSON object on stdout.

A process of its own, because `watch` is measured as its users have it: in the process that trains.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Loop:
    """What is trained, and how often each way has its turn."""

    sizes: tuple[int, ...]
    batch: int
    num_steps: int
    pairs: int
    turn_s: float


@dataclass(slots=True)
class Turn:
    """One turn: seconds of the wall clock and of all threads' processor time, for so many updates."""

    seconds: float
    cpu_s: float


def measure(loop: Loop) -> dict[str, Any]:
    """Give the turns of both ways, and what beginning and ending to watch took."""
    import snntrainer3d as s3d

    network, update = _training(loop)
    updates = _updates_of(update, loop.turn_s)
    turns: dict[str, list[Turn]] = {"alone": [], "watched": []}
    opening: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        for pair in range(loop.pairs):
            for name in sorted(turns, reverse=bool(pair % 2)):
                if name == "alone":
                    turns[name].append(_turn(update, updates))
                    continue
                begun = time.perf_counter()
                watched = s3d.watch(network, home=home)
                opened = time.perf_counter() - begun
                turns[name].append(_turn(update, updates))
                begun = time.perf_counter()
                watched.close()
                opening.append(opened + time.perf_counter() - begun)
    return {
        "sizes": list(loop.sizes),
        "batch": loop.batch,
        "num_steps": loop.num_steps,
        "updates": updates,
        "turns": {name: [asdict(turn) for turn in found] for name, found in turns.items()},
        "open_and_close_s": min(opening),
    }


def _training(loop: Loop) -> tuple[Any, Any]:
    """Give a network and a function that does one update, with nothing of ours in it."""
    import snntorch
    import torch
    from torch import nn

    torch.manual_seed(0)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            pairs = zip(loop.sizes, loop.sizes[1:], strict=False)
            self.layers = nn.ModuleList(
                layer for pair in pairs for layer in (nn.Linear(*pair), snntorch.Leaky(beta=0.9))
            )

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            membranes = [layer.init_leaky() for layer in self.layers[1::2]]
            counts = torch.zeros(len(images), loop.sizes[-1])
            for _ in range(loop.num_steps):
                spikes = images
                for at, (linear, neuron) in enumerate(zip(self.layers[::2], self.layers[1::2], strict=True)):
                    spikes, membranes[at] = neuron(linear(spikes), membranes[at])
                counts = counts + spikes
            return counts

    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    images = torch.rand(loop.batch * 8, loop.sizes[0]).split(loop.batch)
    labels = torch.randint(0, loop.sizes[-1], (loop.batch,))

    def update(at: int) -> None:
        loss = nn.functional.cross_entropy(net(images[at % len(images)]), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return net, update


def _updates_of(update: Any, seconds: float) -> int:
    """Give how many updates fill a turn, after some that warm everything up."""
    for at in range(20):
        update(at)
    begun = time.perf_counter()
    for at in range(10):
        update(at)
    return max(20, int(10 * seconds / (time.perf_counter() - begun)))


def _turn(update: Any, updates: int) -> Turn:
    begun, before = time.perf_counter(), time.process_time()
    for at in range(updates):
        update(at)
    return Turn(time.perf_counter() - begun, time.process_time() - before)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    print(json.dumps(measure(Loop(**{**given, "sizes": tuple(given["sizes"])}))))
