"""Who trains a module: optimizer steps of its parameters, told by torch's own hook."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook


def on_update(module: nn.Module, told: Callable[[], None]) -> Callable[[], None]:
    """Call `told` after each step of an optimizer that has a parameter of the module; give what ends that."""
    mine = {id(parameter) for parameter in module.parameters()}
    known: weakref.WeakKeyDictionary[torch.optim.Optimizer, bool] = weakref.WeakKeyDictionary()

    def stepped(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        if optimizer not in known:
            groups = optimizer.param_groups
            known[optimizer] = any(id(parameter) in mine for group in groups for parameter in group["params"])
        if known[optimizer]:
            told()

    return register_optimizer_step_post_hook(stepped).remove
