"""JAX written by hand as well as we can: the rival to beat.

The first layer is multiplied once, each layer runs over all steps before the next, gradients over time are written
by hand (automatic ones keep more and took 1.4 times as long), the loop over steps is partly unrolled (measured: 5 of
1, 5 and 25), Adam is part of the compiled update, and its arrays are donated.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.task import CLASSES, Task

UNROLL = 5
_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


class Hand:
    """One compiled call per update; calls are queued, and waited for once."""

    chunk = 1
    """Updates per call."""

    def __init__(self, task: Task) -> None:
        self.images, self.labels = jnp.asarray(task.images), jnp.asarray(task.labels, jnp.int32)
        arrays = [jnp.asarray(array) for array in (*task.weights, *task.biases)]
        means = [jnp.zeros_like(array) for array in arrays]
        squares = [jnp.zeros_like(array) for array in arrays]
        self.state = (arrays, means, squares, jnp.zeros((), jnp.float32))
        self.update = self.compiled(_update_of(task))

    def compiled(self, update):
        """Give the compiled call."""
        return jax.jit(lambda state, images, labels, rows: update(state, images, labels, rows[0]), donate_argnums=0)

    def run(self, indices: np.ndarray) -> list[float]:
        """Make one update per row of [update, batch]; give their losses once all are done."""
        losses = []
        for begin in range(0, len(indices), self.chunk):
            chosen = indices[begin : begin + self.chunk].astype(np.int32)
            self.state, some = self.update(self.state, self.images, self.labels, chosen)
            losses.append(some)
        return [float(loss) for loss in np.concatenate([np.atleast_1d(some) for some in losses])]


class Scan(Hand):
    """Ten updates in one compiled call."""

    chunk = 10

    def compiled(self, update):
        def updates(state, images, labels, rows):
            return jax.lax.scan(lambda held, row: update(held, images, labels, row), state, rows)

        return jax.jit(updates, donate_argnums=0)


def _update_of(task: Task):
    """Give one update: (state, images, labels, chosen) → (state, loss)."""
    gradient = jax.value_and_grad(_loss_of(task))
    rate = task.job.learning_rate

    def update(state, images, labels, chosen):
        arrays, means, squares, count = state
        inputs = images[chosen].astype(jnp.float32) * task.scale
        loss, grads = gradient(arrays, inputs, labels[chosen])
        count = count + 1
        # 1 − .999ⁿ loses five digits in float32, which optax accepts; this way it loses none.
        first, second = -jnp.expm1(count * math.log(_BETA1)), -jnp.expm1(count * math.log(_BETA2))
        means = [_BETA1 * mean + (1 - _BETA1) * grad for mean, grad in zip(means, grads, strict=True)]
        squares = [_BETA2 * square + (1 - _BETA2) * grad * grad for square, grad in zip(squares, grads, strict=True)]
        arrays = [
            array - rate * (mean / first) / (jnp.sqrt(square / second) + _EPSILON)
            for array, mean, square in zip(arrays, means, squares, strict=True)
        ]
        return (arrays, means, squares, count), loss

    return update


def _loss_of(task: Task):
    """Give Σ_t CE(m[t], label) as a function of (arrays, inputs, labels)."""
    steps = task.job.num_steps
    hidden = _hidden_of(steps, task.job.neuron["beta"], task.job.neuron["threshold"])
    output = _output_of(steps, task.job.neuron["beta"], task.job.neuron["threshold"])

    def loss(arrays, inputs, labels):
        first, second, first_bias, second_bias = arrays
        spikes = hidden(inputs @ first.T + first_bias)
        current = spikes.reshape(-1, spikes.shape[-1]) @ second.T + second_bias
        membranes = output(current.reshape(steps, -1, CLASSES))
        logits = jax.nn.log_softmax(membranes, axis=-1)
        wanted = jax.nn.one_hot(labels, CLASSES, dtype=logits.dtype)
        return -(logits * wanted).sum() / labels.shape[0]

    return loss


def _hidden_of(steps: int, beta: float, threshold: float):
    """Give the hidden neurons: constant current [batch neuron] → spikes [time batch neuron]."""

    def forward(current):
        def step(membrane, _):
            membrane = beta * membrane + current - (membrane > threshold) * threshold
            return membrane, membrane

        _, membranes = jax.lax.scan(step, jnp.zeros_like(current), None, length=steps, unroll=min(UNROLL, steps))
        return (membranes > threshold).astype(current.dtype), membranes

    def backward(membranes, grads):
        def step(carried, now):
            carry, total = carried
            membrane, grad = now
            carry = beta * carry + grad / (1 + (jnp.pi * (membrane - threshold)) ** 2)
            return (carry, total + carry), None

        nothing = jnp.zeros_like(membranes[0])
        (_, total), _ = jax.lax.scan(
            step, (nothing, nothing), (membranes, grads), reverse=True, unroll=min(UNROLL, steps)
        )
        return (total,)

    hidden = jax.custom_vjp(lambda current: forward(current)[0])
    hidden.defvjp(forward, backward)
    return hidden


def _output_of(steps: int, beta: float, threshold: float):
    """Give the output neurons: currents [time batch class] → membranes [time batch class]."""

    def forward(currents):
        def step(membrane, current):
            membrane = beta * membrane + current - (membrane > threshold) * threshold
            return membrane, membrane

        _, membranes = jax.lax.scan(step, jnp.zeros_like(currents[0]), currents, unroll=min(UNROLL, steps))
        return membranes, None

    def backward(_, grads):
        def step(carry, grad):
            carry = beta * carry + grad
            return carry, carry

        _, carried = jax.lax.scan(step, jnp.zeros_like(grads[0]), grads, reverse=True, unroll=min(UNROLL, steps))
        return (carried,)

    output = jax.custom_vjp(lambda currents: forward(currents)[0])
    output.defvjp(forward, backward)
    return output
