"""A snnTorch script: network, weights, inference, and the training that goes on from here, in one file."""

from __future__ import annotations

import numpy as np

from snntrainer3d.exports.layer_values import packed
from snntrainer3d.exports.refusal import code_faults, refuse
from snntrainer3d.exports.words import inputs_in_words, title_in_words
from snntrainer3d.spec import (
    Atan,
    Dense,
    FastSigmoid,
    Lapicque,
    Neuron,
    SpikeRateEscape,
    StraightThrough,
    Surrogate,
    TrainedNetwork,
    Training,
    neuron_values,
    tensor_shapes,
)

FORM = "a snnTorch script"
_SCRIPT = '''"""{title}: snnTorch, inference and training.

    python {file} samples.npy [--record record.npz]               prints the class of each sample
    python {file} samples.npy --train labels.npy --save more.pt   trains on from these weights

samples.npy: float32 [sample, {features}], the same at each of NUM_STEPS steps, or [step, sample, {features}].
{inputs}
record.npz: spikes of each layer, then membranes of each, [step, sample, neuron].
Needs torch and snntorch 1.0 or newer.
"""
import argparse
import base64

import numpy as np
import snntorch as snn
import torch
from snntorch import surrogate
from torch import nn

NUM_STEPS = {num_steps}
{own_surrogates}

class Network(nn.Module):
    """Layers in order; `forward` gives spikes and membranes of each, lists of tensors [step, sample, neuron]."""

    def __init__(self):
        super().__init__()
{modules}
{learned}
    def forward(self, samples, num_steps=NUM_STEPS):
        over_time = samples if samples.ndim == 3 else [samples] * num_steps
        layers = [{pairs}]
        states = [neuron.reset_mem() for _, neuron in layers]
        states = [state if isinstance(state, tuple) else (state,) for state in states]
        spikes, membranes = [[] for _ in layers], [[] for _ in layers]
        for signal in over_time:
            for index, (connection, neuron) in enumerate(layers):
                current = connection(signal)
                # snnTorch keeps the last batch's shape; at rest every state is zero.
                state = [s if s.shape == current.shape else torch.zeros_like(current) for s in states[index]]
                signal, *states[index] = neuron(current, *state)
                spikes[index].append(signal)
                membranes[index].append(states[index][-1])
        return [torch.stack(layer) for layer in spikes], [torch.stack(layer) for layer in membranes]

{learnable}
def trained():
    """Give the network with the weights at the end of this file."""
    network = Network()
    state = {{name: torch.from_numpy(array(*entry).copy()) for name, entry in WEIGHTS.items()}}
    network.load_state_dict(state, strict=False)
    return {network}


def array(shape, text):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)

{training}
# Weights: name -> (shape, float32 as base64).
WEIGHTS = {{
{weights}
}}

if __name__ == "__main__":
    main()
'''
_TRAINING = '''

def loss_of(spikes, membranes, labels):
    """{loss_words}"""
{loss}


def train(network, samples, labels, epochs={epochs}, batch_size={batch_size}, learning_rate={learning_rate}):
    """Train on: Adam as in the recipe that made these weights{recipe_note}."""
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate, betas=({beta1}, {beta2}), eps={epsilon})
    for epoch in range(epochs):
        for chosen in torch.randperm(len(labels)).split(batch_size):
            optimizer.zero_grad()
            spikes, membranes = network(samples[chosen])
            loss = loss_of(spikes[-1], membranes[-1], labels[chosen])
            loss.backward()
{clip}            optimizer.step(){after_step}
        print(f"epoch {{epoch + 1}}: loss {{loss.item():.4f}}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples")
    parser.add_argument("--record")
    parser.add_argument("--train", metavar="LABELS")
    parser.add_argument("--save")
    given = parser.parse_args()
    network, samples = trained(), torch.from_numpy(np.load(given.samples))
    if given.train:
        train(network, samples, torch.from_numpy(np.load(given.train)).long())
    if given.save:
        torch.save(network.state_dict(), given.save)
    with torch.no_grad():
        spikes, membranes = network(samples)
    print(*spikes[-1].sum(0).argmax(1).tolist(), sep="\\n")
    if given.record:
        np.savez(given.record, *(layer.numpy() for layer in [*spikes, *membranes]))

'''
_LEARNABLE = '''
def learnable(neuron, name, size):
    """Turn a fixed value into a parameter; snnTorch's own switches fail for Alpha and Lapicque."""
    value = getattr(neuron, name).detach().to(torch.float32)
    delattr(neuron, name)
    neuron.register_parameter(name, nn.Parameter(value.expand(size).clone() if size else value.clone()))

'''
_REFRESH = '''

def refresh(network):
    """Compute anew what snnTorch's Lapicque derives from beta only once, when it is made."""
    for neuron in network.modules():
        if isinstance(neuron, snn.Lapicque) and isinstance(neuron.beta, nn.Parameter):
            neuron.C = neuron.time_step / (neuron.R * torch.log(1 / neuron.beta.clamp(1e-6, 1 - 1e-6)))
    return network
'''
_OWN_SURROGATE = '''

class Spike(torch.autograd.Function):
    """1 above the threshold forward; a surrogate gradient backward that snnTorch has not, or not finite."""

    @staticmethod
    def forward(ctx, z, derivative):
        ctx.save_for_backward(z)
        ctx.derivative = derivative
        return (z > 0).to(z.dtype)

    @staticmethod
    def backward(ctx, gradient):
        return ctx.derivative(ctx.saved_tensors[0]) * gradient, None

'''
_LOSSES = {
    "membrane": (
        "Cross-entropy on the output membrane at every step, summed over the steps.",
        "    return sum(nn.functional.cross_entropy(membrane, labels) for membrane in membranes)",
    ),
    "count": (
        "Cross-entropy on the spike counts of the outputs.",
        "    return nn.functional.cross_entropy(spikes.sum(0), labels)",
    ),
}


