"""What every exported text says in the same words: which network it is, and what it takes in."""

from __future__ import annotations

from snntrainer3d.spec import Network, Training


def title_in_words(network: Network) -> str:
    """Give sizes and neurons: 784-100-10 of Leaky neurons."""
    kinds = list(dict.fromkeys(neuron.title for neuron in network.neurons()))
    return f"Spiking neural network {network.title()} of {' and '.join(kinds)} neurons, made by SNNtrainer3D"


def inputs_in_words(recipe: Training) -> str:
    """Tell how a sample of the data set becomes the input that the network was trained with."""
    scaled = "Values of a sample lie in 0-1, as in training."
    if recipe.pixels != "unit":
        scaled = (
            "Values of a sample are standardised as in training: mean 0, standard deviation 1 over the training set."
        )
    decided = _decision_in_words(recipe)
    return f"{scaled}\n{decided}" if decided else scaled


def _decision_in_words(recipe: Training) -> str:
    """Tell where training decided otherwise than by the most spikes of all steps, as exported code does."""
    by = {"count": "the most spikes", "membrane": "the highest membrane", "first_spike": "the earliest spike"}
    when = "" if recipe.read_last_steps is None else f" of the last {recipe.read_last_steps} steps"
    if recipe.reading == "count" and not when:
        return ""
    return f"Trained to be decided by {by[recipe.reading]}{when}; the class told here has the most spikes of all steps."
