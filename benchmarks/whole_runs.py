"""Whole trainings in a process of its own, by the generator that every front end uses; prints one JSON object.

`python -m benchmarks.whole_runs DATASET EPOCHS NEURON:HIDDEN …`
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main(arguments: list[str]) -> None:
    """Load the data once, then train and test one network after the other."""
    begun = time.perf_counter()
    from snntrainer3d.compose import Choices, compose
    from snntrainer3d.data import load
    from snntrainer3d.training import train

    imported = time.perf_counter()
    name, epochs, *networks = arguments
    dataset = load(name)
    loaded = time.perf_counter()
    rows: list[dict[str, Any]] = []
    for network in networks:
        neuron, hidden = network.split(":")
        training = {"epochs": int(epochs)}
        spec = compose(Choices(dataset=name, hidden=(int(hidden),), neuron=neuron, preset="paper", training=training))
        started = time.perf_counter()
        *_, last = train(spec, dataset)
        results = last.results
        rows.append(
            {
                "neuron": neuron,
                "hidden": int(hidden),
                "train_s": results["train_seconds"],
                "prepared_trained_tested_s": time.perf_counter() - started,
                "test_accuracy": results["test"]["accuracy"],
                "updates": results["updates"],
                "engine": results["engine"],
            }
        )
    print(json.dumps({"import_s": imported - begun, "load_s": loaded - imported, "networks": rows}))


if __name__ == "__main__":
    main(sys.argv[1:])