def to_snntorch_script(trained: TrainedNetwork, file: str = "network.py") -> bytes:
    """Give a script of one file; raises MismatchError, LimitError for what it cannot hold."""
    refuse(FORM, code_faults(trained.network, FORM))
    network, recipe = trained.network, trained.training or Training()
    learns_rc = any(isinstance(layer.neuron, Lapicque) and layer.neuron.learn_beta != "fixed"
                    for layer in network.dense_layers())  # fmt: skip
    layers = network.dense_layers()
    learned = _learned(layers)
    own = any(not _known(layer.neuron.surrogate) for layer in network.dense_layers())
    return _SCRIPT.format(
        title=title_in_words(network),
        file=file,
        features=network.input.size,
        inputs=inputs_in_words(recipe),
        num_steps=recipe.num_steps,
        own_surrogates=_OWN_SURROGATE if own else "",
        modules="\n".join(
            _modules(index, layer, network.sizes()[index]) for index, layer in enumerate(network.dense_layers())
        ),
        learned=learned,
        pairs=", ".join(f"(self.fc{number}, self.lif{number})" for number in range(1, len(network.layers) + 1)),
        learnable=("" if not learned else _LEARNABLE) + (_REFRESH if learns_rc else ""),
        network="refresh(network)" if learns_rc else "network",
        training=training_parts(recipe, "\n            refresh(network)" if learns_rc else ""),
        weights="\n".join(_weights(trained)),
    ).encode()


