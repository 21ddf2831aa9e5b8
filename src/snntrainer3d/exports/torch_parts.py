"""What the snnTorch and the PyTorch script share: spikes, losses, training, command line and weights."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np

from snntrainer3d.exports.array_text import packed
from snntrainer3d.exports.stages import Stage, Step, named_steps
from snntrainer3d.exports.torch_modules import STEPWISE
from snntrainer3d.exports.words import as_words
from snntrainer3d.spec import Adam, AdamW, OwnSurrogate, Surrogate, TrainedNetwork, Training, neuron_values
from snntrainer3d.spec.equations import Graph, Trace
from snntrainer3d.spec.equations.torch_text import (
    NEURON,
    WITH_GRADIENT,
    attribute,
    torch_expression,
    torch_module,
    torch_parameters,
)

_SPIKE = '''class Spike(torch.autograd.Function):
    """1 above the threshold forward; a surrogate gradient backward{words}."""

    @staticmethod
    def forward(ctx, z, derivative):
        ctx.save_for_backward(z)
        ctx.derivative = derivative
        return (z > 0).to(z.dtype)

    @staticmethod
    def backward(ctx, gradient):
        return ctx.derivative(ctx.saved_tensors[0]) * gradient, None'''
_TRAINING = '''

def inputs(samples{numbers_argument}):
    """Give the input of each step, [sample, value], of samples as stored."""
    return map(torch.from_numpy, encode(samples{numbers_argument}))


{decide}


def loss_of(spikes, membranes, labels):
    """{loss_words}"""
{loss}


def train(network, samples, labels, epochs={epochs}, batch_size={batch_size}, learning_rate={learning_rate}):
    """Train on: Adam{recipe_note}."""
{begin}    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate, betas=({beta1}, {beta2}), eps={epsilon})
    for epoch in range(epochs):
        for chosen in torch.randperm(len(labels)).split(batch_size):
            optimizer.zero_grad()
            spikes, membranes = network(inputs(samples[chosen.numpy()]{drawn_anew}))
            loss = loss_of(spikes[-1], membranes[-1], labels[chosen])
            loss.backward()
{clip}            optimizer.step(){after_step}
        print(f"epoch {{epoch + 1}}: loss {{loss.item():.4f}}")
{end}

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples")
    parser.add_argument("--record")
    parser.add_argument("--train", metavar="LABELS")
    parser.add_argument("--save")
{first}    given = parser.parse_args()
    network, samples = trained(), np.load(given.samples)
    if given.train:
        train(network, samples, torch.from_numpy(np.load(given.train)).long())
    if given.save:
        torch.save(network.state_dict(), given.save)
    with torch.no_grad():
        ran = network(inputs(samples{numbers}))
    spikes, membranes = ([layer.numpy() for layer in part] for part in ran)
    print(*decide(spikes[-1], membranes[-1]), sep="\\n")
    if given.record:
        np.savez(given.record, *spikes, *membranes)

'''
_LOSSES = {
    "membrane": (
        "Cross-entropy on the output membrane at every step, summed over the steps.",
        "    return sum(nn.functional.cross_entropy(membrane, labels) for membrane in membranes{last})",
    ),
    "count": (
        "Cross-entropy on the spike counts of the outputs.",
        "    return nn.functional.cross_entropy(spikes{last}.sum(0){grouped}, labels)",
    ),
    "rate": (
        "Cross-entropy on the spikes of each step, a mean over the steps.",
        "    return sum(nn.functional.cross_entropy(fired, labels) for fired in spikes{last}) / len(spikes{last})",
    ),
    "max_membrane": (
        "Cross-entropy on the highest membrane of each output.",
        "    return nn.functional.cross_entropy(torch.stack(list(membranes{last})).amax(0), labels)",
    ),
}


def spike_class(words: str = "") -> str:
    """Give the class of a spike with a gradient of its own; `words` end what its docstring says of that gradient."""
    return _SPIKE.format(words=words)


def derivative(surrogate: Surrogate) -> str:
    """Return the gradient in place of a spike's as an expression of z."""
    graph = Graph()
    z = graph.leaf("input", "z")
    if isinstance(surrogate, OwnSurrogate):
        numbers = {name: graph.constant(value) for name, value in surrogate.parameters.items()}
        return torch_expression(surrogate.model.read(graph, z, numbers)[0])
    return torch_expression(surrogate.derivative(Trace(graph), z))


