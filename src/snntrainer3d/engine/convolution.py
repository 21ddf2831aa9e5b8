"""A convolution whose maps are pooled at once, as one autograd function over what kernels do in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from snntrainer3d.engine.kernels.pooled import CHUNKS, pooled_backward, pooled_forward, whole_vectors

MOST_NONZERO = 0.3
"""Share of the input above which torch's dense convolution is faster; see the figures in `kernels.pooled`."""


def can_pool(operation: nn.Module, pooling: nn.Module) -> bool:
    """Tell whether a convolution and the pooling of its maps have a common pass."""
    if type(operation) is not nn.Conv2d or type(pooling) is not nn.MaxPool2d:
        return False
    side, padding, window = operation.kernel_size, operation.padding, pooling.kernel_size
    return (
        side[0] == side[1]
        and operation.stride == operation.dilation == (1, 1)
        and operation.groups == 1
        and operation.padding_mode == "zeros"
        and padding in {(each, each) for each in range(side[0])}
        and pooling.stride == window
        and isinstance(window, int)
        and (pooling.padding, pooling.dilation, pooling.ceil_mode, pooling.return_indices) == (0, 1, False, False)
        and not any(_hooks(module) for module in (operation, pooling))
    )


def _hooks(module: nn.Module) -> bool:
    """Tell whether somebody waits for the module itself to be called."""
    return any((module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks))


def pools_at_once(operation: Any, pooling: Any, maps: Tensor, share: float | None = None) -> bool:
    """Tell whether one pass is possible and quicker; `share` of the maps that is not zero, where that is known.

    What does not fit the convolution or leaves nothing to pool is not for it either: torch says what is wrong.
    """
    if not can_pool(operation, pooling) or maps.dim() != 4 or maps.device.type != "cpu" or not maps.numel():
        return False
    if maps.dtype not in (torch.float32, torch.float64) or maps.dtype != operation.weight.dtype:
        return False
    left = min(maps.shape[2:]) + 2 * operation.padding[0] - operation.kernel_size[0] + 1
    if maps.shape[1] != operation.in_channels or left < pooling.kernel_size:
        return False
    return (float(maps.detach().count_nonzero()) / maps.numel() if share is None else share) <= MOST_NONZERO


def convolve_and_pool(
    operation: nn.Conv2d, pooling: nn.MaxPool2d, maps: Float[Tensor, "row channel height breadth"]
) -> Float[Tensor, "row map height breadth"]:
    """Give what pooling gives of the maps of a convolution; see `can_pool`. Quick where most of `maps` is zero."""
    pooled: Tensor = _ConvolveAndPool.apply(
        maps, operation.weight, operation.bias, int(operation.padding[0]), int(pooling.kernel_size)
    )
    return pooled


class _ConvolveAndPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor | None, padding: int, window: int) -> Tensor:
        rows = maps.detach().permute(0, 2, 3, 1).contiguous()
        count, height, breadth, channels = rows.shape
        outs, side = weight.shape[0], weight.shape[2]
        codes = np.array([count, height, breadth, channels, outs, side, padding, window], np.int64)
        fill = whole_vectors(outs) - outs
        sorted_weight = functional.pad(weight.detach().permute(2, 3, 1, 0), (0, fill)).contiguous()
        own = weight.new_zeros(outs) if bias is None else bias.detach()
        tall, broad = ((length + 2 * padding - side + 1) // window for length in (height, breadth))
        out = rows.new_empty(count, tall, broad, outs)
        which = torch.empty(out.shape, dtype=torch.int32)
        pooled_forward(
            rows.numpy(),
            sorted_weight.numpy(),
            functional.pad(own, (0, fill)).numpy(),
            out.numpy(),
            which.numpy(),
            codes,
        )
        ctx.save_for_backward(rows, weight, which)
        ctx.codes, ctx.has_bias = codes, bias is not None
        return out.permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight, which = ctx.saved_tensors
        outs, channels, side = weight.shape[:3]
        length = side * channels
        lines = weight.detach().permute(0, 2, 3, 1).reshape(outs, side, length)
        lines = functional.pad(lines, (0, whole_vectors(length) - length)).contiguous()
        chunks = min(CHUNKS, len(rows))
        weight_grad = lines.new_empty(chunks, *lines.shape)
        bias_grad = lines.new_empty(chunks, outs)
        back = torch.empty_like(rows) if ctx.needs_input_grad[0] else None
        arriving = grad.permute(0, 2, 3, 1).contiguous()
        pooled_backward(
            rows.numpy(), lines.numpy(), arriving.numpy(), which.numpy(), None if back is None else back.numpy(),
            weight_grad.numpy(), bias_grad.numpy(), ctx.codes,
        )  # fmt: skip
        summed = weight_grad.sum(0)[..., :length].reshape(outs, side, side, channels).permute(0, 3, 1, 2)
        return (
            None if back is None else back.permute(0, 3, 1, 2),
            summed, bias_grad.sum(0) if ctx.has_bias else None, None, None,
        )  # fmt: skip