def training_parts(recipe: Training, after_step: str = "") -> str:
    """Give what both torch scripts share: loss, training as in the recipe, and the command line."""
    loss_words, loss = _LOSSES[recipe.loss]
    clip = f"            nn.utils.clip_grad_norm_(network.parameters(), {recipe.gradient_clip_norm})\n"
    return _TRAINING.format(
        loss_words=loss_words,
        loss=loss,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        recipe_note="" if recipe.schedule.kind == "constant" else ", without its one-cycle schedule",
        beta1=recipe.optimizer.beta1,
        beta2=recipe.optimizer.beta2,
        epsilon=recipe.optimizer.epsilon,
        clip=clip if recipe.gradient_clip_norm else "",
        after_step=after_step,
    )


def _modules(index: int, layer: Dense, before: int) -> str:
    bias = "" if layer.bias else ", bias=False"
    number = index + 1
    return (
        f"        self.fc{number} = nn.Linear({before}, {layer.size}{bias})\n"
        f"        self.lif{number} = {_neuron(layer.neuron)}"
    )


def _neuron(neuron: Neuron) -> str:
    name = {"leaky": "Leaky", "lapicque": "Lapicque", "synaptic": "Synaptic", "alpha": "Alpha"}[neuron.kind]
    if isinstance(neuron, Lapicque) and neuron.beta is None:
        values = f"R={neuron.resistance_ohm!r}, C={neuron.capacitance_f!r}, time_step={neuron.time_step_s!r}"
    else:
        values = ", ".join(f"{key}={getattr(neuron, key)!r}" for key in ("alpha", "beta") if hasattr(neuron, key))
    return (
        f"snn.{name}({values}, threshold={neuron.threshold!r}, reset_mechanism={neuron.reset!r},\n"
        f"            spike_grad={_surrogate(neuron.surrogate)})"
    )


def _known(surrogate: Surrogate) -> bool:
    return isinstance(surrogate, Atan | FastSigmoid | StraightThrough | SpikeRateEscape)


def _surrogate(surrogate: Surrogate) -> str:
    match surrogate:
        case Atan(slope=slope):
            return f"surrogate.atan(alpha={slope!r})"
        case FastSigmoid(slope=slope):
            return f"surrogate.fast_sigmoid(slope={slope!r})"
        case StraightThrough():
            return "surrogate.straight_through_estimator()"
        case SpikeRateEscape(beta=beta, slope=slope):
            return f"surrogate.spike_rate_escape(beta={beta!r}, slope={slope!r})"
        case _:
            return f"lambda z: Spike.apply(z, lambda z: {_derivative(surrogate)})"


def _derivative(surrogate: Surrogate) -> str:
    slope = getattr(surrogate, "slope", 1.0)
    if surrogate.kind == "sigmoid":
        return f"{slope!r} * torch.sigmoid({slope!r} * z) * torch.sigmoid(-{slope!r} * z)"
    return f"{slope!r} * (1 - {slope!r} * z.abs()).clamp(min=0)"


def _learned(layers: tuple[Dense, ...]) -> str:
    lines = [
        f"        learnable(self.lif{number}, {name!r}, {layer.size if learning == 'per_neuron' else None})"
        for number, layer in enumerate(layers, 1)
        for name, learning in neuron_values(layer.neuron).items()
        if learning != "fixed"
    ]
    return "\n".join(lines) + "\n" if lines else ""


def _weights(trained: TrainedNetwork) -> list[str]:
    """Give weights, biases and what neurons learned, by the names of the script's state dict."""
    found = []
    for name in tensor_shapes(trained.network):
        _, index, *rest = name.split(".")
        number, neuron = int(index) + 1, trained.network.layers[int(index)].neuron
        if rest[0] != "neuron":
            found.append(weight_entry(f"fc{number}.{rest[0]}", trained.tensors[name]))
        elif getattr(neuron, f"learn_{rest[1]}", "fixed") != "fixed":
            found.append(weight_entry(f"lif{number}.{rest[1]}", trained.tensors[name]))
    return found


def weight_entry(name: str, array: np.ndarray) -> str:
    """Give one array as a line of a script's weights."""
    return f'    "{name}": ({tuple(array.shape)!r}, """\n{packed(array)}\n"""),'
