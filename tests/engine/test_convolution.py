"""A convolution and its pooling in one pass give what torch gives one after the other, forward and backward."""

from __future__ import annotations

import numba
import pytest
import snntorch
import torch
from torch import nn

from snntrainer3d.engine.convolution import can_pool, convolve_and_pool, pools_at_once
from snntrainer3d.engine.fuse import fuse

SHAPES = [
    # rows, channels, height, breadth, maps, kernel, padding, window
    (3, 12, 12, 12, 32, 5, 0, 2),
    (2, 1, 9, 7, 3, 3, 1, 2),
    (17, 5, 6, 11, 40, 2, 0, 3),
    (1, 3, 5, 5, 16, 5, 4, 2),
    (2, 2, 4, 4, 70, 1, 0, 1),
]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("bias", [True, False])
def test_one_pass_is_torchs_two(shape: tuple[int, ...], dtype: torch.dtype, bias: bool) -> None:
    rows, channels, height, breadth, maps, kernel, padding, window = shape
    torch.manual_seed(0)
    operation = nn.Conv2d(channels, maps, kernel, padding=padding, bias=bias).to(dtype)
    pooling = nn.MaxPool2d(window)
    assert can_pool(operation, pooling)
    given = (torch.rand(rows, channels, height, breadth, dtype=dtype) < 0.3).to(dtype)
    first, second = given.clone().requires_grad_(), given.clone().requires_grad_()
    wanted, found = pooling(operation(first)), convolve_and_pool(operation, pooling, second)
    close = {"rtol": 1e-10, "atol": 1e-12} if dtype == torch.float64 else {"rtol": 1e-4, "atol": 1e-5}
    torch.testing.assert_close(found, wanted, **close)
    asked = torch.randn_like(wanted)
    leaves = list(operation.parameters())
    torch.testing.assert_close(
        torch.autograd.grad(found, [second, *leaves], asked),
        torch.autograd.grad(wanted, [first, *leaves], asked),
        **close,
    )


def users_network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), snntorch.Leaky(beta=0.9), nn.Flatten(), nn.Linear(36, 3),
        snntorch.Leaky(beta=0.9),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("hooked", [None, 0, 1])
def test_a_users_network_takes_the_pass_but_where_a_hook_waits(
    hooked: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, called, taken = users_network(), [], []
    monkeypatch.setattr(
        "snntrainer3d.engine.fuse.convolve_and_pool", lambda *args: taken.append(1) or convolve_and_pool(*args)
    )
    if hooked is not None:
        network[hooked].register_forward_hook(lambda *args: called.append(args))
    given = (torch.rand(5, 2, 1, 8, 8) < 0.2).float()
    _, membranes = fuse(network)(given)
    membranes.square().sum().backward()
    assert (len(taken), len(called)) == ((1, 0) if hooked is None else (0, len(given))), "a hook sees every step"
    expected = torch.stack(stepped(network, given))
    torch.testing.assert_close(membranes, expected, rtol=1e-4, atol=1e-5)


def stepped(network: nn.Sequential, given: torch.Tensor) -> list[torch.Tensor]:
    """Run the network as its user would."""
    conv, pool, first, flat, linear, second = network
    one, two, found = first.init_leaky(), second.init_leaky(), []
    for each in given:
        spikes, one = first(pool(conv(each)), one)
        _, two = second(linear(flat(spikes)), two)
        found.append(two)
    return found


@pytest.mark.parametrize("shape", [(1, 3, 8, 8), (1, 512, 8, 8), (0, 1, 8, 8), (1, 1, 3, 3), (1, 1, 8, 3)])
def test_what_does_not_fit_is_left_to_torch(shape: tuple[int, ...]) -> None:
    assert not pools_at_once(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), torch.zeros(shape))


def test_one_pass_is_taken_only_where_it_is_quicker() -> None:
    operation, pooling = nn.Conv2d(1, 2, 3), nn.MaxPool2d(2)
    sparse, full = torch.zeros(1, 1, 6, 6), torch.ones(1, 1, 6, 6)
    assert pools_at_once(operation, pooling, sparse)
    assert not pools_at_once(operation, pooling, full)
    assert not pools_at_once(operation, pooling, sparse, share=0.5)
    assert not pools_at_once(operation, pooling, sparse.double())
    assert not pools_at_once(operation, nn.AvgPool2d(2), sparse)


@pytest.mark.slow
def test_gradients_are_the_same_bits_on_any_number_of_threads() -> None:
    if numba.get_num_threads() < 2:
        pytest.skip("one thread is all there is")
    torch.manual_seed(0)
    operation, pooling = nn.Conv2d(4, 6, 3), nn.MaxPool2d(2)
    given = (torch.rand(37, 4, 8, 8) < 0.2).float()

    def gradients() -> list[torch.Tensor]:
        operation.zero_grad()
        convolve_and_pool(operation, pooling, given).square().sum().backward()
        return [each.grad.clone() for each in operation.parameters() if each.grad is not None]

    before = numba.get_num_threads()
    try:
        found = []
        for count in (1, 2):
            numba.set_num_threads(count)
            found.append(gradients())
    finally:
        numba.set_num_threads(before)
    for one, other in zip(*found, strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize(
    ("operation", "pooling"),
    [
        (nn.Conv2d(2, 2, 3, stride=2), nn.MaxPool2d(2)),
        (nn.Conv2d(2, 2, 3, groups=2), nn.MaxPool2d(2)),
        (nn.Conv2d(2, 2, (3, 2)), nn.MaxPool2d(2)),
        (nn.Conv2d(2, 2, 3, padding=3), nn.MaxPool2d(2)),
        (nn.Conv2d(2, 2, 3, padding="same"), nn.MaxPool2d(2)),
        (nn.Conv2d(2, 2, 3, padding=1, padding_mode="circular"), nn.MaxPool2d(2)),
        (nn.Conv2d(2, 2, 3), nn.MaxPool2d(2, stride=1)),
        (nn.Conv2d(2, 2, 3), nn.MaxPool2d(2, ceil_mode=True)),
        (nn.Conv2d(2, 2, 3), nn.AvgPool2d(2)),
        (nn.Linear(2, 2), nn.MaxPool2d(2)),
    ],
)
def test_what_has_no_common_pass_is_known(operation: nn.Module, pooling: nn.Module) -> None:
    assert not can_pool(operation, pooling)
