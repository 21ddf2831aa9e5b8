"""A model card: what a trained network is, what it was trained on and how well it does, as Markdown for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snntrainer3d import __version__
from snntrainer3d.analysis import markdown_table, markdown_text
from snntrainer3d.data import contract_by, describe
from snntrainer3d.errors import InputError, NotFoundError
from snntrainer3d.exports.words import coding_in_words, decision_in_words, range_in_words
from snntrainer3d.spec import Network, Recurrent, RunSpec, Training, cost_of, equation_of, neuron_values, readout_of
from snntrainer3d.spec.equations import latex_of


def model_card(spec: RunSpec, name: str, results: Mapping[str, Any] | None, *, recipe_known: bool = True) -> str:
    """Give the card of a run.

    Args:
        recipe_known: false for a weight file that did not say how it was trained.
    """
    network, training = spec.network, spec.training
    cost = cost_of(network, training.num_steps)
    parts = [
        f"# {markdown_text(name)}",
        f"A spiking neural network {network.title()}, made with SNNtrainer3D {__version__}.",
        "## Network",
        markdown_table(("layer", "kind", "values", "neuron"), _layers(network)),
        *_equations(network),
        f"{cost.parameters:,} learned values; {cost.flops:,} FLOPs a sample and step, {training.num_steps} time steps.",
        *_data(spec),
        *(_use(training) if recipe_known else []),
        *(_recipe(spec) if recipe_known else ["## Recipe", "Not known: the weights were read from a file."]),
        *_figures(results),
        "## Limits",
        "Figures are of the test set named above and of one seed; other seeds and other data give others.",
    ]
    return "\n\n".join(parts) + "\n"


def _layers(network: Network) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for index, (layer, size) in enumerate(zip(network.layers, network.sizes()[1:], strict=True)):
        neuron = layer.neuron
        values = ", ".join(f"{key} {getattr(neuron, key):g}" for key in neuron_values(neuron) if getattr(neuron, key))
        said = "–" if neuron is None else f"{neuron.title}: {values}, reset {neuron.reset}"
        rows.append((str(index + 1), layer.kind, f"{size:,}", said))
    return rows


def _equations(network: Network) -> list[str]:
    """Give each different neuron's step as LaTeX, as it is computed."""
    layers = [(layer.neuron, isinstance(layer, Recurrent)) for layer in network.layers]
    steps = {
        f"{neuron.title}, one step:\n\n$$\n{latex_of(equation_of(neuron, recurrent=recurrent))}\n$$"
        for neuron, recurrent in layers
        if neuron is not None
    }
    return sorted(steps)


def _data(spec: RunSpec) -> list[str]:
    try:
        info = describe(spec.training.dataset)
    except NotFoundError:
        return [
            "## Data",
            f"{markdown_text(spec.training.dataset)}: data of somebody's own, which is not on this machine.",
        ]
    scale = {"unit": "scaled to 0–1", "standardised": "to mean 0 and standard deviation 1"}[spec.training.pixels]
    return [
        "## Data",
        f"{markdown_text(info.title)}: {info.train_samples:,} training and {info.test_samples:,} test samples, "
        f"{info.classes} classes, values {scale}. Source: {info.source}. Licence: {info.licence}.",
    ]


def _use(training: Training) -> list[str]:
    """Tell how samples are fed and outputs read."""
    try:
        contract = contract_by(training)
    except InputError:
        fed = []
    else:
        told = f"Samples: {range_in_words(contract)}. Input at {contract.num_steps} steps: {coding_in_words(contract)}."
        fed = [told]
    return ["## Use", *fed, f"Decided: {decision_in_words(readout_of(training))}."]


def _recipe(spec: RunSpec) -> list[str]:
    training = spec.training
    rows = [
        ("loss", training.loss),
        ("optimizer", f"{training.optimizer.kind}, learning rate {training.learning_rate:g}, {training.schedule.kind}"),
        ("epochs", f"{training.epochs:,}"),
        ("batch", f"{training.batch_size:,}"),
        ("validation", f"{training.validation_share:.0%} of the training data, split seed {training.split_seed}"),
        ("seed", f"{training.seed}"),
    ]
    return ["## Recipe", markdown_table(("setting", "value"), rows)]


def _figures(results: Mapping[str, Any] | None) -> list[str]:
    test = (results or {}).get("test")
    if not test:
        return ["## Figures", "Not measured."]
    rows = [
        ("accuracy", f"{test['accuracy']:.2%} of {test['samples']:,} samples"),
        ("macro F1", f"{test['macro_f1']:.4f}"),
        ("macro precision, recall", f"{test['macro_precision']:.4f}, {test['macro_recall']:.4f}"),
        ("loss", "not finite" if test["loss"] is None else f"{test['loss']:.4f}"),
        ("ties", f"{test['ties']:,}"),
    ]
    classes = [
        (row["name"], *(f"{row[key]:.3f}" for key in ("precision", "recall", "f1")), f"{row['support']:,}")
        for row in test["per_class"]
    ]
    per_class = markdown_table(("class", "precision", "recall", "F1", "samples"), classes)
    return ["## Figures on the test set", markdown_table(("measure", "value"), rows), per_class]