def class_name(step: str) -> str:
    """Give what the class of a step is called: LeakySubtract."""
    return "".join(word.capitalize() for word in step.split("_"))


def neuron_classes(stages: Sequence[Stage]) -> tuple[dict[int, str], str]:
    """Give the name of each layer's class of neurons, and the classes with what they are made of."""
    names, classes = named_steps(stages, _neuron_class, class_name)
    parts = [*([WITH_GRADIENT] if any("WithGradient" in one for one in classes) else []), NEURON, *classes]
    return names, "\n\n\n".join(parts)


def _neuron_class(name: str, step: Step) -> str:
    return torch_module(name, step.equation, f"{as_words(step.neuron.title)} neurons, reset {step.neuron.reset}.")


def neurons_made(stage: Stage, name: str) -> str:
    """Give a layer's neurons as an expression; values that were not learned are those of their document."""
    assert stage.step is not None
    neuron = stage.step.neuron
    values = {attribute(one): float(neuron.number(one)) for one in torch_parameters(stage.step.equation)}
    learned = {
        attribute(one): list(stage.given) if learning == "per_neuron" else []
        for one, learning in neuron_values(neuron).items()
        if learning != "fixed"
    }
    told = f"dict({', '.join(f'{one}={value!r}' for one, value in values.items())})"
    if learned:
        told += f", dict({', '.join(f'{one}={shape!r}' for one, shape in learned.items())})"
    lines = textwrap.wrap(told, 100, initial_indent=" " * 12, subsequent_indent=" " * 12)
    return "\n".join([f"{name}(lambda z: {derivative(neuron.surrogate)},", *lines]) + ")"


def training_parts(
    trained: TrainedNetwork, parts: Mapping[str, str], after_step: str = "", *, modes: bool = False
) -> str:
    """Give what both torch scripts share: loss, training as in the recipe, and the command line.

    Args:
        parts: as `python_parts` gives them.
        modes: whether a layer does something else while it is trained.
    """
    # A loss that the script does not know is trained on as spike counts, and the script says so.
    recipe, readout = trained.training or Training(), trained.readout
    known = recipe.loss in _LOSSES
    loss_words, loss = _LOSSES[recipe.loss if known else "count"]
    last = "" if readout.last_steps is None else f"[-{readout.last_steps}:]"
    grouped = "" if readout.population == 1 else f".unflatten(1, (-1, {readout.population})).sum(2)"
    adam = recipe.optimizer if isinstance(recipe.optimizer, Adam | AdamW) else Adam()
    clip = f"            nn.utils.clip_grad_norm_(network.parameters(), {recipe.gradient_clip_norm})\n"
    return _TRAINING.format(
        loss_words=loss_words,
        loss=loss.format(last=last, grouped=grouped),
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        recipe_note=_recipe_note(recipe, known) + (STEPWISE if modes else ""),
        begin="    network.train()\n" if modes else "",
        end="    network.eval()\n" if modes else "",
        beta1=adam.beta1,
        beta2=adam.beta2,
        epsilon=adam.epsilon,
        clip=clip if recipe.gradient_clip_norm else "",
        after_step=after_step,
        drawn_anew=", chosen.numpy() + epoch * len(labels)" if parts["numbers"] else "",
        numbers_argument=", numbers" if parts["numbers"] else "",
        **{name: parts[name] for name in ("decide", "first", "numbers")},
    )


def _recipe_note(recipe: Training, known: bool) -> str:
    """Tell how the script's training differs from the one that made the weights."""
    schedule = {"constant": "", "one_cycle": "one-cycle"}.get(recipe.schedule.kind, recipe.schedule.kind)
    left = [f"its {schedule} schedule"] if schedule else []
    if not known:
        left.append(f"its loss {recipe.loss}")
    if recipe.optimizer.kind != "adam":
        left.append(f"its optimizer {recipe.optimizer.kind}")
    without = f", without {' and '.join(left)}" if left else ""
    return f" as in the recipe that made these weights{without}"


def weight_entry(name: str, array: np.ndarray) -> str:
    """Give one array as a line of a script's weights."""
    return f'    "{name}": ({tuple(array.shape)!r}, """\n{packed(array)}\n"""),'
