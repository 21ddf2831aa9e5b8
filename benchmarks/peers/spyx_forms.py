"""Spyx: `Sequential` and `run` under its `make_train_step`; and several updates in one call, as its `compile_fit`.

Its LIF spikes from the membrane of the step before, lets the gradient through the reset and learns β. `Same…` keep
its contract for neurons with snnTorch's order; `Stock` is its `LIF` with its `LI` to read, another network.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from spyx import axn, nn, optimize

from benchmarks.task import CLASSES, Task

_SPIKE = axn.custom(lambda z: 1 / (1 + (jnp.pi * z) ** 2))
_ADAM = {"b1": 0.9, "b2": 0.999, "eps": 1e-8}


class Leaky(nnx.Module):
    """m[t] = β·m[t−1] + x[t] − r[t]·threshold; gives spikes, or the membrane where it is read."""

    def __init__(self, size: int, beta: float, threshold: float, *, read: bool) -> None:
        self.size, self.beta, self.threshold, self.read = size, beta, threshold, read

    def __call__(self, x, v):
        reset = jax.lax.stop_gradient(axn.heaviside(v - self.threshold))
        v = self.beta * v + x - reset * self.threshold
        return (v if self.read else _SPIKE(v - self.threshold)), v

    def initial_state(self, batch_size):
        return jnp.zeros((batch_size, self.size))


class Same:
    """One call of the compiled train step per update; the input repeated over time."""

    def __init__(self, task: Task) -> None:
        self.job, self.scale = task.job, task.scale
        self.images, self.labels = jnp.asarray(task.images), jnp.asarray(task.labels, jnp.int32)
        self.model = self.network(task)
        self.optimizer = nnx.Optimizer(self.model, optax.adam(task.job.learning_rate, **_ADAM), wrt=nnx.Param)
        self.step = optimize.make_train_step(self.loss)

    def network(self, task: Task) -> nnx.Module:
        """Give the network with the task's weights."""
        layers = [_linear(weight, bias) for weight, bias in zip(task.weights, task.biases, strict=True)]
        hidden, output = self.neurons()
        return nn.Sequential(layers[0], hidden, layers[1], output)

    def neurons(self) -> tuple[nnx.Module, nnx.Module]:
        """Give the neurons of the hidden and the output layer."""
        beta, threshold = self.job.neuron["beta"], self.job.neuron["threshold"]
        return Leaky(self.job.hidden, beta, threshold, read=False), Leaky(CLASSES, beta, threshold, read=True)

    def loss(self, model, images, labels, chosen):
        """Give Σ_t CE(m[t], label) of the samples `chosen`."""
        inputs = images[chosen].astype(jnp.float32) * self.scale
        repeated = jnp.broadcast_to(inputs, (self.job.num_steps, *inputs.shape))
        membranes, _ = nn.run(model, repeated)
        return _summed(membranes, labels[chosen])

    def run(self, indices: np.ndarray) -> list[float]:
        """Make one update per row of [update, batch]; give their losses once all are done."""
        losses = [self.step(self.model, self.optimizer, self.images, self.labels, chosen) for chosen in _int32(indices)]
        return [float(loss) for loss in losses]


class Compiled(Same):
    """`compile_fit`'s way: updates scanned over inside one compiled call, here with the first product hoisted."""

    chunk = 10
    """Updates per call."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.graph, parameters, self.rest = nnx.split(self.model, nnx.Param, ...)
        solver = optimize.backprop(optax.adam(task.job.learning_rate, **_ADAM))(self._flat_loss, parameters)
        self.state = solver.init(jax.random.PRNGKey(0))

        def updates(state, images, labels, chosen):
            return jax.lax.scan(lambda held, rows: solver.step(held, (images, labels, rows), None), state, chosen)

        self.updates = jax.jit(updates, donate_argnums=0)

    def loss(self, model, images, labels, chosen):
        inputs = images[chosen].astype(jnp.float32) * self.scale
        first, *others = model.layers
        current = first(inputs)
        repeated = jnp.broadcast_to(current, (self.job.num_steps, *current.shape))
        membranes, _ = nn.run(nn.Sequential(*others), repeated)
        return _summed(membranes, labels[chosen])

    def _flat_loss(self, parameters, batch):
        return self.loss(nnx.merge(self.graph, parameters, self.rest), *batch)

    def run(self, indices: np.ndarray) -> list[float]:
        losses = []
        for begin in range(0, len(indices), self.chunk):
            chosen = _int32(indices[begin : begin + self.chunk])
            self.state, some = self.updates(self.state, self.images, self.labels, chosen)
            losses.append(some)
        return [float(loss) for loss in np.concatenate(losses)]


class Stock(Same):
    """`LIF` and `LI` as they come."""

    def neurons(self) -> tuple[nnx.Module, nnx.Module]:
        beta, threshold = self.job.neuron["beta"], self.job.neuron["threshold"]
        hidden = nn.LIF((self.job.hidden,), beta, threshold, axn.arctan(), rngs=nnx.Rngs(0))
        return hidden, nn.LI((CLASSES,), beta, rngs=nnx.Rngs(0))


def _linear(weight: np.ndarray, bias: np.ndarray) -> nnx.Linear:
    layer = nnx.Linear(weight.shape[1], weight.shape[0], rngs=nnx.Rngs(0))
    layer.kernel[...] = jnp.asarray(weight.T)
    layer.bias[...] = jnp.asarray(bias)
    return layer


def _summed(membranes, labels):
    steps, batch, _ = membranes.shape
    losses = optax.softmax_cross_entropy_with_integer_labels(membranes, jnp.broadcast_to(labels, (steps, batch)))
    return losses.sum() / batch


def _int32(indices: np.ndarray) -> np.ndarray:
    return indices.astype(np.int32)
