"""Equations drawn at random: what is generated from them has torch's bits forward, and its gradients backward."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from random_equations import by_torch, drawn
from snntrainer3d.engine.equations import computed
from snntrainer3d.engine.kernels.layer import add_gradients, blocks_of, run_scan, scan_table
from snntrainer3d.engine.kernels.llvm_text import Scanned, backward_text, forward_text
from snntrainer3d.engine.kernels.machine_code import address_of
from snntrainer3d.spec.equations import Equation

EQUATIONS = 300
EXACT_GRADIENT = 1e-12
"""Of the largest gradient: sums are in another order."""
STEPS, BATCH, SIZE = 6, 3, 15
"""45 neurons in a row: a group of 32, one of 8, and five alone."""


class Scans:
    """One equation's scans over random currents, with values of which one is shared and one is each neuron's own."""

    def __init__(self, made: Equation, dtype: torch.dtype, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.x = torch.randn(STEPS, BATCH, SIZE, generator=generator, dtype=torch.float64).to(dtype)
        self.values = {
            "a": torch.rand((), generator=generator, dtype=torch.float64).to(dtype),
            "b": torch.rand(SIZE, generator=generator, dtype=torch.float64).to(dtype),
        }
        self.scanned = Scanned(made)
        self.number = "float" if dtype == torch.float32 else "double"
        leaves = {("parameter", name): value for name, value in self.values.items()}
        rows = computed(self.scanned.rows, leaves)
        self.shared = tuple(row.numel() == 1 for row in rows)
        period, *blocks = blocks_of(BATCH, SIZE)
        self.blocks = (blocks[0], blocks[1])
        self.filled = np.stack([np.resize(row.expand(SIZE).numpy(), period) for row in rows] or [np.zeros(period)])
        self.filled = self.filled.astype(self.x.numpy().dtype)
        self.states = np.zeros((STEPS + 1, len(made.states), BATCH * SIZE), self.filled.dtype)
        self.spikes = np.zeros((STEPS, BATCH * SIZE), self.filled.dtype)
        self.flat = self.x.reshape(STEPS, -1).numpy().copy()

    def forward(self) -> None:
        scan = scan_table(self.flat, self.states, self.spikes, self.filled, from_start=True)
        run_scan(address_of(forward_text(self.scanned, self.number, self.shared)), scan, self.blocks, flush=False)

    def backward(self, spike: Tensor, membrane: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Return the gradients of x, and of each row of values by neuron."""
        learned = range(len(self.scanned.rows))
        grad, carry = np.empty_like(self.flat), np.zeros_like(self.states[0])
        raw = np.zeros((len(learned), BATCH * SIZE), self.filled.dtype)
        scan = scan_table(self.flat, self.states, self.spikes, self.filled, from_start=True)
        arriving = [one.reshape(STEPS, -1).contiguous().numpy() for one in (spike, membrane)]
        add_gradients(scan, arriving[0], arriving[1], grad, carry, raw)
        text = backward_text(self.scanned, self.number, self.shared, learned=learned, membrane=True)
        run_scan(address_of(text), scan, self.blocks, flush=False)
        return grad.reshape(self.x.shape), raw


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_forward_is_torchs_to_the_last_bit(part: int) -> None:
    spiked = 0.0
    for seed in range(part, EQUATIONS, 10):
        made = drawn(seed)
        scans = Scans(made, torch.float32, seed)
        scans.forward()
        spikes, states = by_torch(made, scans.x, scans.values)
        assert np.array_equal(scans.states[1:].reshape(states.shape), states.numpy()), seed
        assert np.array_equal(scans.spikes.reshape(spikes.shape), spikes.numpy()), seed
        spiked += float(spikes.mean())
    assert 0.05 * EQUATIONS / 10 < spiked < 0.95 * EQUATIONS / 10, "without spikes nothing was compared"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_gradients_are_autograds(part: int) -> None:
    moved = 0
    for seed in range(part, EQUATIONS, 10):
        made = drawn(seed)
        scans = Scans(made, torch.float64, seed)
        scans.forward()
        generator = torch.Generator().manual_seed(seed)
        weights = torch.randn(2, *scans.x.shape, generator=generator, dtype=torch.float64)
        x = scans.x.requires_grad_()
        values = {name: value.requires_grad_() for name, value in scans.values.items()}
        spikes, states = by_torch(made, x, values)
        loss = (spikes * weights[0]).sum() + (states[:, 0] * weights[1]).sum() + 0.0 * x.sum()
        expected = torch.autograd.grad(loss, [x, *values.values()], allow_unused=True)
        grad, raw = scans.backward(weights[0], weights[1])
        compare(grad, expected[0], seed)
        rows = computed(scans.scanned.rows, {("parameter", name): value for name, value in values.items()})
        each = torch.from_numpy(raw).view(-1, BATCH, SIZE).sum(1)
        arriving = [own.sum() if row.numel() == 1 else own for own, row in zip(each, rows, strict=True)]
        chained = zip(rows, [one.reshape(row.shape) for one, row in zip(arriving, rows, strict=True)], strict=True)
        total = sum(((row * one).sum() for row, one in chained), x.new_zeros(()))
        needs = total.requires_grad
        found = torch.autograd.grad(total, list(values.values()), allow_unused=True) if needs else [None, None]
        for own, wanted in zip(found, expected[1:], strict=True):
            compare(0.0 if own is None else own.numpy(), wanted, seed)
            moved += wanted is not None and bool(wanted.abs().max() > 0)
    assert moved > EQUATIONS / 20


def compare(found: Any, expected: Tensor | None, seed: int) -> None:
    wanted = 0.0 if expected is None else expected.numpy()
    largest = max(1.0, float(np.abs(wanted).max()))
    assert float(np.abs(found - wanted).max()) <= EXACT_GRADIENT * largest, seed
