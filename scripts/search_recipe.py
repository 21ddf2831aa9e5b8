"""Search the recipe of the preset `fast` on validation samples; the test set is not touched before the end.

    python scripts/search_recipe.py mnist --hidden 100 --epochs 1 --trials 60
    python scripts/search_recipe.py digits --hidden 50 --epochs 30 --trials 40
    python scripts/search_recipe.py mnist --hidden 400 --epochs 10 --trials 14 --again 4 --rates 6e-4 2.5e-3

Random trials with one seed, the best of them again with three, the winner with five fresh seeds and then, once, on the
test set. Prints a Markdown table for docs/science.md.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from snntrainer3d.data import Dataset, load
from snntrainer3d.events import EpochDone, Finished
from snntrainer3d.spec import Leaky, OneCycle, RunSpec, Training, dense_network
from snntrainer3d.training import train

VALIDATION_SHARE = {"mnist": 1 / 12, "digits": 0.2}
SEEDS_AGAIN = (1, 2, 3)
SEEDS_FINAL = (11, 12, 13, 14, 15)


@dataclass(frozen=True)
class Recipe:
    """One point of the search."""

    learning_rate: float
    batch_size: int
    beta: float
    num_steps: int
    warm_up_share: float
    reset: str
    slope: float
    loss: str = "count"

    def row(self) -> str:
        return (
            f"{self.learning_rate:.2e} | {self.batch_size} | {self.beta:.2f} | {self.num_steps} | "
            f"{self.warm_up_share:.2f} | {self.reset} | {self.slope:g}"
        )


def draw(generator: np.random.Generator, options: argparse.Namespace) -> Recipe:
    """Draw a recipe."""
    low, high = np.log10(options.rates)
    return Recipe(
        learning_rate=float(np.round(10 ** generator.uniform(low, high), 5)),
        batch_size=int(generator.choice(options.batches)),
        beta=float(np.round(generator.uniform(0.7, 0.98), 2)),
        num_steps=int(generator.choice([10, 15, 20, 25])),
        warm_up_share=float(generator.choice([0.1, 0.25, 0.4])),
        reset=str(generator.choice(["subtract", "zero"])),
        slope=float(generator.choice([1.0, 2.0, 4.0])),
    )


def spec_of(recipe: Recipe, options: argparse.Namespace, dataset: Dataset, seed: int) -> RunSpec:
    """Give the run of a recipe."""
    neuron = Leaky(beta=recipe.beta, reset=recipe.reset, surrogate={"kind": "atan", "slope": recipe.slope})  # type: ignore[arg-type]
    network = dense_network(dataset.info.input_shape, options.hidden, dataset.info.classes, neuron)
    training = Training(
        dataset=options.dataset,
        num_steps=recipe.num_steps,
        epochs=options.epochs,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        schedule=OneCycle(warm_up_share=recipe.warm_up_share),
        loss=recipe.loss,  # type: ignore[arg-type]
        validation_share=VALIDATION_SHARE[options.dataset],
        seed=seed,
    )
    return RunSpec(network=network, training=training)


def validation_accuracy(spec: RunSpec, dataset: Dataset) -> float:
    """Train to the last epoch's validation and stop there: the test set is not read."""
    for event in train(spec, dataset):
        if isinstance(event, EpochDone) and event.epoch == spec.training.epochs:
            assert event.validation_accuracy is not None
            return event.validation_accuracy
    raise AssertionError("a training ends with an epoch")


def test_accuracy(spec: RunSpec, dataset: Dataset, recipe_share: float) -> float:
    """Train on everything but `recipe_share` and measure on the test set."""
    final = spec.training.model_copy(update={"validation_share": recipe_share})
    *_, last = train(RunSpec(network=spec.network, training=final), dataset)
    assert isinstance(last, Finished)
    return float(last.results["test"]["accuracy"])


def trials(options: argparse.Namespace, dataset: Dataset) -> Iterator[tuple[float, Recipe]]:
    """Try random recipes, one seed each."""
    generator = np.random.default_rng(options.search_seed)
    for number in range(options.trials):
        recipe = draw(generator, options)
        accuracy = validation_accuracy(spec_of(recipe, options, dataset, 0), dataset)
        print(f"{number:3d} {accuracy:.4f} {recipe.row()}", file=sys.stderr, flush=True)
        yield accuracy, recipe


def search(options: argparse.Namespace) -> dict[str, Any]:
    """Run the three stages and give the winner with its figures."""
    dataset = load(options.dataset)
    ranked = sorted(trials(options, dataset), key=lambda pair: -pair[0])[: options.again]
    print("| validation, 3 seeds (sd) | learning rate | batch | β | steps | warm-up | reset | slope |")
    print("|---|---|---|---|---|---|---|---|")
    again: list[tuple[float, Recipe]] = []
    for _, recipe in ranked:
        scores = [validation_accuracy(spec_of(recipe, options, dataset, seed), dataset) for seed in SEEDS_AGAIN]
        again.append((statistics.mean(scores), recipe))
        print(f"| {statistics.mean(scores):.4f} ({statistics.stdev(scores):.4f}) | {recipe.row()} |", flush=True)
    winner = max(again, key=lambda pair: pair[0])[1]
    return {"winner": winner, "test": final(winner, options, dataset)}


def final(winner: Recipe, options: argparse.Namespace, dataset: Dataset) -> list[float]:
    """Measure the winner with fresh seeds on the test set, a tenth kept for validation as the preset does."""
    specs = [spec_of(winner, options, dataset, seed) for seed in SEEDS_FINAL]
    scores = [test_accuracy(spec, dataset, 0.1) for spec in specs]
    print(
        f"\nWinner {winner}\n\nTest accuracy over {len(scores)} fresh seeds: mean {statistics.mean(scores):.4f}, "
        f"sd {statistics.stdev(scores):.4f}, {min(scores):.4f} to {max(scores):.4f}."
    )
    return scores


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", choices=sorted(VALIDATION_SHARE))
    parser.add_argument("--hidden", type=lambda text: [int(part) for part in text.split(",")], default=[100])
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--trials", type=int, default=60)
    parser.add_argument("--again", type=int, default=8, help="how many of the best are tried again with three seeds")
    parser.add_argument("--rates", type=float, nargs=2, default=[10**-2.9, 10**-1.9], metavar=("LEAST", "MOST"))
    parser.add_argument("--batches", type=int, nargs="+", default=[32, 64, 128])
    parser.add_argument("--search-seed", type=int, default=0)
    search(parser.parse_args())
