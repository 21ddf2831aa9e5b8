"""One of several processes that train networks together: sharing_process.py SPECS RANK SIZE PORT OUTPUT."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from snntrainer3d.data import load
from snntrainer3d.events import EpochDone, Finished
from snntrainer3d.spec import RunSpec, TrainedNetwork, parse_run
from snntrainer3d.training import Together, train


class Kept:
    """Takes what a training makes, for a test to look at."""

    wants_frame = False
    tensors: dict[str, np.ndarray]

    def frame(self, frame: object) -> None: ...

    def snapshot(self, index: int, frame: object) -> None: ...

    def checkpoint(self, checkpoint: object) -> None: ...

    def finished(self, trained: TrainedNetwork, _results: object) -> None:
        self.tensors = dict(trained.tensors)


def trained(spec: RunSpec, together: Together | None = None) -> dict[str, Any]:
    """Give the weights and figures that a training ends with."""
    kept = Kept()
    events = list(train(spec, load(spec.training.dataset), sink=kept, together=together))
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert isinstance(events[-1], Finished)
    results = events[-1].results
    return {
        **kept.tensors,
        "train_loss": [event.train_loss for event in epochs],
        "train_accuracy": [event.train_accuracy for event in epochs],
        "validation_accuracy": [event.validation_accuracy for event in epochs],
        "test_accuracy": results["test"]["accuracy"],
        "test_loss": results["test"]["loss"],
        "rates": results["rates"],
    }


if __name__ == "__main__":
    specs, rank, size, port, output = sys.argv[1:]
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=port, GLOO_SOCKET_IFNAME="lo")
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=int(rank), world_size=int(size))
    for name, document in json.loads(Path(specs).read_text()).items():
        np.savez(Path(output) / f"{name}-{rank}.npz", **trained(parse_run(document), Together()))
    dist.destroy_process_group()
    # Gloo's threads race with the interpreter's end and sometimes abort it; all that counts is written.
    os._exit(0)
