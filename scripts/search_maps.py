"""Train one recipe of a convolutional network and print its validation accuracy; the test set is not read.

    python scripts/search_maps.py fashion-mnist --epochs 3 --num-steps 4 --norm --loss max_membrane
    python scripts/search_maps.py fashion-mnist --epochs 8 --norm --mirror --seeds 1 2 3

A row of Markdown for docs/science.md: mean and spread of validation over seeds, and processor time of one training.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

from snntrainer3d.data import Dataset, load
from snntrainer3d.events import EpochDone
from snntrainer3d.spec import RunSpec, parse
from snntrainer3d.training import train


def layers(options: argparse.Namespace, classes: int) -> list[dict[str, Any]]:
    """Give convolutions, each normalised where wanted and pooled before its neurons spike, then dense layers."""
    neuron = {"kind": "leaky", "beta": options.beta, "surrogate": {"kind": "atan", "slope": options.slope}}
    found: list[dict[str, Any]] = []
    for channels in options.channels:
        found.append({"kind": "conv2d", "channels": channels, "kernel": options.kernel, "neuron": None})
        if options.norm:
            found.append({"kind": "batch_norm", "neuron": None})
        found.append({"kind": options.pool, "kernel": 2, "neuron": neuron})
    found.append({"kind": "flatten"})
    if options.dropout:
        found.append({"kind": "dropout", "share": options.dropout})
    sizes = (*options.hidden, classes)
    return [*found, *({"kind": "dense", "size": size, "neuron": neuron} for size in sizes)]


def spec_of(options: argparse.Namespace, dataset: Dataset, seed: int) -> RunSpec:
    """Give the run of the options."""
    training = {
        "dataset": options.dataset,
        "num_steps": options.num_steps,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "learning_rate": options.learning_rate,
        "schedule": {"kind": "one_cycle", "warm_up_share": options.warm_up_share},
        "loss": options.loss,
        "pixels": options.pixels,
        "augmentation": {"mirror": options.mirror, "shift_pixels": options.shift},
        "validation_share": 0.1,
        "seed": seed,
    }
    network = {
        "input": {"shape": list(dataset.info.input_shape)},
        "layers": layers(options, dataset.info.classes),
    }
    return parse(RunSpec, {"network": network, "training": training})


def validation_accuracies(spec: RunSpec, dataset: Dataset) -> list[float]:
    """Give the validation accuracy after each epoch; the training ends there, before the test set is read."""
    found = []
    for event in train(spec, dataset):
        if isinstance(event, EpochDone):
            assert event.validation_accuracy is not None
            found.append(event.validation_accuracy)
            print(f"  epoch {event.epoch} train {event.train_accuracy:.4f} valid {found[-1]:.4f}", flush=True)
            if event.epoch == spec.training.epochs:
                return found
    raise AssertionError("a training ends with an epoch")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--channels", type=int, nargs="+", default=[16, 32])
    parser.add_argument("--hidden", type=int, nargs="*", default=[128])
    parser.add_argument("--kernel", type=int, default=5)
    parser.add_argument("--pool", choices=["max_pool", "avg_pool"], default="max_pool")
    parser.add_argument("--norm", action="store_true")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--beta", type=float, default=0.92)
    parser.add_argument("--slope", type=float, default=1.0)
    parser.add_argument("--num-steps", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--warm-up-share", type=float, default=0.1)
    parser.add_argument("--loss", default="count")
    parser.add_argument("--pixels", default="unit")
    parser.add_argument("--mirror", action="store_true")
    parser.add_argument("--shift", type=int, default=0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    options = parser.parse_args()
    dataset, begun = load(options.dataset), time.process_time()
    scores = [validation_accuracies(spec_of(options, dataset, seed), dataset)[-1] for seed in options.seeds]
    seconds = (time.process_time() - begun) / len(scores)
    spread = f" ({statistics.stdev(scores):.4f})" if len(scores) > 1 else ""
    given = {name: value for name, value in vars(options).items() if value != parser.get_default(name)}
    print(f"| {statistics.mean(scores):.4f}{spread} | {seconds:.0f} s | {given} |")


if __name__ == "__main__":
    main()
